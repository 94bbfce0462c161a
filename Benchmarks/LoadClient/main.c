/* Holds many calls from one thread, in real time, and checks what comes back.
 *
 * Every call sends one frame each 20 ms; the calls' phases are spread evenly over those 20 ms, so that the load is level.
 * All frames are built, masked and shared beforehand. Latency is measured on turns that begin while all calls are up;
 * whether each turn is answered once and whole is checked on all of them. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "protocol.h"
#include "report.h"

static const int64_t frame_ns = 20000000, second_ns = 1000000000;
/* Frames due within this time go out together: it bounds the wake-ups to 4,000 a second. */
static const int64_t tick_ns = 250000;
/* Few enough that frames falling due meanwhile wait less than a millisecond. */
enum { EVENTS = 64 };

static volatile sig_atomic_t interrupted;
static void on_signal(int signal_number) { interrupted = signal_number; }

struct schedule {
    int64_t base_ns, next_open_ns, next_sample_ns, measure_ns, end_ns, deadline_ns;
    int64_t cycle;
    int slot;
    int free_at;
};

static int64_t due_ns(const struct load *l, const struct schedule *s) {
    return s->base_ns + s->cycle * frame_ns + frame_ns * s->slot / l->options.calls;
}

static void send_due(struct load *l, struct schedule *s) {
    int64_t due, now;
    while ((due = due_ns(l, s)) <= (now = now_ns())) {
        if (l->measuring) histogram_add(&l->own_lateness, now - due);
        call_tick(l, &l->calls[s->slot]);
        if (++s->slot == l->options.calls) { s->slot = 0; s->cycle++; }
    }
}

/* Opens calls at the bounded rate while slots and calls are left. */
static void open_due(struct load *l, struct schedule *s) {
    int64_t now = now_ns();
    while (l->opened < l->options.total && s->next_open_ns <= now && !l->winding_down) {
        int tried = 0;
        while (tried < l->options.calls && l->calls[s->free_at].state != CALL_FREE) {
            s->free_at = (s->free_at + 1) % l->options.calls;
            tried++;
        }
        if (tried == l->options.calls) { s->next_open_ns = now; return; }
        call_open(l, &l->calls[s->free_at], l->opened++);
        s->next_open_ns += second_ns / l->options.setup_rate;
    }
}

static void receive(struct load *l, int64_t until) {
    struct epoll_event events[EVENTS];
    int64_t now = now_ns(), wait = until > now + tick_ns ? until - now : tick_ns;
    struct timespec t = {wait / second_ns, wait % second_ns};
    int n = epoll_pwait2(l->epoll, events, EVENTS, &t, NULL);
    for (int i = 0; i < n; i++) call_ready(l, &l->calls[events[i].data.u32], events[i].events);
}

static void begin_measuring(struct load *l, struct schedule *s, struct outcome *o) {
    l->measuring = true;
    s->measure_ns = now_ns();
    s->end_ns = s->measure_ns + l->options.duration_s * second_ns;
    o->begin = o->connected = process_sample(l->options.server_pid);
    o->own_cpu_s = own_cpu_s();
    o->stolen_s = stolen_s();
    o->real_time = is_real_time(l->options.server_pid);
    o->core_busy_s = core_busy_s(pinned_core(l->options.server_pid));
}

static void end_measuring(struct load *l, struct schedule *s, struct outcome *o) {
    if (!l->measuring) begin_measuring(l, s, o);
    l->measuring = false;
    l->winding_down = true;
    o->end = process_sample(l->options.server_pid);
    if (l->options.idle) o->connected = o->end;
    o->measured_s = (double)(now_ns() - s->measure_ns) / 1e9;
    o->own_cpu_s = own_cpu_s() - o->own_cpu_s;
    o->stolen_s = stolen_s() - o->stolen_s;
    o->core_busy_s = core_busy_s(pinned_core(l->options.server_pid)) - o->core_busy_s;
    s->deadline_ns = now_ns() + (l->options.speech_ms + l->options.silence_ms) * 1000000LL + 10 * second_ns;
    if (l->options.idle)
        for (int i = 0; i < l->options.calls; i++) call_stop(l, &l->calls[i]);
}

/* Whether the next stage of the run begins; returns false when the run is over. */
static bool advance(struct load *l, struct schedule *s, struct outcome *o) {
    int64_t now = now_ns();
    bool all_opened = l->opened == l->options.total, limited = l->options.turns > 0;
    if (now >= s->next_sample_ns) {
        struct process_sample p = process_sample(l->options.server_pid);
        if (p.rss_kib > o->rss_peak_kib) o->rss_peak_kib = p.rss_kib;
        s->next_sample_ns = now + second_ns;
        for (int i = 0; i < l->options.calls; i++) {
            struct call *c = &l->calls[i];
            bool hung = c->state == CALL_STOPPING && now - c->stopping_ns > 10 * second_ns;
            bool unborn = c->state != CALL_FREE && c->state < CALL_LIVE && now - c->opened_ns > 20 * second_ns;
            if (hung || unborn) { l->stuck++; call_drop(l, c); }
        }
    }
    if (!l->winding_down) {
        long settled = l->live + l->refused + l->dropped + l->finished;
        if (!l->measuring && (limited || (all_opened && settled >= l->options.total))) begin_measuring(l, s, o);
        if (interrupted || (l->measuring && !limited && now >= s->end_ns) || (all_opened && l->open == 0)) end_measuring(l, s, o);
        return true;
    }
    if (now > s->deadline_ns)
        for (int i = 0; i < l->options.calls; i++)
            if (l->calls[i].state != CALL_FREE) { l->stuck++; call_drop(l, &l->calls[i]); }
    return l->open > 0;
}

static void prepare(struct load *l, int argc, char **argv) {
    l->options = options_parse(argc, argv);
    l->script = script_make(&l->options);
    l->protocol = l->options.framing == FRAMING_REALTIME ? &realtime_protocol : &tom_protocol;
    long bytes_per_ms = l->options.hertz / 1000 * 2;
    l->rules = (struct turn_rules){l->options.reply_ms * bytes_per_ms, bytes_per_ms, l->options.endpointing_ms * 1000000LL,
                                   60 * 1000000LL};
    struct histogram *all[] = {&l->connect, &l->own_lateness, &l->sum.added, &l->sum.lateness, &l->sum.handover};
    for (int i = 0; i < 5; i++) histogram_init(all[i]);
    l->calls = calloc((size_t)l->options.calls, sizeof *l->calls);
    l->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (!l->calls || l->epoll < 0) { perror("loadclient"); exit(2); }
    for (int i = 0; i < l->options.calls; i++) l->calls[i] = (struct call){.fd = -1, .index = i};
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    signal(SIGINT, on_signal);
    signal(SIGTERM, on_signal);
}

int main(int argc, char **argv) {
    static struct load l;
    struct outcome o = {0};
    prepare(&l, argc, argv);
    o.before = process_sample(l.options.server_pid);
    if (l.options.server_pid && !o.before.rss_kib) {
        fprintf(stderr, "loadclient: there is no process %d\n", l.options.server_pid);
        return 2;
    }
    int64_t start = now_ns();
    struct schedule s = {.base_ns = start, .next_open_ns = start, .next_sample_ns = start + second_ns};
    while (advance(&l, &s, &o)) {
        open_due(&l, &s);
        send_due(&l, &s);
        receive(&l, due_ns(&l, &s));
    }
    usleep(500000); /* lets the server close its side before its descriptors are counted */
    o.after = process_sample(l.options.server_pid);
    o.wall_s = (double)(now_ns() - start) / 1e9;
    return report(&l, &o);
}
