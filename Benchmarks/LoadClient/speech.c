#include "speech.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "websocket.h"

enum { FRAME_MAX = 24000 / 50 };

static uint32_t next_random(uint32_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    return *state ^= *state << 5;
}

static double formant_gain(double hz) {
    static const double centre[] = {600, 1300, 2500}, width[] = {150, 250, 400}, level[] = {1, 0.6, 0.3};
    double gain = 0.02;
    for (int i = 0; i < 3; i++) gain += level[i] * exp(-pow((hz - centre[i]) / width[i], 2));
    return gain;
}

static void synthesize(double *out, int n, int rate) {
    uint32_t seed = 0x746f6d31;
    double phase = 0, sum = 0;
    for (int i = 0; i < n; i++) {
        double t = (double)i / rate, from_end = (double)(n - i) / rate;
        double pitch = 130 + 25 * sin(2 * M_PI * 0.7 * t) + 10 * sin(2 * M_PI * 5 * t);
        phase += 2 * M_PI * pitch / rate;
        double v = 0;
        for (int k = 1; k * pitch < 3600; k++) v += formant_gain(k * pitch) * sin(k * phase);
        v += 0.05 * ((double)(next_random(&seed) % 2001) / 1000 - 1);
        double syllable = 0.2 + 0.8 * pow(0.5 + 0.5 * cos(2 * M_PI * 4 * from_end), 1.5);
        out[i] = v * syllable * fmin(1, t / 0.01);
        sum += out[i] * out[i];
    }
    double scale = 0.1 * 32768 / sqrt(sum / n); /* RMS of -20 dBFS */
    for (int i = 0; i < n; i++) out[i] *= scale;
}

static void fail(const char *file, const char *why) {
    fprintf(stderr, "loadclient: %s: %s\n", file, why);
    exit(2);
}

static void load_wav(const char *file, double *out, int n, int rate) {
    FILE *f = fopen(file, "rb");
    if (!f) fail(file, "cannot be opened");
    static unsigned char data[16 << 20];
    size_t size = fread(data, 1, sizeof data, f), at = 12;
    fclose(f);
    if (size < 44 || memcmp(data, "RIFF", 4) != 0 || memcmp(data + 8, "WAVE", 4) != 0) fail(file, "is not a WAV file");
    int16_t shape[8] = {0};
    while (at + 8 <= size) {
        uint32_t length;
        memcpy(&length, data + at + 4, 4);
        bool is_data = memcmp(data + at, "data", 4) == 0;
        at += 8;
        if (length > size - at) length = (uint32_t)(size - at);
        if (memcmp(data + at - 8, "fmt ", 4) == 0 && length >= 16) memcpy(shape, data + at, 16);
        if (!is_data) { at += length + (length & 1); continue; }
        if (shape[0] != 1 || shape[1] != 1 || (uint16_t)shape[2] != rate || shape[7] != 16) fail(file, "is not mono PCM16 at the rate of --hertz");
        const int16_t *samples = (const int16_t *)(data + at);
        int have = (int)(length / 2), first = 0;
        while (first < have && abs(samples[first]) < 650) first++; /* -34 dBFS: where the speech begins */
        if (have - first < rate / 50) fail(file, "holds no speech");
        for (int i = 0; i < n; i++) out[i] = samples[first + i % (have - first)];
        return;
    }
    fail(file, "has no data chunk");
}

/* What stands before the audio in a text message; an `audio_chunk` may name its format where that is the default one. */
static const char *head_of(const struct options *o) {
    if (o->framing == FRAMING_REALTIME) return "{\"type\":\"input_audio_buffer.append\",\"audio\":\"";
    if (o->hertz != 16000) return "{\"type\":\"audio_chunk\",\"data\":\"";
    return "{\"type\":\"audio_chunk\",\"format\":\"pcm16_16k\",\"data\":\"";
}

static struct wire_frame make(const int16_t *samples, const struct options *o, uint32_t mask) {
    char text[2048];
    const void *payload = samples;
    size_t size = (size_t)o->hertz / 50 * 2;
    if (o->framing != FRAMING_BINARY) {
        size_t head = (size_t)sprintf(text, "%s", head_of(o));
        size = head + base64_encode((const unsigned char *)samples, size, text + head);
        size += (size_t)sprintf(text + size, "\"}");
        payload = text;
    }
    struct wire_frame f = {malloc(size + WS_HEADER_MAX), 0};
    if (!f.bytes) { perror("malloc"); exit(2); }
    f.size = ws_write(o->framing == FRAMING_BINARY ? WS_BINARY : WS_TEXT, payload, size, mask, f.bytes);
    return f;
}

struct script script_make(const struct options *o) {
    struct script s = {.count = o->speech_ms / 20};
    int per_frame = o->hertz / 50, n = s.count * per_frame;
    double *voice = calloc((size_t)n, sizeof *voice);
    s.speech = calloc((size_t)s.count, sizeof *s.speech);
    if (!voice || !s.speech) { perror("calloc"); exit(2); }
    o->wav ? load_wav(o->wav, voice, n, o->hertz) : synthesize(voice, n, o->hertz);
    uint32_t seed = 0x9e3779b9;
    int16_t frame[FRAME_MAX];
    for (int k = 0; k < s.count; k++) {
        for (int i = 0; i < per_frame; i++)
            frame[i] = (int16_t)fmax(-32768, fmin(32767, round(voice[k * per_frame + i])));
        s.speech[k] = make(frame, o, next_random(&seed));
    }
    memset(frame, 0, sizeof frame);
    s.silence = make(frame, o, next_random(&seed));
    free(voice);
    return s;
}
