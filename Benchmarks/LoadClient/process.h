#pragma once

/* What /proc says of the server at one moment; zeros when it cannot be read. */
struct process_sample { long rss_kib; double cpu_s; int descriptors; };

struct process_sample process_sample(int pid);
/* CPU seconds this client has used. */
double own_cpu_s(void);
/* CPU seconds that the hypervisor gave to others, over all cores (field 8 of /proc/stat). */
double stolen_s(void);
