#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WS_CONTINUATION = 0, WS_TEXT = 1, WS_BINARY = 2, WS_CLOSE = 8, WS_PING = 9, WS_PONG = 10 };
/* The longest header a client's frame has: 2 + 8 + 4 bytes. */
enum { WS_HEADER_MAX = 14 };

/* A frame the server sent. */
struct ws_frame { int opcode; const char *payload; size_t size; };

/* Writes one masked, final client frame (RFC 6455 section 5.2) to `out` (room for `size` + 14) and returns its length. */
size_t ws_write(int opcode, const void *payload, size_t size, uint32_t mask, unsigned char *out);

/* Reads one frame. Returns the bytes it took, 0 when more are needed, -1 when the frame breaks RFC 6455 (masked, reserved
 * bits or opcode set, control frame over 125 bytes) or is fragmented, which TOM does not do. */
long ws_read(const char *data, size_t size, struct ws_frame *out);
