// limits: what this machine's disk, SQLite and loopback network can do at most, as one line of JSON.
//
//   cc -std=c11 -O2 -Wall -Wextra -Werror -pthread -o limits limits.c -lsqlite3
//   limits --data FOLDER [--seconds N]
//
// Each of the six figures is measured for N seconds (1 when not given), in a folder of its own in FOLDER that is gone
// afterwards. They are made the way the reference hub uses disk and network: a file that grows by 4 KiB at a time, a
// write-ahead log with `synchronous = full`, rows in neighbouring pairs all over a table of 1,000 households with 240 rows
// each, messages of 64 bytes without delay.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { HOUSEHOLDS = 1000, KEYS = 240, VALUE_SIZE = 80, APPEND_SIZE = 4096, MESSAGE_SIZE = 64 };

static char folder[PATH_MAX - 32];
static const char *const files[] = {"append", "limits.db", "limits.db-wal", "limits.db-shm"};

static _Noreturn __attribute__((format(printf, 1, 2))) void fail(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fputs("limits: ", stderr);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  exit(2);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static const char *path_of(const char *name) {
  static char path[PATH_MAX];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

static void remove_files(void) {
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) unlink(path_of(files[i]));
  rmdir(folder);
}

static void make_folder(const char *parent) {
  if (snprintf(folder, sizeof folder, "%s/limits-XXXXXX", parent) >= (int)sizeof folder) fail("--data is too long");
  if (!mkdtemp(folder)) fail("cannot write in the folder %s: %s", parent, strerror(errno));
  atexit(remove_files);
}

// ---- The disk

static double syncs_per_second(double seconds) {
  static const uint8_t block[APPEND_SIZE];
  int fd = open(path_of("append"), O_WRONLY | O_CREAT | O_APPEND, 0644);
  if (fd < 0) fail("cannot open %s: %s", path_of("append"), strerror(errno));
  long count = 0;
  double start = now(), spent;
  do {
    errno = ENOSPC;  // what a write cut short means
    if (write(fd, block, sizeof block) != sizeof block || fdatasync(fd))
      fail("cannot write to %s: %s", path_of("append"), strerror(errno));
    count++;
    spent = now() - start;
  } while (spent < seconds);
  close(fd);
  unlink(path_of("append"));
  return (double)count / spent;
}

// ---- SQLite

static sqlite3 *db;
static sqlite3_stmt *begin, *commit, *upsert;

static void check(int result, int expected) {
  if (result != expected) fail("SQLite in %s: %s", folder, sqlite3_errmsg(db));
}

static void execute(const char *sql) { check(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK); }

static sqlite3_stmt *prepare(const char *sql) {
  sqlite3_stmt *statement;
  check(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
  return statement;
}

static void run(sqlite3_stmt *statement) {
  check(sqlite3_step(statement), SQLITE_DONE);
  sqlite3_reset(statement);
}

static void put_row(int household, int key, int64_t version) {
  static uint8_t value[VALUE_SIZE];
  memcpy(value, &version, sizeof version);
  sqlite3_bind_int(upsert, 1, household);
  sqlite3_bind_int(upsert, 2, key);
  sqlite3_bind_blob(upsert, 3, value, VALUE_SIZE, SQLITE_STATIC);
  sqlite3_bind_int64(upsert, 4, version);
  run(upsert);
}

static void open_database(void) {
  check(sqlite3_open(path_of("limits.db"), &db), SQLITE_OK);
  execute("pragma journal_mode = wal; pragma synchronous = full;"
          "pragma wal_autocheckpoint = 4000; pragma cache_size = -200000;"
          "create table reg(household integer, key integer, value blob, version integer,"
          " primary key(household, key)) without rowid");
  begin = prepare("begin immediate");
  commit = prepare("commit");
  upsert = prepare("insert into reg values(?1, ?2, ?3, ?4) on conflict(household, key)"
                   " do update set value = excluded.value, version = excluded.version");
  run(begin);
  for (int household = 0; household < HOUSEHOLDS; household++)
    for (int key = 0; key < KEYS; key++) put_row(household, key, 0);
  run(commit);
}

static double rows_per_second(int batch, double seconds) {
  static uint64_t random = 88172645463325252u;
  static int64_t rows;
  execute("pragma wal_checkpoint(truncate)");
  int64_t before = rows;
  double start = now(), spent;
  do {
    run(begin);
    for (int i = 0; i < batch; i++, rows++) {
      if (rows % 2 == 0) {  // xorshift: a place for this row and, beside it, the next
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
      }
      int pair = (int)((random >> 32) % (KEYS / 2));
      put_row((int)(random % HOUSEHOLDS), pair * 2 + (int)(rows % 2), rows);
    }
    run(commit);
    spent = now() - start;
  } while (spent < seconds);
  return (double)(rows - before) / spent;
}

static void close_database(void) {
  sqlite3_finalize(begin);
  sqlite3_finalize(commit);
  sqlite3_finalize(upsert);
  sqlite3_close(db);
}

// ---- The network

static bool receive_message(int fd, uint8_t *message) {
  return recv(fd, message, MESSAGE_SIZE, MSG_WAITALL) == MESSAGE_SIZE;
}

static bool send_message(int fd, const uint8_t *message) {
  return send(fd, message, MESSAGE_SIZE, MSG_NOSIGNAL) == MESSAGE_SIZE;
}

static void *echo(void *listener) {
  uint8_t message[MESSAGE_SIZE];
  int fd = accept(*(int *)listener, NULL, NULL);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
  while (receive_message(fd, message) && send_message(fd, message)) continue;
  close(fd);
  return NULL;
}

static double round_trips_per_second(double seconds) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t size = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM, 0), fd = socket(AF_INET, SOCK_STREAM, 0);
  pthread_t thread;
  if (bind(listener, (struct sockaddr *)&address, size) || listen(listener, 1) ||
      getsockname(listener, (struct sockaddr *)&address, &size) || connect(fd, (struct sockaddr *)&address, size) ||
      pthread_create(&thread, NULL, echo, &listener))
    fail("cannot use 127.0.0.1: %s", strerror(errno));
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
  uint8_t message[MESSAGE_SIZE] = {0};
  long count = 0;
  double start = now(), spent;
  do {
    if (!send_message(fd, message) || !receive_message(fd, message)) fail("127.0.0.1: %s", strerror(errno));
    count++;
    spent = now() - start;
  } while (spent < seconds);
  close(fd);
  pthread_join(thread, NULL);
  close(listener);
  return (double)count / spent;
}

// ---- The command line

static double parse_seconds(const char *text) {
  char *end;
  double seconds = strtod(text, &end);
  if (end == text || *end || !(seconds > 0 && seconds <= 3600))
    fail("--seconds is more than 0 and at most 3600, not `%s`", text);
  return seconds;
}

int main(int argc, char **argv) {
  static const struct option options[] = {{"data", required_argument, NULL, 'd'},
                                          {"seconds", required_argument, NULL, 's'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
  static const int batches[] = {1, 16, 128, 1024};
  const char *parent = NULL;
  double seconds = 1;
  opterr = 0;
  for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) switch (option) {
      case 'd': parent = optarg; break;
      case 's': seconds = parse_seconds(optarg); break;
      case 'h': puts("usage: limits --data FOLDER [--seconds N]"); return 0;
      default: fail("`%s` is unknown, or lacks its value; see limits --help", argv[optind - 1]);
    }
  if (optind < argc) fail("`%s` is not an option; see limits --help", argv[optind]);
  if (!parent) fail("needs --data FOLDER, on the disk to measure");
  make_folder(parent);
  double syncs = syncs_per_second(seconds), rows[4];
  open_database();
  for (int i = 0; i < 4; i++) rows[i] = rows_per_second(batches[i], seconds);
  close_database();
  double trips = round_trips_per_second(seconds);
  printf("{\"seconds\":%g,\"sqlite\":\"%s\",\"fdatasyncsPerSecond\":%.0f,\"upsertedRowsPerSecond\":{", seconds,
         sqlite3_libversion(), syncs);
  for (int i = 0; i < 4; i++) printf("%s\"%d\":%.0f", i ? "," : "", batches[i], rows[i]);
  printf("},\"loopbackRoundTripsPerSecond\":%.0f}\n", trips);
  return 0;
}
