#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol.h"

/* One call in TOM's own protocol, with audio as JSON or as binary frames. */

static void path(const struct load *l, long serial, char *out, size_t room) {
    snprintf(out, room, "/ws/stream/%s-%ld", l->options.prefix, serial);
}

static void opened(struct load *l, struct call *c) {
    static const char pcm_24k[] = ",\"input\":{\"codec\":\"pcm16\",\"sample_rate\":24000}"
                                  ",\"output\":{\"codec\":\"pcm16\",\"sample_rate\":24000}";
    char start[256];
    snprintf(start, sizeof start, "{\"type\":\"start\"%s%s}",
             l->options.framing == FRAMING_BINARY ? ",\"framing\":\"binary\"" : "",
             l->options.hertz == 24000 ? pcm_24k : "");
    call_send(l, c, start);
}

static void connected(struct load *l, struct call *c, const struct event *e) {
    char id[128];
    snprintf(id, sizeof id, "%s-%ld", l->options.prefix, c->serial);
    if (!slice_is(e->call_id, id)) l->sum.bad_messages++;
    call_live(l, c);
}

static void audio(struct load *l, struct call *c, const struct event *e) {
    char rate[8];
    long seq = -1;
    if (e->seq.at && e->seq.size < 10) seq = strtol(e->seq.at, NULL, 10);
    snprintf(rate, sizeof rate, "%d", l->options.hertz);
    bool sound = slice_is(e->codec, "pcm16") && slice_is(e->sample_rate, rate) && seq >= 0;
    if (!sound || l->options.framing != FRAMING_JSON) { l->sum.bad_messages++; return; }
    protocol_audio(l, c, e->bytes, slice_hash(e->response_id), seq);
}

static void turn_event(struct load *l, struct call *c, const struct event *e) {
    struct turn *t = &c->turn;
    uint64_t response = slice_hash(e->response_id);
    if (slice_is(e->type, "stt_final")) {
        turn_words(t, &l->sum, slice_hash(e->turn_id), e->text.at != NULL);
    } else if (slice_is(e->type, "tts_start")) {
        turn_stream(t, &l->sum, response);
    } else if (slice_is(e->type, "tts_end")) {
        turn_streamed(t, &l->sum, response);
    } else if (slice_is(e->type, "turn_end")) {
        bool ours = slice_hash(e->turn_id) == t->id && response == t->response;
        turn_answered(t, &l->sum, ours, slice_is(e->status, "completed"));
        protocol_turn_over(l, c);
    } else if (slice_is(e->type, "barge_in")) {
        turn_interrupted(t, &l->sum);
    }
}

static void message(struct load *l, struct call *c, const char *text, size_t size) {
    struct event e;
    if (!json_event(text, size, &e) || !e.ts.at) { l->sum.bad_messages++; return; }
    if (slice_is(e.type, "tts_audio")) {
        audio(l, c, &e);
    } else if (slice_is(e.type, "connected")) {
        if (c->state == CALL_OPENING) connected(l, c, &e);
    } else if (slice_is(e.type, "stopped")) {
        c->stopped = true;
    } else if (slice_is(e.type, "error")) {
        protocol_complaint(text, size, &l->sum.errors);
    } else if (slice_is(e.type, "notice")) {
        protocol_complaint(text, size, &l->sum.notices);
    } else {
        turn_event(l, c, &e);
    }
}

static void stop(struct load *l, struct call *c) { call_send(l, c, "{\"type\":\"stop\"}"); }

const struct protocol tom_protocol = {path, "tom.v1", opened, message, stop};
