#pragma once
#include <stdint.h>

/* Durations counted in bins of 10 microseconds up to 4 seconds; longer ones share the last bin, the maximum is exact. */
enum { HISTOGRAM_BINS = 400000, HISTOGRAM_BIN_NS = 10000 };

struct histogram {
    uint32_t *bins;
    uint64_t count;
    int64_t min_ns, max_ns;
    double sum_ns;
};

void histogram_init(struct histogram *h);
/* Negative durations count in the first bin; `min_ns` keeps the true value. */
void histogram_add(struct histogram *h, int64_t ns);
/* The upper edge, in milliseconds, of the bin that holds quantile `q` (0...1); 0 when empty. */
double histogram_ms(const struct histogram *h, double q);
double histogram_max_ms(const struct histogram *h);
