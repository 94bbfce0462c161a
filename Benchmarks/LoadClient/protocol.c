#include "protocol.h"

#include <stdio.h>
#include <stdlib.h>

/* Decodes a call's first reply frame: it must be base64 and audible. */
static void first_frame(struct load *l, struct call *c, struct slice base64, long size) {
    static unsigned char pcm[65536];
    c->heard = true;
    if (size > (long)sizeof pcm || base64_size(base64, pcm) != size) { l->sum.bad_messages++; return; }
    int peak = 0;
    for (long i = 0; i + 1 < size; i += 2) {
        int level = abs((int16_t)(pcm[i] | pcm[i + 1] << 8));
        if (level > peak) peak = level;
    }
    if (peak < 300) l->sum.silent_replies++;
}

void protocol_audio(struct load *l, struct call *c, struct slice base64, uint64_t response, long seq) {
    long size = base64_size(base64, NULL);
    if (size <= 0 || size % 2) { l->sum.bad_messages++; return; }
    if (!c->heard) first_frame(l, c, base64, size);
    turn_audio(&c->turn, &l->sum, &l->rules, size, response, seq, now_ns());
}

void protocol_complaint(const char *text, size_t size, long *count) {
    static int shown;
    ++*count;
    if (shown++ < 5) fprintf(stderr, "loadclient: server says %.*s\n", (int)(size < 300 ? size : 300), text);
}

void protocol_turn_over(struct load *l, struct call *c) {
    bool last = l->options.turns && c->turns + 1 >= l->options.turns;
    if (c->state != CALL_LIVE || !last || !turn_is_whole(&c->turn, &l->rules)) return;
    turn_finish(&c->turn, &l->sum, &l->rules);
    c->turns++;
    call_stop(l, c);
}
