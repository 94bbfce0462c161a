#include "json.h"

#include <string.h>

enum { MAX_DEPTH = 32 };

struct cursor { const char *at, *end; };

static void skip_space(struct cursor *c) {
    while (c->at < c->end && (*c->at == ' ' || *c->at == '\t' || *c->at == '\n' || *c->at == '\r')) c->at++;
}

static bool string(struct cursor *c, struct slice *out) {
    if (c->at >= c->end || *c->at != '"') return false;
    const char *start = ++c->at;
    const char *quote = start;
    /* Base64 makes up nearly all bytes received: memchr finds its end at memory speed. */
    for (;;) {
        quote = memchr(quote, '"', (size_t)(c->end - quote));
        if (!quote) return false;
        size_t slashes = 0;
        while (quote - slashes > start && quote[-1 - (long)slashes] == '\\') slashes++;
        if (slashes % 2 == 0) break;
        quote++;
    }
    size_t size = (size_t)(quote - start);
    if (size < 512)
        for (size_t i = 0; i < size; i++)
            if ((unsigned char)start[i] < 0x20) return false;
    *out = (struct slice){start, size};
    c->at = quote + 1;
    return true;
}

static bool digits(struct cursor *c) {
    const char *start = c->at;
    while (c->at < c->end && *c->at >= '0' && *c->at <= '9') c->at++;
    return c->at > start;
}

static bool number(struct cursor *c) {
    if (c->at < c->end && *c->at == '-') c->at++;
    const char *first = c->at;
    if (!digits(c) || (*first == '0' && c->at - first > 1)) return false;
    if (c->at < c->end && *c->at == '.') {
        c->at++;
        if (!digits(c)) return false;
    }
    if (c->at < c->end && (*c->at == 'e' || *c->at == 'E')) {
        c->at++;
        if (c->at < c->end && (*c->at == '+' || *c->at == '-')) c->at++;
        if (!digits(c)) return false;
    }
    return true;
}

static bool literal(struct cursor *c, const char *word) {
    size_t n = strlen(word);
    if ((size_t)(c->end - c->at) < n || memcmp(c->at, word, n) != 0) return false;
    c->at += n;
    return true;
}

static bool value(struct cursor *c, struct slice *out, int depth);

static bool list(struct cursor *c, int depth, bool keyed) {
    char close = keyed ? '}' : ']';
    c->at++;
    skip_space(c);
    if (c->at < c->end && *c->at == close) { c->at++; return true; }
    for (;;) {
        struct slice ignored;
        skip_space(c);
        if (keyed) {
            if (!string(c, &ignored)) return false;
            skip_space(c);
            if (c->at >= c->end || *c->at++ != ':') return false;
        }
        if (!value(c, &ignored, depth + 1)) return false;
        skip_space(c);
        if (c->at >= c->end) return false;
        char next = *c->at++;
        if (next == close) return true;
        if (next != ',') return false;
    }
}

static bool value(struct cursor *c, struct slice *out, int depth) {
    skip_space(c);
    if (c->at >= c->end || depth > MAX_DEPTH) return false;
    const char *start = c->at;
    bool ok;
    switch (*c->at) {
    case '"': return string(c, out);
    case '{': ok = list(c, depth, true); break;
    case '[': ok = list(c, depth, false); break;
    case 't': ok = literal(c, "true"); break;
    case 'f': ok = literal(c, "false"); break;
    case 'n': ok = literal(c, "null"); break;
    default: ok = number(c);
    }
    *out = (struct slice){start, (size_t)(c->at - start)};
    return ok;
}

static struct slice *field(struct event *e, struct slice key) {
    switch (key.size) {
    case 2:
        if (slice_is(key, "ts")) return &e->ts;
        if (slice_is(key, "id")) return &e->id;
        break;
    case 3: if (slice_is(key, "seq")) return &e->seq; break;
    case 4:
        if (slice_is(key, "type")) return &e->type;
        if (slice_is(key, "text")) return &e->text;
        if (slice_is(key, "code")) return &e->code;
        break;
    case 5:
        if (slice_is(key, "bytes")) return &e->bytes;
        if (slice_is(key, "codec")) return &e->codec;
        if (slice_is(key, "fatal")) return &e->fatal;
        if (slice_is(key, "delta")) return &e->delta;
        break;
    case 6:
        if (slice_is(key, "status")) return &e->status;
        if (slice_is(key, "reason")) return &e->reason;
        break;
    case 7:
        if (slice_is(key, "turn_id")) return &e->turn_id;
        if (slice_is(key, "call_id")) return &e->call_id;
        if (slice_is(key, "item_id")) return &e->item_id;
        if (slice_is(key, "message")) return &e->message;
        break;
    case 8:
        if (slice_is(key, "event_id")) return &e->event_id;
        if (slice_is(key, "response")) return &e->response;
        break;
    case 10: if (slice_is(key, "transcript")) return &e->transcript; break;
    case 11:
        if (slice_is(key, "response_id")) return &e->response_id;
        if (slice_is(key, "sample_rate")) return &e->sample_rate;
        break;
    }
    return NULL;
}

bool json_members(struct slice object, struct event *out) {
    if (!object.at) return false;
    struct cursor c = {object.at, object.at + object.size};
    memset(out, 0, sizeof *out);
    skip_space(&c);
    if (c.at >= c.end || *c.at++ != '{') return false;
    for (;;) {
        struct slice key, held;
        skip_space(&c);
        if (!string(&c, &key)) return false;
        skip_space(&c);
        if (c.at >= c.end || *c.at++ != ':' || !value(&c, &held, 1)) return false;
        struct slice *into = field(out, key);
        if (into) *into = held;
        skip_space(&c);
        if (c.at >= c.end) return false;
        char next = *c.at++;
        if (next == '}') break;
        if (next != ',') return false;
    }
    skip_space(&c);
    return c.at == c.end;
}

bool json_event(const char *text, size_t size, struct event *out) {
    return json_members((struct slice){text, size}, out) && out->type.at;
}

bool slice_is(struct slice s, const char *word) {
    return s.at && strlen(word) == s.size && memcmp(s.at, word, s.size) == 0;
}

uint64_t slice_hash(struct slice s) {
    if (!s.at) return 0;
    uint64_t h = 14695981039346656037ULL;
    for (size_t i = 0; i < s.size; i++) h = (h ^ (unsigned char)s.at[i]) * 1099511628211ULL;
    return h ? h : 1;
}

static int sextet(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

long base64_size(struct slice s, unsigned char *decode) {
    if (!s.at) return -1;
    /* A JSON encoder may write "/" as "\/" (Foundation's does): such texts are unescaped before they are measured. */
    char plain[65536];
    if (memchr(s.at, '\\', s.size)) {
        size_t n = 0;
        for (size_t i = 0; i < s.size && n < sizeof plain; i++) {
            if (s.at[i] == '\\' && (++i >= s.size || s.at[i] != '/')) return -1;
            plain[n++] = s.at[i];
        }
        s = (struct slice){plain, n};
    }
    if (s.size % 4) return -1;
    long size = (long)s.size / 4 * 3;
    if (s.size && s.at[s.size - 1] == '=') size -= s.at[s.size - 2] == '=' ? 2 : 1;
    if (!decode) return size;
    size_t pads = (size_t)((long)s.size / 4 * 3 - size);
    uint32_t word = 0;
    for (size_t i = 0, o = 0; i < s.size; i++) {
        int v = i >= s.size - pads ? 0 : sextet(s.at[i]);
        if (v < 0) return -1;
        word = word << 6 | (uint32_t)v;
        if (i % 4 != 3) continue;
        for (int k = 16; k >= 0 && (long)o < size; k -= 8) decode[o++] = (unsigned char)(word >> k);
        word = 0;
    }
    return size;
}

size_t base64_encode(const unsigned char *bytes, size_t size, char *out) {
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t o = 0;
    for (size_t i = 0; i < size; i += 3) {
        uint32_t w = (uint32_t)bytes[i] << 16;
        if (i + 1 < size) w |= (uint32_t)bytes[i + 1] << 8;
        if (i + 2 < size) w |= bytes[i + 2];
        out[o++] = alphabet[w >> 18];
        out[o++] = alphabet[w >> 12 & 63];
        out[o++] = i + 1 < size ? alphabet[w >> 6 & 63] : '=';
        out[o++] = i + 2 < size ? alphabet[w & 63] : '=';
    }
    return o;
}
