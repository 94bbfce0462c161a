#pragma once
#include "call.h"

/* The figures of a finished run beside its counts. */
struct outcome {
    struct process_sample before, connected, begin, end, after;
    long rss_peak_kib;
    double measured_s, own_cpu_s, stolen_s, core_busy_s, wall_s;
    bool real_time;
};

/* Prints one JSON line to stdout and a summary to stderr; returns the exit code. */
int report(const struct load *l, const struct outcome *o);
