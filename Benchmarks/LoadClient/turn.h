#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "histogram.h"
#include "json.h"

/* One turn of one call, from its first speech frame until the next turn begins. */
struct turn {
    bool open, measured, speech_sent, streaming;
    int finals, responses, ends, completed, barge_ins;
    uint64_t id, response;
    int64_t speech_end_ns, reply_start_ns;
    long reply_bytes;
    long next_seq;
};

/* What all calls of the run came to. A turn is counted in exactly one of `whole` and the faults below it. */
struct totals {
    long turns, whole, missed, doubled, shortened, unfinished, without_final;
    long stray_events;     /* replies or transcripts outside a turn, or before its speech was over */
    long bad_messages;     /* not JSON, not WebSocket, wrong codec, rate, base64, sequence or order */
    long barge_ins, errors, notices, silent_replies;
    long frames_received, late_frames;
    struct histogram added, lateness, handover;
};

struct turn_rules { long reply_bytes, bytes_per_ms; int64_t endpointing_ns, late_ns; };

/* The first speech frame is due: a turn opens; `measured` says whether it counts in the latency figures. */
void turn_begin(struct turn *t, bool measured);
/* The last speech frame has been handed to the socket. */
void turn_spoken(struct turn *t, int64_t now);
/* The words of the turn that `id` names arrived. */
void turn_words(struct turn *t, struct totals *sum, uint64_t id, bool whole);
/* A response begins. */
void turn_response(struct turn *t, struct totals *sum, uint64_t response);
/* The audio of `response` begins, and is over. */
void turn_stream(struct turn *t, struct totals *sum, uint64_t response);
void turn_streamed(struct turn *t, struct totals *sum, uint64_t response);
/* The turn is answered. `ours`: as far as the event names turn and response, they are this turn's. */
void turn_answered(struct turn *t, struct totals *sum, bool ours, bool completed);
/* The server says that the caller interrupted. */
void turn_interrupted(struct turn *t, struct totals *sum);
/* The client has all of the reply's audio, which it plays itself, before it can have played it. */
void turn_handed_over(struct turn *t, struct totals *sum, int64_t now);
/* `bytes` of reply audio arrived. `response` and `seq` are 0 and -1 where the framing does not carry them. */
void turn_audio(struct turn *t, struct totals *sum, const struct turn_rules *rules, long bytes, uint64_t response, long seq,
                int64_t now);
/* Whether the turn got all it is owed. */
bool turn_is_whole(const struct turn *t, const struct turn_rules *rules);
/* Judges the turn and closes it. */
void turn_finish(struct turn *t, struct totals *sum, const struct turn_rules *rules);
