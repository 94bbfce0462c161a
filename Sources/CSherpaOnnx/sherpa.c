// For dladdr and memfd_create, which are no part of POSIX.
#define _GNU_SOURCE
#include "CSherpaOnnx.h"
#include <dlfcn.h>
#include <sys/mman.h>

// Where a pointer or an int has another size the layouts below would be others too.
_Static_assert(sizeof(struct tom_sherpa_online_config) == 272, "layout of the streaming recogniser's configuration");
_Static_assert(sizeof(struct tom_sherpa_offline_config) == 624, "layout of the whole-utterance recogniser's configuration");
_Static_assert(sizeof(struct tom_sherpa_voice_config) == 456, "layout of the voice's configuration");
_Static_assert(sizeof(struct tom_sherpa_generation) == 104, "layout of a generation's configuration");
_Static_assert(sizeof(struct tom_sherpa_vad_config) == 88, "layout of the voice activity detector's configuration");

int tom_sherpa_memory_file(void) { return memfd_create("tom-model", MFD_CLOEXEC); }

const char *tom_sherpa_file_of(const void *address) {
    Dl_info information;
    return dladdr(address, &information) ? information.dli_fname : 0;
}
