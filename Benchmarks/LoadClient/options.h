#pragma once
#include <stdbool.h>

/* How events and audio are written: TOM's own protocol with audio as JSON or as binary frames, or OpenAI's Realtime API. */
enum framing { FRAMING_JSON, FRAMING_BINARY, FRAMING_REALTIME };
extern const char *const framing_names[];

/* What the command line asks for. Times are milliseconds unless the name says otherwise. */
struct options {
    const char *host, *prefix, *wav, *label;
    int port;
    int calls;            /* calls held at the same time */
    int total;            /* calls in all; above `calls` each finished call is followed by another */
    int turns;            /* turns per call, 0: until the duration is over */
    int duration_s;       /* how long all calls talk after the last one connected */
    int setup_rate;       /* calls opened per second */
    int speech_ms, silence_ms, reply_ms, endpointing_ms;
    int server_pid;       /* 0: the server is not sampled */
    enum framing framing;
    int hertz;            /* samples per second of the audio in both directions */
    bool idle;
};

/* Reads the command line; prints what is wrong and exits 64 on a mistake, prints the help and exits 0 on --help. */
struct options options_parse(int argc, char **argv);
