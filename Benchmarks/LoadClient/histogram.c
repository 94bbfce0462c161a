#include "histogram.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

void histogram_init(struct histogram *h) {
    *h = (struct histogram){.bins = calloc(HISTOGRAM_BINS, sizeof(uint32_t)), .min_ns = INT64_MAX, .max_ns = INT64_MIN};
    if (!h->bins) { perror("calloc"); exit(2); }
}

void histogram_add(struct histogram *h, int64_t ns) {
    int64_t bin = ns < 0 ? 0 : ns / HISTOGRAM_BIN_NS;
    h->bins[bin < HISTOGRAM_BINS ? bin : HISTOGRAM_BINS - 1]++;
    h->count++;
    h->sum_ns += (double)ns;
    if (ns < h->min_ns) h->min_ns = ns;
    if (ns > h->max_ns) h->max_ns = ns;
}

double histogram_max_ms(const struct histogram *h) { return h->count ? (double)h->max_ns / 1e6 : 0; }

double histogram_ms(const struct histogram *h, double q) {
    if (!h->count) return 0;
    uint64_t rank = (uint64_t)ceil(q * (double)h->count), seen = 0;
    if (rank == 0) rank = 1;
    for (int64_t i = 0; i < HISTOGRAM_BINS; i++) {
        seen += h->bins[i];
        if (seen < rank) continue;
        double edge = (double)(i + 1) * HISTOGRAM_BIN_NS / 1e6, max = histogram_max_ms(h);
        return i == HISTOGRAM_BINS - 1 || edge > max ? max : edge;
    }
    return histogram_max_ms(h);
}
