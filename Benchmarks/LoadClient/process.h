#pragma once
#include <stdbool.h>

/* What /proc says of the server at one moment; zeros when it cannot be read. */
struct process_sample { long rss_kib; double cpu_s; int descriptors; };

struct process_sample process_sample(int pid);
/* CPU seconds this client has used. */
double own_cpu_s(void);
/* CPU seconds that the hypervisor gave to others, over all cores (field 8 of /proc/stat). */
double stolen_s(void);
/* The one core `pid` is pinned to, -1 when it may run on several. */
int pinned_core(int pid);
/* Whether `pid` runs under a real-time policy, so that ordinary programs cannot take its core. */
bool is_real_time(int pid);
/* CPU seconds that a core has spent on anything at all. */
double core_busy_s(int core);
