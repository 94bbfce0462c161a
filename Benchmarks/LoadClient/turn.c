#include "turn.h"

#include <string.h>

void turn_begin(struct turn *t, bool measured) { *t = (struct turn){.open = true, .measured = measured}; }

void turn_spoken(struct turn *t, int64_t now) {
    t->speech_sent = true;
    t->speech_end_ns = now;
}

void turn_response(struct turn *t, struct totals *sum, uint64_t response) {
    if (!t->open || !t->speech_sent) { sum->stray_events++; return; }
    if (t->responses && t->response == response) return;
    t->responses++;
    t->response = response;
    t->next_seq = -1;
}

void turn_words(struct turn *t, struct totals *sum, uint64_t id, bool whole) {
    if (!t->open || !t->speech_sent) sum->stray_events++;
    t->finals++;
    t->id = id;
    if (!id || !whole) sum->bad_messages++;
}

void turn_stream(struct turn *t, struct totals *sum, uint64_t response) {
    if (t->streaming) sum->bad_messages++;
    t->streaming = true;
    turn_response(t, sum, response);
}

void turn_streamed(struct turn *t, struct totals *sum, uint64_t response) {
    if (!t->streaming || response != t->response) sum->bad_messages++;
    t->streaming = false;
}

void turn_answered(struct turn *t, struct totals *sum, bool ours, bool completed) {
    if (!t->open || !t->speech_sent) sum->stray_events++;
    t->ends++;
    if (completed && ours) t->completed++;
}

void turn_interrupted(struct turn *t, struct totals *sum) {
    t->barge_ins++;
    sum->barge_ins++;
}

void turn_handed_over(struct turn *t, struct totals *sum, int64_t now) {
    if (t->measured && t->reply_bytes > 0) histogram_add(&sum->handover, now - t->reply_start_ns);
}

void turn_audio(struct turn *t, struct totals *sum, const struct turn_rules *rules, long bytes, uint64_t response, long seq,
                int64_t now) {
    if (response) turn_response(t, sum, response);
    if (seq >= 0) {
        if (t->next_seq >= 0 && seq != t->next_seq) sum->bad_messages++;
        t->next_seq = seq + 1;
    } else if (!t->streaming) {
        sum->bad_messages++;
    }
    if (!t->open || !t->speech_sent) { sum->stray_events++; return; }
    if (t->reply_bytes == 0) {
        t->reply_start_ns = now;
        if (t->measured) histogram_add(&sum->added, now - t->speech_end_ns - rules->endpointing_ns);
    }
    int64_t due = t->reply_start_ns + (int64_t)t->reply_bytes * 1000000 / rules->bytes_per_ms;
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
