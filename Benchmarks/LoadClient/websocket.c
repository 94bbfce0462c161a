#include "websocket.h"

#include <string.h>

size_t ws_write(int opcode, const void *payload, size_t size, uint32_t mask, unsigned char *out) {
    size_t o = 0;
    out[o++] = (unsigned char)(0x80 | opcode);
    if (size < 126) {
        out[o++] = (unsigned char)(0x80 | size);
    } else if (size < 65536) {
        out[o++] = 0x80 | 126;
        out[o++] = (unsigned char)(size >> 8);
        out[o++] = (unsigned char)size;
    } else {
        out[o++] = 0x80 | 127;
        for (int shift = 56; shift >= 0; shift -= 8) out[o++] = (unsigned char)((uint64_t)size >> shift);
    }
    unsigned char key[4];
    memcpy(key, &mask, 4);
    memcpy(out + o, key, 4);
    o += 4;
    const unsigned char *from = payload;
    for (size_t i = 0; i < size; i++) out[o + i] = from[i] ^ key[i & 3];
    return o + size;
}

long ws_read(const char *data, size_t size, struct ws_frame *out) {
    const unsigned char *d = (const unsigned char *)data;
    if (size < 2) return 0;
    int opcode = d[0] & 15;
    bool known = opcode == WS_TEXT || opcode == WS_BINARY || (opcode >= WS_CLOSE && opcode <= WS_PONG);
    if ((d[0] & 0xF0) != 0x80 || (d[1] & 0x80) || !known) return -1;
    size_t header = 2;
    uint64_t length = d[1];
    if (length == 126) {
        if (size < 4) return 0;
        length = (uint64_t)d[2] << 8 | d[3];
        header = 4;
    } else if (length == 127) {
        if (size < 10) return 0;
        length = 0;
        for (int i = 2; i < 10; i++) length = length << 8 | d[i];
        header = 10;
    }
    if (opcode >= WS_CLOSE && length > 125) return -1;
    if (length > 1 << 20) return -1;
    if (size < header + length) return 0;
    *out = (struct ws_frame){opcode, data + header, (size_t)length};
    return (long)(header + length);
}
