#define _GNU_SOURCE
#include "call.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "protocol.h"
#include "websocket.h"

/* RFC 6455 section 1.3's own example, so that the accept value needs no SHA-1 here. */
static const char handshake_key[] = "dGhlIHNhbXBsZSBub25jZQ==";
static const char handshake_accept[] = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
static char inbox[1 << 18];

int64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void release(struct load *l, struct call *c) {
    if (c->fd >= 0) { close(c->fd); l->open--; }
    if (c->state == CALL_LIVE || c->state == CALL_STOPPING) l->live--;
    free(c->kept);
    *c = (struct call){.fd = -1, .index = c->index, .turns = c->turns};
}

void call_drop(struct load *l, struct call *c) {
    if (c->state == CALL_FREE) return;
    if (c->turn.open) turn_finish(&c->turn, &l->sum, &l->rules);
    if (c->state < CALL_LIVE) l->refused++;
    else l->dropped++;
    release(l, c);
}

static void want_write(struct load *l, struct call *c, bool wanted) {
    if (c->wants_write == wanted) return;
    c->wants_write = wanted;
    struct epoll_event e = {.events = EPOLLIN | EPOLLRDHUP | (wanted ? EPOLLOUT : 0), .data.u32 = (uint32_t)c->index};
    epoll_ctl(l->epoll, EPOLL_CTL_MOD, c->fd, &e);
}

/* Sends from `bytes + *sent`; true when all of it has gone. */
static bool push(struct call *c, const unsigned char *bytes, size_t size, size_t *sent, bool *broken) {
    ssize_t n = send(c->fd, bytes + *sent, size - *sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0) {
        if (errno != EAGAIN && errno != EINTR) *broken = true;
        return false;
    }
    *sent += (size_t)n;
    return *sent == size;
}

/* Control frames go between whole audio frames only. */
static void flush(struct load *l, struct call *c) {
    bool broken = false, blocked = false;
    while (!broken && !blocked) {
        if (c->control_size && c->frame_sent == 0) {
            blocked = !push(c, c->control, c->control_size, &c->control_sent, &broken);
            if (!blocked) c->control_size = c->control_sent = 0;
        } else if (c->head != c->tail) {
            unsigned which = c->backlog[c->head % BACKLOG];
            const struct wire_frame *f = which ? &l->script.speech[which - 1] : &l->script.silence;
            blocked = !push(c, f->bytes, f->size, &c->frame_sent, &broken);
            if (blocked) break;
            c->frame_sent = 0;
            c->head++;
            if ((int)which == l->script.count) turn_spoken(&c->turn, now_ns());
        } else {
            break;
        }
    }
    if (broken) call_drop(l, c);
    else want_write(l, c, blocked);
}

static void queue_control(struct load *l, struct call *c, int opcode, const void *payload, size_t size) {
    if (c->control_size + size + WS_HEADER_MAX > CONTROL_MAX) { call_drop(l, c); return; }
    c->control_size += ws_write(opcode, payload, size, 0x5a17c39eu + (uint32_t)c->serial, c->control + c->control_size);
    flush(l, c);
}

void call_send(struct load *l, struct call *c, const char *text) { queue_control(l, c, WS_TEXT, text, strlen(text)); }

void call_close(struct load *l, struct call *c) {
    c->closing = true;
    queue_control(l, c, WS_CLOSE, "\x03\xe8", 2);
}

void call_open(struct load *l, struct call *c, long serial) {
    *c = (struct call){.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), .index = c->index,
                       .serial = serial, .state = CALL_CONNECTING, .wants_write = true, .opened_ns = now_ns()};
    if (c->fd < 0) { perror("loadclient: socket"); exit(2); }
    l->open++;
    int on = 1;
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)l->options.port)};
    inet_pton(AF_INET, l->options.host, &to.sin_addr);
    char path[128];
    l->protocol->path(l, serial, path, sizeof path);
    const char *wanted = l->protocol->subprotocol;
    c->control_size = (size_t)snprintf(
        (char *)c->control, CONTROL_MAX,
        "GET %s HTTP/1.1\r\nHost: %s:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\n%s%s%s\r\n",
        path, l->options.host, l->options.port, handshake_key, wanted ? "Sec-WebSocket-Protocol: " : "",
        wanted ? wanted : "", wanted ? "\r\n" : "");
    struct epoll_event e = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP, .data.u32 = (uint32_t)c->index};
    epoll_ctl(l->epoll, EPOLL_CTL_ADD, c->fd, &e);
    if (connect(c->fd, (struct sockaddr *)&to, sizeof to) < 0 && errno != EINPROGRESS) call_drop(l, c);
}

/* Frames of silence before the first turn. Turns of different calls are spread evenly over the cycle by the golden ratio,
 * whatever the number of calls; ten frames let a detector learn the quiet. */
static int lead_frames(const struct load *l, long serial) {
    if (l->options.turns) return 10;
    double part = (double)serial * 0.6180339887498949;
    int cycle = l->script.count + l->options.silence_ms / 20;
    return 10 + (int)((part - (double)(long)part) * cycle);
}

void call_live(struct load *l, struct call *c) {
    histogram_add(&l->connect, now_ns() - c->opened_ns);
    c->state = CALL_LIVE;
    c->lead = lead_frames(l, c->serial);
    l->live++;
}

static void close_frame(struct load *l, struct call *c, const struct ws_frame *f) {
    int code = f->size >= 2 ? (unsigned char)f->payload[0] << 8 | (unsigned char)f->payload[1] : 1005;
    bool clean = c->state == CALL_STOPPING && c->stopped && code == 1000;
    unsigned char answer[2] = {(unsigned char)(code >> 8), (unsigned char)code};
    /* It is the answer where this client closed first. */
    if (!c->closing) queue_control(l, c, WS_CLOSE, answer, f->size >= 2 ? 2 : 0);
    if (c->state == CALL_FREE) return;
    if (clean) { l->finished++; release(l, c); return; }
    l->dropped_code = code;
    call_drop(l, c);
}

static void frame(struct load *l, struct call *c, const struct ws_frame *f) {
    switch (f->opcode) {
    case WS_TEXT: l->protocol->message(l, c, f->payload, f->size); break;
    case WS_BINARY:
        if (l->options.framing != FRAMING_BINARY || f->size % 2) { l->sum.bad_messages++; break; }
        turn_audio(&c->turn, &l->sum, &l->rules, (long)f->size, 0, -1, now_ns());
        break;
    case WS_PING: queue_control(l, c, WS_PONG, f->payload, f->size); break;
    case WS_CLOSE: close_frame(l, c, f); break;
    }
}

/* Returns the bytes of the response's head, 0 while it is incomplete, -1 when the server refused. */
static long handshake(struct load *l, struct call *c, char *data, size_t size) {
    char *end = memmem(data, size, "\r\n\r\n", 4);
    if (!end) return size > 8192 ? -1 : 0;
    size_t head = (size_t)(end - data) + 4;
    int status = 0;
    sscanf(data, "HTTP/1.1 %d", &status);
    const char *wanted = l->protocol->subprotocol;
    bool accepted = memmem(data, head, handshake_accept, sizeof handshake_accept - 1)
        && (!wanted || memmem(data, head, wanted, strlen(wanted)));
    if (status != 101 || !accepted) { l->refused_status = status; return -1; }
    c->state = CALL_OPENING;
    l->protocol->opened(l, c);
    return (long)head;
}

static void keep(struct call *c, const char *data, size_t size) {
    if (size > c->kept_room) {
        c->kept = realloc(c->kept, c->kept_room = size + 4096);
        if (!c->kept) { perror("realloc"); exit(2); }
    }
    if (size) memcpy(c->kept, data, size);
    c->kept_size = size;
}

static void received(struct load *l, struct call *c, size_t size) {
    size_t at = 0;
    while (at < size && c->state != CALL_FREE) {
        struct ws_frame f;
        bool upgrading = c->state == CALL_UPGRADING;
        long took = upgrading ? handshake(l, c, inbox + at, size - at) : ws_read(inbox + at, size - at, &f);
        if (took < 0) {
            if (!upgrading) l->sum.bad_messages++;
            call_drop(l, c);
        }
        if (took <= 0 || c->state == CALL_FREE) break;
        at += (size_t)took;
        if (!upgrading) frame(l, c, &f);
    }
    if (c->state != CALL_FREE) keep(c, inbox + at, size - at);
}

void call_ready(struct load *l, struct call *c, uint32_t events) {
    if (c->state == CALL_FREE) return;
    if (c->state == CALL_CONNECTING && events & EPOLLOUT) c->state = CALL_UPGRADING;
    if (events & EPOLLOUT) flush(l, c);
    if (c->state == CALL_FREE || !(events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR))) return;
    size_t had = c->kept_size;
    if (had) memcpy(inbox, c->kept, had);
    ssize_t n = recv(c->fd, inbox + had, sizeof inbox - had, 0);
    if (n > 0) received(l, c, had + (size_t)n);
    else if (n == 0 || (errno != EAGAIN && errno != EINTR)) call_drop(l, c);
}

void call_stop(struct load *l, struct call *c) {
    if (c->state != CALL_LIVE) return;
    c->state = CALL_STOPPING;
    c->stopping_ns = now_ns();
    l->protocol->stop(l, c);
}

void call_tick(struct load *l, struct call *c) {
    if (c->state != CALL_LIVE || l->options.idle) return;
    int cycle = l->script.count + l->options.silence_ms / 20;
    unsigned which = 0;
    if (c->lead > 0) {
        c->lead--;
    } else {
        if (c->position >= cycle) {
            turn_finish(&c->turn, &l->sum, &l->rules);
            c->turns++;
            c->position = 0;
        }
        if (c->position == 0) {
            if (l->winding_down || (l->options.turns && c->turns >= l->options.turns)) { call_stop(l, c); return; }
            turn_begin(&c->turn, l->measuring);
            l->turns_measured += l->measuring;
        }
        if (c->position < l->script.count) which = (unsigned)c->position + 1;
        c->position++;
    }
    if (c->tail - c->head >= BACKLOG) { l->stalled++; call_drop(l, c); return; }
    c->backlog[c->tail++ % BACKLOG] = (uint16_t)which;
    flush(l, c);
}
