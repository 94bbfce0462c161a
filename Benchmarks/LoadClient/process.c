#include "process.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

struct process_sample process_sample(int pid) {
    struct process_sample s = {0};
    char path[64], line[1024];
    if (pid <= 0) return s;
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *f = fopen(path, "r");
    if (!f) return s;
    size_t n = fread(line, 1, sizeof line - 1, f);
    fclose(f);
    line[n] = 0;
    unsigned long user = 0, kernel = 0;
    long rss = 0;
    const char *after_name = strrchr(line, ')');
    if (after_name && sscanf(after_name + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %*d %*d %*d %*d %*d %*d %*u %*u %ld",
                             &user, &kernel, &rss) == 3) {
        s.cpu_s = (double)(user + kernel) / (double)sysconf(_SC_CLK_TCK);
        s.rss_kib = rss * (sysconf(_SC_PAGESIZE) / 1024);
    }
    snprintf(path, sizeof path, "/proc/%d/fd", pid);
    DIR *d = opendir(path);
    if (!d) return s;
    while (readdir(d)) s.descriptors++;
    closedir(d);
    s.descriptors -= 2;
    return s;
}

double own_cpu_s(void) {
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

double stolen_s(void) {
    unsigned long stolen = 0;
    FILE *f = fopen("/proc/stat", "r");
    if (!f) return 0;
    if (fscanf(f, "cpu %*u %*u %*u %*u %*u %*u %*u %lu", &stolen) != 1) stolen = 0;
    fclose(f);
    return (double)stolen / (double)sysconf(_SC_CLK_TCK);
}
