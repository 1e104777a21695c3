// Counts calls for memory, exactly and without a tool: the program's own `malloc` stands in front of glibc's, for the
// Swift runtime, Foundation and SQLite as well, and hands on to it. What is freed goes to glibc directly.
//
// https://sourceware.org/glibc/manual/latest/html_node/Replacing-malloc.html: "The symbols defined by the application
// take precedence"; `__libc_malloc` and its kin are glibc's own names for its functions.

#define _GNU_SOURCE
#include "CHearthCounting.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define HEARTH_HAS_SANITIZER 1
#endif
#endif

// The model keeps the access free of calls, which could ask for memory themselves.
static _Thread_local __attribute__((tls_model("initial-exec"))) bool is_counting;
static _Thread_local __attribute__((tls_model("initial-exec"))) uint64_t allocations;

__attribute__((noinline)) void hearth_counted(void (*body)(void *), void *context) {
  is_counting = true;
  body(context);
  is_counting = false;
}

uint64_t hearth_allocations(void) { return allocations; }

__attribute__((noinline)) void hearth_counted_all(void) { __asm__ volatile(""); }

#if defined(__GLIBC__) && !defined(HEARTH_HAS_SANITIZER)

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static void count(void) {
  if (is_counting) allocations++;
}

bool hearth_counts_allocations(void) { return true; }

void *malloc(size_t size) {
  count();
  return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
  count();
  return __libc_calloc(number, size);
}

void *realloc(void *memory, size_t size) {
  count();
  return __libc_realloc(memory, size);
}

void *memalign(size_t alignment, size_t size) {
  count();
  return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  count();
  return __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
  if (alignment % sizeof(void *) != 0 || alignment == 0 || (alignment & (alignment - 1)) != 0) return EINVAL;
  count();
  int error = errno;
  *memory = __libc_memalign(alignment, size);
  errno = error;
  return *memory == NULL ? ENOMEM : 0;
}

// Valgrind writes into the mask that this call gets, and libdispatch passes a constant: every Swift program with an
// asynchronous `main` would end there.
int sigsuspend(const sigset_t *mask) {
  sigset_t copy = *mask;
  return (int)syscall(SYS_rt_sigsuspend, &copy, _NSIG / 8);
}

#else

bool hearth_counts_allocations(void) { return false; }

#endif
