#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "options.h"
#include "process.h"
#include "speech.h"
#include "turn.h"

enum call_state { CALL_FREE, CALL_CONNECTING, CALL_UPGRADING, CALL_OPENING, CALL_LIVE, CALL_STOPPING };

/* A second and more of frames that the socket does not take: the server has stopped reading this call. */
enum { BACKLOG = 64, CONTROL_MAX = 768 };

struct call {
    enum call_state state;
    int fd, index;
    long serial;                      /* the call's number in the run; its id is the prefix and this */
    bool wants_write, stopped, closing, heard;
    int lead, position, turns;        /* frames before the first turn; frames into the turn; turns finished */
    uint16_t backlog[BACKLOG];        /* frames due but not sent, as 0: silence, k: speech frame k - 1 */
    unsigned head, tail;
    size_t frame_sent;                /* bytes of the oldest due frame that are already on the wire */
    unsigned char control[CONTROL_MAX];
    size_t control_size, control_sent;
    char *kept;                       /* an incomplete frame */
    size_t kept_size, kept_room;
    int64_t opened_ns, stopping_ns;
    struct turn turn;
};

struct protocol;

/* The whole run. */
struct load {
    struct options options;
    const struct protocol *protocol;
    struct script script;
    struct turn_rules rules;
    struct totals sum;
    struct call *calls;
    int epoll;
    int live, open;                   /* calls talking; calls with a socket */
    long opened, finished, refused, dropped, stuck, stalled;
    int refused_status, dropped_code; /* of the last one */
    bool measuring, winding_down;
    long turns_measured;
    struct histogram connect, own_lateness;
};

int64_t now_ns(void);
/* Connects a free slot as call number `serial`. */
void call_open(struct load *l, struct call *c, long serial);
/* The socket is readable, writable or broken. */
void call_ready(struct load *l, struct call *c, uint32_t events);
/* One 20 ms frame of this call is due. */
void call_tick(struct load *l, struct call *c);
/* Sends a text message, and a close frame with the code 1000. */
void call_send(struct load *l, struct call *c, const char *text);
void call_close(struct load *l, struct call *c);
/* The server is ready: the call begins to talk. */
void call_live(struct load *l, struct call *c);
/* Asks the server to end the call. */
void call_stop(struct load *l, struct call *c);
/* Gives the slot back without waiting for the server. */
void call_drop(struct load *l, struct call *c);
