#ifndef HEARTH_COUNTING_H
#define HEARTH_COUNTING_H

#include <stdbool.h>
#include <stdint.h>

/// Whether calls for memory can be counted: with glibc, and no sanitizer that has an allocator of its own.
bool hearth_counts_allocations(void);

/// Runs a body and counts what its thread asks memory for meanwhile. Also the mark by which callgrind knows what to
/// count, which is why it is a function of C: its name stays as it is.
void hearth_counted(void (*body)(void *context), void *context);

/// The calls for memory in all counted bodies of this thread so far.
uint64_t hearth_allocations(void);

/// Where callgrind writes down what it has counted since the last time.
void hearth_counted_all(void);

#endif
