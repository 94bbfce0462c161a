#include "turn.h"

#include <string.h>

enum { BYTES_PER_MS = 32 };

void turn_begin(struct turn *t, bool measured) { *t = (struct turn){.open = true, .measured = measured}; }

void turn_spoken(struct turn *t, int64_t now) {
    t->speech_sent = true;
    t->speech_end_ns = now;
}

static void response_seen(struct turn *t, struct totals *sum, uint64_t response) {
    if (!t->open || !t->speech_sent) { sum->stray_events++; return; }
    if (t->responses && t->response == response) return;
    t->responses++;
    t->response = response;
    t->next_seq = -1;
}

void turn_event(struct turn *t, struct totals *sum, const struct event *e) {
    if (slice_is(e->type, "stt_final")) {
        if (!t->open || !t->speech_sent) sum->stray_events++;
        t->finals++;
        t->id = slice_hash(e->turn_id);
        if (!t->id || !e->text.at) sum->bad_messages++;
    } else if (slice_is(e->type, "tts_start")) {
        if (t->streaming) sum->bad_messages++;
        t->streaming = true;
        response_seen(t, sum, slice_hash(e->response_id));
    } else if (slice_is(e->type, "tts_end")) {
        if (!t->streaming || slice_hash(e->response_id) != t->response) sum->bad_messages++;
        t->streaming = false;
    } else if (slice_is(e->type, "turn_end")) {
        if (!t->open || !t->speech_sent) sum->stray_events++;
        t->ends++;
        bool ours = slice_hash(e->turn_id) == t->id && slice_hash(e->response_id) == t->response;
        if (slice_is(e->status, "completed") && ours) t->completed++;
    } else if (slice_is(e->type, "barge_in")) {
        t->barge_ins++;
        sum->barge_ins++;
    }
}

void turn_audio(struct turn *t, struct totals *sum, const struct turn_rules *rules, long bytes, uint64_t response, long seq,
                int64_t now) {
    if (response) {
        response_seen(t, sum, response);
        if (seq < 0 || (t->next_seq >= 0 && seq != t->next_seq)) sum->bad_messages++;
        t->next_seq = seq + 1;
    } else if (!t->streaming) {
        sum->bad_messages++;
    }
    if (!t->open || !t->speech_sent) { sum->stray_events++; return; }
    if (t->reply_bytes == 0) {
        t->reply_start_ns = now;
        if (t->measured) histogram_add(&sum->added, now - t->speech_end_ns - rules->endpointing_ns);
    }
    int64_t due = t->reply_start_ns + (int64_t)t->reply_bytes * 1000000 / BYTES_PER_MS;
    int64_t late = now > due ? now - due : 0;
    sum->frames_received++;
    if (t->measured) histogram_add(&sum->lateness, late);
    if (t->measured && late > rules->late_ns) sum->late_frames++;
    t->reply_bytes += bytes;
}

bool turn_is_whole(const struct turn *t, const struct turn_rules *rules) {
    return t->finals == 1 && t->responses == 1 && t->ends == 1 && t->completed == 1 && t->barge_ins == 0
        && !t->streaming && t->reply_bytes == rules->reply_bytes;
}

void turn_finish(struct turn *t, struct totals *sum, const struct turn_rules *rules) {
    if (!t->open) return;
    t->open = false;
    sum->turns++;
    if (turn_is_whole(t, rules)) sum->whole++;
    else if (t->reply_bytes == 0) sum->missed++;
    else if (t->finals > 1 || t->responses > 1 || t->ends > 1 || t->reply_bytes > rules->reply_bytes) sum->doubled++;
    else if (t->reply_bytes < rules->reply_bytes) sum->shortened++;
    else if (t->finals == 0) sum->without_final++;
    else sum->unfinished++;
}
