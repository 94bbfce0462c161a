#include "report.h"

#include <stdio.h>

/* A client that is late itself measures itself: beyond these the run says nothing about the server. */
static const double own_p99_limit_ms = 5, own_max_limit_ms = 50;
/* The same where other programs had the server's core, unless the server takes precedence over them. */
static const double foreign_limit_percent = 10;

static void quantiles(const char *name, const struct histogram *h) {
    printf(",\"%s\":{\"count\":%llu,\"min\":%.2f,\"p50\":%.2f,\"p95\":%.2f,\"p99\":%.2f,\"max\":%.2f}", name, (unsigned long long)h->count,
           h->count ? (double)h->min_ns / 1e6 : 0, histogram_ms(h, 0.5), histogram_ms(h, 0.95), histogram_ms(h, 0.99), histogram_max_ms(h));
}

static long faults(const struct load *l) {
    const struct totals *s = &l->sum;
    return s->turns - s->whole + s->stray_events + s->bad_messages + s->barge_ins + s->errors + s->silent_replies + l->refused
        + l->dropped + l->stuck + l->stalled;
}

int report(const struct load *l, const struct outcome *o) {
    const struct totals *s = &l->sum;
    const struct options *p = &l->options;
    double own_p99 = histogram_ms(&l->own_lateness, 0.99), own_max = histogram_max_ms(&l->own_lateness);
    bool measured = p->idle || p->turns ? l->finished > 0 : l->turns_measured > 0 && s->added.count > 0;
    double per = p->calls ? 1.0 / p->calls : 0, span = o->measured_s > 0 ? o->measured_s : 1;
    double cpu = 100 * (o->end.cpu_s - o->begin.cpu_s) / span;
    double foreign = o->core_busy_s > 0 ? 100 * o->core_busy_s / span - cpu : 0;
    bool undisturbed = own_p99 <= own_p99_limit_ms && own_max <= own_max_limit_ms
        && (o->real_time || foreign <= foreign_limit_percent);
    bool valid = measured && (undisturbed || p->turns);
    printf("{\"label\":\"%s\",\"mode\":\"%s\",\"framing\":\"%s\",\"hertz\":%d,\"calls\":%d,\"total\":%d,\"measured_s\":%.1f,\"wall_s\":%.1f",
           p->label, p->idle ? "idle" : p->turns ? "short" : "talk", framing_names[p->framing], p->hertz, p->calls, p->total,
           o->measured_s, o->wall_s);
    printf(",\"valid\":%s,\"faults\":%ld,\"turns\":%ld,\"whole\":%ld,\"missed\":%ld,\"doubled\":%ld,\"shortened\":%ld"
           ",\"without_final\":%ld,\"unfinished\":%ld,\"stray_events\":%ld,\"bad_messages\":%ld,\"barge_ins\":%ld,\"errors\":%ld"
           ",\"notices\":%ld,\"silent_replies\":%ld",
           valid ? "true" : "false", faults(l), s->turns, s->whole, s->missed, s->doubled, s->shortened, s->without_final,
           s->unfinished, s->stray_events, s->bad_messages, s->barge_ins, s->errors, s->notices, s->silent_replies);
    printf(",\"finished\":%ld,\"refused\":%ld,\"refused_status\":%d,\"dropped\":%ld,\"dropped_code\":%d,\"stuck\":%ld"
           ",\"stalled\":%ld,\"reply_frames\":%ld,\"late_frames\":%ld",
           l->finished, l->refused, l->refused_status, l->dropped, l->dropped_code, l->stuck, l->stalled, s->frames_received,
           s->late_frames);
    quantiles("added_ms", &s->added);
    quantiles("lateness_ms", &s->lateness);
    if (p->framing == FRAMING_REALTIME) quantiles("handover_ms", &s->handover);
    quantiles("connect_ms", &l->connect);
    quantiles("own_lateness_ms", &l->own_lateness);
    printf(",\"server\":{\"cpu_percent\":%.1f,\"cpu_ms_per_call_second\":%.3f,\"rss_before_kib\":%ld,\"rss_connected_kib\":%ld,\"rss_peak_kib\":%ld"
           ",\"rss_after_kib\":%ld,\"kib_per_call_connected\":%.1f,\"kib_per_call_peak\":%.1f,\"fds_before\":%d,\"fds_after\":%d}",
           cpu, cpu * 10 * per, o->before.rss_kib, o->connected.rss_kib, o->rss_peak_kib, o->after.rss_kib,
           (double)(o->connected.rss_kib - o->before.rss_kib) * per, (double)(o->rss_peak_kib - o->before.rss_kib) * per,
           o->before.descriptors, o->after.descriptors);
    printf(",\"client_cpu_percent\":%.1f,\"foreign_percent\":%.1f,\"stolen_percent\":%.1f}\n", 100 * o->own_cpu_s / span, foreign,
           100 * o->stolen_s / span);
    fprintf(stderr,
            "%d calls %s: %ld/%ld turns whole, %ld faults; added p50 %.1f p99 %.1f max %.1f ms; lateness p99 %.1f max %.1f ms; "
            "server %.0f %% CPU, others on its core %.0f %%, %ld MiB; client %.0f %% CPU, own lateness p99 %.2f max %.1f ms%s\n",
            p->calls, framing_names[p->framing], s->whole, s->turns, faults(l), histogram_ms(&s->added, 0.5),
            histogram_ms(&s->added, 0.99), histogram_max_ms(&s->added), histogram_ms(&s->lateness, 0.99),
            histogram_max_ms(&s->lateness), cpu, foreign, o->rss_peak_kib / 1024, 100 * o->own_cpu_s / span, own_p99, own_max,
            valid ? "" : "  NOT VALID: too few turns, or the machine did other work");
    if (!valid) return 2;
    return faults(l) ? 1 : 0;
}
