#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "loadclient: holds many calls at once and checks every reply\n\n"
    "  loadclient --port 8080 --calls 100 --duration 20 --framing binary --pid $(pidof tom)\n"
    "  loadclient --port 8080 --calls 50 --total 2000 --turns 1 --speech 400     short calls, one after another\n"
    "  loadclient --port 8080 --calls 300 --framing realtime --pid $(pidof tom)                clients of the Realtime API\n"
    "  loadclient --port 8080 --calls 1000 --idle --duration 10                  connected, silent on the wire\n\n"
    "  --host A          IPv4 address (127.0.0.1)      --port N        (8080)\n"
    "  --calls N         at the same time (1)          --total N       in all (same as --calls)\n"
    "  --turns N         per call, 0: no limit (0)     --duration S    seconds after the last connect (20)\n"
    "  --framing json|binary|realtime (json)           --rate N        calls opened per second (200)\n"
    "  --hertz N         16000 or 24000 samples a second (16000; realtime: 24000)\n"
    "  --speech MS       (2000)                        --silence MS    (2000)\n"
    "  --reply MS        length of every reply (1500)  --endpointing MS  silence the server waits for (200)\n"
    "  --wav FILE        mono PCM16 speech at that rate in place of the synthetic one\n"
    "  --pid N           sample RSS, CPU and file descriptors of this process\n"
    "  --prefix TEXT     of the call ids (load)        --label TEXT    copied into the report\n"
    "  --idle            connect and send nothing\n\n"
    "One JSON line goes to stdout, words to stderr. Exit 0: every turn was answered once, whole; 1: not; 2: no valid\n"
    "measurement (no connection, this client itself was late, or others had the core); 64: usage.\n";

const char *const framing_names[] = {"json", "binary", "realtime"};

static enum framing framing(const char *text) {
    for (int i = FRAMING_JSON; i <= FRAMING_REALTIME; i++)
        if (strcmp(text, framing_names[i]) == 0) return (enum framing)i;
    fprintf(stderr, "loadclient: --framing is json, binary or realtime, not %s\n", text);
    exit(64);
}

static int number(const char *name, const char *text, int low, int high) {
    char *end;
    long v = strtol(text, &end, 10);
    if (*text && !*end && v >= low && v <= high) return (int)v;
    fprintf(stderr, "loadclient: --%s is %d to %d, not %s\n", name, low, high, text);
    exit(64);
}

struct options options_parse(int argc, char **argv) {
    struct options o = {.host = "127.0.0.1", .prefix = "load", .label = "", .port = 8080, .calls = 1, .duration_s = 20,
                        .setup_rate = 200, .speech_ms = 2000, .silence_ms = 2000, .reply_ms = 1500, .endpointing_ms = 200};
    static const struct option names[] = {
        {"host", 1, 0, 'h'}, {"port", 1, 0, 'p'}, {"calls", 1, 0, 'c'}, {"total", 1, 0, 't'}, {"turns", 1, 0, 'n'},
        {"duration", 1, 0, 'd'}, {"framing", 1, 0, 'f'}, {"rate", 1, 0, 'r'}, {"speech", 1, 0, 's'}, {"silence", 1, 0, 'q'},
        {"reply", 1, 0, 'y'}, {"endpointing", 1, 0, 'e'}, {"wav", 1, 0, 'w'}, {"pid", 1, 0, 'P'}, {"prefix", 1, 0, 'x'},
        {"label", 1, 0, 'l'}, {"hertz", 1, 0, 'z'}, {"idle", 0, 0, 'i'}, {"help", 0, 0, '?'}, {0}};
    int c, at;
    while ((c = getopt_long(argc, argv, "", names, &at)) != -1) {
        const char *n = c == '?' ? "" : names[at].name;
        switch (c) {
        case 'h': o.host = optarg; break;
        case 'x': o.prefix = optarg; break;
        case 'w': o.wav = optarg; break;
        case 'l': o.label = optarg; break;
        case 'i': o.idle = true; break;
        case 'p': o.port = number(n, optarg, 1, 65535); break;
        case 'c': o.calls = number(n, optarg, 1, 15000); break;
        case 't': o.total = number(n, optarg, 1, 10000000); break;
        case 'n': o.turns = number(n, optarg, 0, 1000000); break;
        case 'd': o.duration_s = number(n, optarg, 1, 86400); break;
        case 'r': o.setup_rate = number(n, optarg, 1, 100000); break;
        case 's': o.speech_ms = number(n, optarg, 20, 20000) / 20 * 20; break;
        case 'q': o.silence_ms = number(n, optarg, 20, 20000) / 20 * 20; break;
        case 'y': o.reply_ms = number(n, optarg, 1, 60000); break;
        case 'e': o.endpointing_ms = number(n, optarg, 0, 10000); break;
        case 'P': o.server_pid = number(n, optarg, 1, 1 << 22); break;
        case 'z': o.hertz = number(n, optarg, 16000, 24000); break;
        case 'f': o.framing = framing(optarg); break;
        default:
            if (argc > 1 && strcmp(argv[optind - 1], "--help") == 0) { fputs(help, stdout); exit(0); }
            fputs(help, stderr);
            exit(64);
        }
    }
    if (optind < argc || (o.total && o.total < o.calls) || (o.total > o.calls && o.turns == 0)) {
        fputs("loadclient: --total is at least --calls, and needs --turns; no other arguments\n", stderr);
        exit(64);
    }
    if (strlen(o.prefix) > 60) { fputs("loadclient: --prefix is at most 60 characters\n", stderr); exit(64); }
    if (!o.total) o.total = o.calls;
    /* The Realtime API has PCM at 24 kHz only. */
    if (!o.hertz) o.hertz = o.framing == FRAMING_REALTIME ? 24000 : 16000;
    if (o.hertz != 24000 && (o.hertz != 16000 || o.framing == FRAMING_REALTIME)) {
        fputs("loadclient: --hertz is 16000 or 24000, and 24000 with --framing realtime\n", stderr);
        exit(64);
    }
    return o;
}
