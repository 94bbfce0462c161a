#pragma once
#include "call.h"

/* How a call speaks to the server: TOM's own protocol (tom.v1) in tom.c, OpenAI's Realtime API in realtime.c. */
struct protocol {
    /* The path of call `serial`, written to `out`. */
    void (*path)(const struct load *l, long serial, char *out, size_t room);
    /* The subprotocol asked for, or NULL. */
    const char *subprotocol;
    /* The socket is open. */
    void (*opened)(struct load *l, struct call *c);
    /* A text message arrived. */
    void (*message)(struct load *l, struct call *c, const char *text, size_t size);
    /* Ends the call. */
    void (*stop)(struct load *l, struct call *c);
};

extern const struct protocol tom_protocol, realtime_protocol;

/* Reply audio in base64 arrived; `response` as for turn_audio. */
void protocol_audio(struct load *l, struct call *c, struct slice base64, uint64_t response, long seq);
/* The server says that something is wrong. */
void protocol_complaint(const char *text, size_t size, long *count);
/* The reply is over; a call of a set number of turns ends with its last one. */
void protocol_turn_over(struct load *l, struct call *c);
