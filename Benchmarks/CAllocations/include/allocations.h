#pragma once
#include <stdint.h>

/// How often this thread has asked the C library for memory (malloc, calloc, realloc and the aligned forms).
///
/// A program that links this target has the allocator's entry points replaced by ones that count and pass on to glibc's.
/// Swift allocates through them, so this counts every allocation of Swift code as well.
uint64_t allocations_on_this_thread(void);
