#pragma once
#include "options.h"
#include <stddef.h>

/* One ready client frame: WebSocket header, mask and masked payload. Shared by all calls and never changed. */
struct wire_frame { unsigned char *bytes; size_t size; };

/* Everything a call sends: `count` frames of 20 ms speech, and the frame of digital silence. */
struct script { struct wire_frame *speech; int count; struct wire_frame silence; };

/* Builds the frames in the framing that `o` asks for, from the WAV it names or from a synthetic voice at -20 dBFS:
 * a harmonic series with gliding pitch and formants, in four syllables a second, that ends loud, so that the end of the
 * last frame is the end of speech for any detector. Exits 2 when the WAV cannot be used. */
struct script script_make(const struct options *o);
