#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A slice of the received text; strings are given without their quotes and with escapes left as they are. */
struct slice { const char *at; size_t size; };

/* The fields of server events that the load client looks at. Absent ones have `at == NULL`. */
struct event {
    struct slice type, call_id, text, bytes, codec, turn_id, response_id, status, code, message, reason;
    struct slice sample_rate, seq, ts, fatal;
    /* Of the Realtime API; `response` is an object. */
    struct slice id, event_id, item_id, delta, transcript, response;
};

/* Walks one JSON object (RFC 8259 grammar, nesting up to 32) and keeps the slices above.
 * Returns false when the text is not one well-formed object. Control characters in strings are refused. */
bool json_event(const char *text, size_t size, struct event *out);
/* The same of an object within an event, which need not have a `type`. */
bool json_members(struct slice object, struct event *out);
bool slice_is(struct slice s, const char *word);
/* FNV-1a; 0 stands for "absent" and is never returned for a present slice. */
uint64_t slice_hash(struct slice s);
/* The number of bytes that the base64 text stands for, or -1 when its length or padding is impossible.
 * With `decode` given (room for 3/4 of the text), also decodes it, and returns -1 on a character outside the alphabet. */
long base64_size(struct slice s, unsigned char *decode);
/* Writes padded base64 (RFC 4648 section 4) of `size` bytes and returns the length written. */
size_t base64_encode(const unsigned char *bytes, size_t size, char *out);
