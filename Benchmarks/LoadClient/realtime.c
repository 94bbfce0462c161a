#include <stdio.h>
#include <string.h>

#include "protocol.h"

/* One call of a client of OpenAI's Realtime API (GA): PCM at 24 kHz both ways, turns found by the server, transcripts on,
 * the agent's own instructions and voice. The client holds the audio: a reply comes as fast as it is made, and is late
 * only where the client, playing it from its first piece on, would have had nothing to play. */

static void path(const struct load *l, long serial, char *out, size_t room) {
    (void)l, (void)serial;
    snprintf(out, room, "/v1/realtime?model=gpt-realtime");
}

static void opened(struct load *l, struct call *c) { (void)l, (void)c; }

static void created(struct load *l, struct call *c) {
    char update[512];
    snprintf(update, sizeof update,
             "{\"type\":\"session.update\",\"session\":{\"type\":\"realtime\",\"audio\":{\"input\":{"
             "\"format\":{\"type\":\"audio/pcm\",\"rate\":24000},\"transcription\":{\"model\":\"whisper-1\"},"
             "\"turn_detection\":{\"type\":\"server_vad\",\"silence_duration_ms\":%d}},"
             "\"output\":{\"format\":{\"type\":\"audio/pcm\",\"rate\":24000}}}}}",
             l->options.endpointing_ms);
    call_send(l, c, update);
}

static void done(struct load *l, struct call *c, const struct event *response) {
    bool ours = slice_hash(response->id) == c->turn.response;
    if (slice_is(response->status, "cancelled")) turn_interrupted(&c->turn, &l->sum);
    turn_answered(&c->turn, &l->sum, ours, slice_is(response->status, "completed"));
    turn_handed_over(&c->turn, &l->sum, now_ns());
    protocol_turn_over(l, c);
}

static void response_event(struct load *l, struct call *c, const struct event *e) {
    struct event response;
    if (slice_is(e->type, "response.output_audio.done")) {
        turn_streamed(&c->turn, &l->sum, slice_hash(e->response_id));
    } else if (slice_is(e->type, "response.content_part.added")) {
        turn_stream(&c->turn, &l->sum, slice_hash(e->response_id));
    } else if (slice_is(e->type, "response.created") || slice_is(e->type, "response.done")) {
        if (!json_members(e->response, &response) || !response.id.at) { l->sum.bad_messages++; return; }
        if (slice_is(e->type, "response.done")) done(l, c, &response);
        else turn_response(&c->turn, &l->sum, slice_hash(response.id));
    }
}

static void message(struct load *l, struct call *c, const char *text, size_t size) {
    struct event e;
    if (!json_event(text, size, &e) || !e.event_id.at) { l->sum.bad_messages++; return; }
    if (slice_is(e.type, "response.output_audio.delta")) {
        if (!c->turn.streaming) l->sum.bad_messages++;
        protocol_audio(l, c, e.delta, slice_hash(e.response_id), -1);
    } else if (slice_is(e.type, "session.created")) {
        created(l, c);
    } else if (slice_is(e.type, "session.updated")) {
        if (c->state == CALL_OPENING) call_live(l, c);
    } else if (slice_is(e.type, "conversation.item.input_audio_transcription.completed")) {
        turn_words(&c->turn, &l->sum, slice_hash(e.item_id), e.transcript.at != NULL);
    } else if (slice_is(e.type, "error")) {
        protocol_complaint(text, size, &l->sum.errors);
    } else {
        response_event(l, c, &e);
    }
}

/* There is no event for the end of a call: the client closes the socket. */
static void stop(struct load *l, struct call *c) {
    c->stopped = true;
    call_close(l, c);
}

const struct protocol realtime_protocol = {path, NULL, opened, message, stop};
