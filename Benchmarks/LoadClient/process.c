#define _GNU_SOURCE
#include "process.h"

#include <dirent.h>
#include <sched.h>
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

int pinned_core(int pid) {
    cpu_set_t set;
    if (pid <= 0 || sched_getaffinity(pid, sizeof set, &set) != 0 || CPU_COUNT(&set) != 1) return -1;
    for (int core = 0; core < CPU_SETSIZE; core++)
        if (CPU_ISSET(core, &set)) return core;
    return -1;
}

bool is_real_time(int pid) {
    int policy = sched_getscheduler(pid);
    return policy == SCHED_FIFO || policy == SCHED_RR;
}

double core_busy_s(int core) {
    char line[256], name[16];
    unsigned long user, nice, kernel, idle, waiting, irq, softirq;
    double busy = 0;
    FILE *f = core < 0 ? NULL : fopen("/proc/stat", "r");
    if (!f) return 0;
    snprintf(name, sizeof name, "cpu%d ", core);
    while (fgets(line, sizeof line, f))
        if (strncmp(line, name, strlen(name)) == 0
            && sscanf(line + strlen(name), "%lu %lu %lu %lu %lu %lu %lu", &user, &nice, &kernel, &idle, &waiting, &irq, &softirq) == 7)
            busy = (double)(user + nice + kernel + irq + softirq) / (double)sysconf(_SC_CLK_TCK);
    fclose(f);
    return busy;
}
