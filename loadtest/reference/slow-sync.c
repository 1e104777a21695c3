// slow-sync: makes fsync and fdatasync take SLOW_SYNC_US microseconds longer, to imitate a disk with a real cost of
// flushing in front of one that acknowledges from memory.
//
//   cc -std=c11 -O2 -Wall -Wextra -Werror -shared -fPIC -o slow-sync.so slow-sync.c -ldl
//   LD_PRELOAD=./slow-sync.so SLOW_SYNC_US=2000 program ...
//
// It works for programs that call the C library's functions, SQLite among them; not for direct system calls.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static struct timespec delay;

__attribute__((constructor)) static void read_delay(void) {
  const char *text = getenv("SLOW_SYNC_US");
  char *end;
  long microseconds = text ? strtol(text, &end, 10) : 0;
  if (text && (*text < '0' || *text > '9' || *end || microseconds > 60000000)) {
    fprintf(stderr, "slow-sync: SLOW_SYNC_US is a number of microseconds from 0 to 60000000, not `%s`\n", text);
    _exit(2);
  }
  delay = (struct timespec){microseconds / 1000000, microseconds % 1000000 * 1000};
}

static int late(const char *name, int fd) {
  struct timespec rest = delay;
  while (nanosleep(&rest, &rest) && errno == EINTR) continue;
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  return real(fd);
}

int fsync(int fd) { return late("fsync", fd); }
int fdatasync(int fd) { return late("fdatasync", fd); }
