// reference-hub: the least that a hub for households can do, as a yardstick for Hearth: the socket calls and the SQLite
// work of receiving a change set, making it durable, acknowledging it and passing it on. It merges nothing, checks no
// permission and remembers no device.
//
//   cc -std=c11 -O2 -Wall -Wextra -Werror -pthread -o reference-hub reference-hub.c -lsqlite3
//
// The wire. A frame is a u32, the number of bytes that follow it, and those bytes. Numbers are little-endian.
//
//   client to hub   'J' u32 household                     join a household: first, and once
//                   'C' u64 sequence, payload             a change set; the payload has 0 to 65,536 bytes
//   hub to client   'W' u32 household, u32 number         joined; numbers count 0, 1, 2 ... in the order of joining
//                   'A' u64 sequence                      the client's own change set is committed
//                   'D' u32 number, u64 sequence, payload another connection's change set, committed
//
// A number is not used twice within a household, not even for a client that left. Members of a household get its change
// sets in the order of their commits. The hub closes a connection that sends anything else, or a frame of more than
// 1 MiB, or that leaves more than 4 MiB unread.
//
// One thread serves all sockets. A commit thread syncs one batch while the next one gathers: a batch is whatever
// arrived during the previous commit, so that there is no timer and nothing waits when the hub is idle.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
  MAX_PAYLOAD = 64 << 10,
  MAX_FRAME = 1 << 20,
  MAX_UNREAD = 4 << 20,  // output waiting for one connection
  MAX_BATCH = 4 << 20,   // beyond this the sockets wait for the disk
  READ_SIZE = 64 << 10,
  KEPT_SIZE = 64 << 10,  // an output buffer that grew larger is freed once it is empty
  VALUE_SIZE = 80,
  BUCKETS = 1 << 16,
};

enum mode { RELAY, LOG, APPEND, UPSERT };
static const char *const mode_names[] = {"relay", "log", "append", "upsert"};

struct buffer {
  uint8_t *bytes;
  size_t length, capacity;
};

struct connection {
  int fd;
  uint32_t number;
  struct household *household;  // NULL until it joins
  struct connection *next_member, *next_dirty;
  bool dirty, condemned, awaits_room;
  struct buffer in, out;
  size_t sent;  // of `out`
};

// Never freed: a batch in the commit thread may still name one whose members have all left.
struct household {
  uint32_t id, next_number;
  struct connection *members;
  struct household *next;
};

struct change {
  struct household *household;
  uint32_t sender;
  uint64_t sequence;
  size_t frame, length;  // where its 'D' frame is in the batch
};

// `bytes` has for each change set its household (u32) and its 'D' frame: what the log stores, and what receivers get.
struct batch {
  struct buffer bytes;
  struct change *changes;
  size_t count, capacity;
};

static struct {
  enum mode mode;
  int epoll, listener, signals, most_files;
  int work, done;  // eventfds: a batch for the commit thread, its return
  struct batch batches[2], *arriving, *committing;
  struct household *households[BUCKETS];
  struct connection *dirty;     // has something to send, or to be closed, at the end of this turn
  struct buffer spare;          // connections without half a frame share one input buffer
  char path[PATH_MAX];
  int log;
  sqlite3 *db;
  sqlite3_stmt *begin, *write, *commit;
} hub;

static _Noreturn __attribute__((format(printf, 1, 2))) void fail(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fputs("reference-hub: ", stderr);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  exit(2);
}

// ---- Bytes

static uint32_t get_u32(const uint8_t *p) { uint32_t v; memcpy(&v, p, 4); return le32toh(v); }
static uint64_t get_u64(const uint8_t *p) { uint64_t v; memcpy(&v, p, 8); return le64toh(v); }
static uint8_t *put_u8(uint8_t *p, uint8_t v) { *p = v; return p + 1; }
static uint8_t *put_u32(uint8_t *p, uint32_t v) { v = htole32(v); memcpy(p, &v, 4); return p + 4; }
static uint8_t *put_u64(uint8_t *p, uint64_t v) { v = htole64(v); memcpy(p, &v, 8); return p + 8; }

static void *resize(void *old, size_t size) {
  void *new = realloc(old, size);
  if (!new) fail("out of memory");
  return new;
}

// Room for `more` bytes at the end, which the caller fills and adds to the length.
static uint8_t *reserve(struct buffer *b, size_t more) {
  if (b->capacity - b->length < more) {
    size_t doubled = b->capacity * 2, needed = b->length + more;
    b->capacity = doubled > needed ? doubled : needed;
    b->bytes = resize(b->bytes, b->capacity);
  }
  return b->bytes + b->length;
}

static void drop_front(struct buffer *b, size_t count) {
  if (count == 0) return;
  memmove(b->bytes, b->bytes + count, b->length - count);
  b->length -= count;
}

// ---- The store

static void store_failed(const char *deed) {
  int cause = hub.db ? sqlite3_system_errno(hub.db) : 0;
  fail("cannot %s %s: %s%s%s", deed, hub.path, hub.db ? sqlite3_errmsg(hub.db) : strerror(errno), cause ? ": " : "",
       cause ? strerror(cause) : "");
}

static sqlite3_stmt *prepare(const char *sql) {
  sqlite3_stmt *statement;
  if (sqlite3_prepare_v2(hub.db, sql, -1, &statement, NULL) != SQLITE_OK) store_failed("open");
  return statement;
}

static void run(sqlite3_stmt *statement) {
  if (sqlite3_step(statement) != SQLITE_DONE) store_failed("write to");
  sqlite3_reset(statement);
}

static void open_store(const char *folder) {
  const char *name = hub.mode == LOG ? "reference.log" : "reference.db";
  if (mkdir(folder, 0755) && errno != EEXIST) fail("cannot make the folder %s: %s", folder, strerror(errno));
  if (snprintf(hub.path, sizeof hub.path, "%s/%s", folder, name) >= (int)sizeof hub.path) fail("--data is too long");
  if (hub.mode == LOG) {
    hub.log = open(hub.path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (hub.log < 0) store_failed("open");
    return;
  }
  const char *schema =
      "pragma journal_mode = wal; pragma synchronous = full;"
      "pragma wal_autocheckpoint = 4000; pragma cache_size = -200000;"
      "create table if not exists log(household integer, sender integer, sequence integer, payload blob);"
      "create table if not exists reg(household integer, key integer, value blob, version integer,"
      " primary key(household, key)) without rowid";
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  if (sqlite3_open_v2(hub.path, &hub.db, flags, NULL) || sqlite3_exec(hub.db, schema, NULL, NULL, NULL))
    store_failed("open");
  hub.begin = prepare("begin immediate");
  hub.commit = prepare("commit");
  hub.write = prepare(hub.mode == APPEND
                          ? "insert into log values(?1, ?2, ?3, ?4)"
                          : "insert into reg values(?1, ?2, ?3, ?4) on conflict(household, key)"
                            " do update set value = excluded.value, version = excluded.version");
}

static void close_store(void) {
  if (hub.mode == LOG) close(hub.log);
  sqlite3_finalize(hub.begin);
  sqlite3_finalize(hub.write);
  sqlite3_finalize(hub.commit);
  if (sqlite3_close(hub.db) != SQLITE_OK) store_failed("close");
}

static void append_row(const struct change *change, const uint8_t *payload, size_t length) {
  sqlite3_bind_int64(hub.write, 1, change->household->id);
  sqlite3_bind_int64(hub.write, 2, change->sender);
  sqlite3_bind_int64(hub.write, 3, (sqlite3_int64)change->sequence);
  sqlite3_bind_blob(hub.write, 4, payload, (int)length, SQLITE_STATIC);
  run(hub.write);
}

// The values are the payload's first 80 bytes and the next 80, padded with zeros.
static void upsert_rows(const struct change *change, const uint8_t *payload, size_t length) {
  uint8_t values[2][VALUE_SIZE] = {{0}};
  memcpy(values, payload, length < sizeof values ? length : sizeof values);
  int key = (int)((change->sequence * 7 + change->sender) % 60 * 4);
  for (int i = 0; i < 2; i++) {
    sqlite3_bind_int64(hub.write, 1, change->household->id);
    sqlite3_bind_int(hub.write, 2, key + i);
    sqlite3_bind_blob(hub.write, 3, values[i], VALUE_SIZE, SQLITE_STATIC);
    sqlite3_bind_int64(hub.write, 4, (sqlite3_int64)change->sequence);
    run(hub.write);
  }
}

static void store_in_log(const struct batch *batch) {
  for (size_t written = 0; written < batch->bytes.length;) {
    ssize_t n = write(hub.log, batch->bytes.bytes + written, batch->bytes.length - written);
    if (n < 0 && errno != EINTR) store_failed("write to");
    if (n > 0) written += (size_t)n;
  }
  if (fdatasync(hub.log)) store_failed("write to");
}

static void store_in_database(const struct batch *batch) {
  enum { D_HEADER = 4 + 1 + 4 + 8 };
  run(hub.begin);
  for (size_t i = 0; i < batch->count; i++) {
    const struct change *change = &batch->changes[i];
    const uint8_t *payload = batch->bytes.bytes + change->frame + D_HEADER;
    (hub.mode == APPEND ? append_row : upsert_rows)(change, payload, change->length - D_HEADER);
  }
  run(hub.commit);
}

static uint64_t await(int event) {
  uint64_t count;
  while (read(event, &count, sizeof count) < 0)
    if (errno != EINTR) fail("cannot wait for the other thread: %s", strerror(errno));
  return count;
}

static void signal_event(int event) {
  if (write(event, &(uint64_t){1}, sizeof(uint64_t)) < 0) fail("cannot wake the other thread: %s", strerror(errno));
}

// Ends with the first empty batch.
static void *commit_thread(void *unused) {
  for (;;) {
    await(hub.work);
    if (hub.committing->count == 0) return unused;
    (hub.mode == LOG ? store_in_log : store_in_database)(hub.committing);
    signal_event(hub.done);
  }
}

// ---- Output: gathered during a turn, sent at its end with one call for each socket

static void mark_dirty(struct connection *c) {
  if (c->dirty) return;
  c->dirty = true;
  c->next_dirty = hub.dirty;
  hub.dirty = c;
}

// Closes it at the end of the turn: until then events and households may name it.
static void condemn(struct connection *c) {
  c->condemned = true;
  mark_dirty(c);
}

static void send_out(struct connection *c) {
  ssize_t n = send(c->fd, c->out.bytes + c->sent, c->out.length - c->sent, MSG_NOSIGNAL);
  if (n < 0 && errno != EAGAIN && errno != EINTR) { condemn(c); return; }
  if (n > 0) c->sent += (size_t)n;
  bool all = c->sent == c->out.length;
  // A slow reader's buffer moves seldom, and is never more than twice what is unread.
  if (all || c->sent > c->out.length / 2) { drop_front(&c->out, c->sent); c->sent = 0; }
  if (all && c->out.capacity > KEPT_SIZE) { free(c->out.bytes); c->out = (struct buffer){0}; }
  if (c->awaits_room == !all) return;
  c->awaits_room = !all;
  struct epoll_event event = {.events = EPOLLIN | (all ? 0 : EPOLLOUT), .data.ptr = c};
  epoll_ctl(hub.epoll, EPOLL_CTL_MOD, c->fd, &event);
}

static void emit(struct connection *c, const uint8_t *bytes, size_t length) {
  if (c->condemned) return;
  if (c->out.length - c->sent + length > MAX_UNREAD) send_out(c);
  if (c->out.length - c->sent + length > MAX_UNREAD) { condemn(c); return; }
  memcpy(reserve(&c->out, length), bytes, length);
  c->out.length += length;
  mark_dirty(c);
}

static void acknowledge(struct connection *c, uint64_t sequence) {
  uint8_t frame[4 + 1 + 8];
  put_u64(put_u8(put_u32(frame, 1 + 8), 'A'), sequence);
  emit(c, frame, sizeof frame);
}

// A sender that has left meanwhile is not among the members; the others get its change set nevertheless.
static void deliver(struct batch *batch) {
  for (const struct change *change = batch->changes; change < batch->changes + batch->count; change++)
    for (struct connection *c = change->household->members; c; c = c->next_member) {
      if (c->number == change->sender) acknowledge(c, change->sequence);
      else emit(c, batch->bytes.bytes + change->frame, change->length);
    }
  batch->count = batch->bytes.length = 0;
}

static void close_connection(struct connection *c) {
  if (c->household) {
    struct connection **link = &c->household->members;
    while (*link != c) link = &(*link)->next_member;
    *link = c->next_member;
  }
  close(c->fd);
  free(c->in.bytes);
  free(c->out.bytes);
  free(c);
}

static void end_turn(void) {
  while (hub.dirty) {
    struct connection *c = hub.dirty;
    hub.dirty = c->next_dirty;
    if (!c->condemned) send_out(c);
    c->dirty = false;
    if (c->condemned) close_connection(c);
  }
}

// ---- Batches

static void start_commit(void) {
  if (hub.mode == RELAY) { deliver(hub.arriving); return; }
  hub.committing = hub.arriving;
  hub.arriving = &hub.batches[hub.committing == &hub.batches[0]];
  signal_event(hub.work);
}

// Waits for the commit thread when it is not done yet.
static void finish_commit(void) {
  await(hub.done);
  deliver(hub.committing);
  hub.committing = NULL;
}

static void take_change(struct connection *c, uint64_t sequence, const uint8_t *payload, size_t length) {
  if (hub.arriving->bytes.length > MAX_BATCH) {
    if (hub.committing) finish_commit();
    start_commit();
  }
  struct batch *batch = hub.arriving;
  if (batch->count == batch->capacity) {
    batch->capacity = batch->capacity * 2 + 64;
    batch->changes = resize(batch->changes, batch->capacity * sizeof *batch->changes);
  }
  uint32_t size = (uint32_t)(1 + 4 + 8 + length);
  uint8_t *start = reserve(&batch->bytes, 4 + 4 + size), *frame = put_u32(start, c->household->id);
  uint8_t *body = put_u64(put_u32(put_u8(put_u32(frame, size), 'D'), c->number), sequence);
  memcpy(body, payload, length);
  size_t offset = batch->bytes.length + 4;
  batch->changes[batch->count++] = (struct change){c->household, c->number, sequence, offset, 4 + size};
  batch->bytes.length += 4 + 4 + size;
}

// ---- Input

static struct household *find_household(uint32_t id) {
  struct household **link = &hub.households[id * 2654435761u >> 16];
  while (*link && (*link)->id != id) link = &(*link)->next;
  if (!*link) {
    *link = resize(NULL, sizeof **link);
    **link = (struct household){.id = id};
  }
  return *link;
}

static void join(struct connection *c, uint32_t household) {
  c->household = find_household(household);
  c->number = c->household->next_number++;
  c->next_member = c->household->members;
  c->household->members = c;
  uint8_t frame[4 + 1 + 4 + 4];
  put_u32(put_u32(put_u8(put_u32(frame, 1 + 4 + 4), 'W'), household), c->number);
  emit(c, frame, sizeof frame);
}

static void take_frame(struct connection *c, const uint8_t *frame, uint32_t size) {
  if (size == 1 + 4 && frame[0] == 'J' && !c->household)
    join(c, get_u32(frame + 1));
  else if (size >= 1 + 8 && size <= 1 + 8 + MAX_PAYLOAD && frame[0] == 'C' && c->household)
    take_change(c, get_u64(frame + 1), frame + 1 + 8, size - 1 - 8);
  else
    condemn(c);
}

static void take_frames(struct connection *c) {
  size_t used = 0;
  while (c->in.length - used >= 4 && !c->condemned) {
    uint32_t size = get_u32(c->in.bytes + used);
    if (size > MAX_FRAME) condemn(c);
    if (c->condemned || c->in.length - used - 4 < size) break;
    take_frame(c, c->in.bytes + used + 4, size);
    used += 4 + size;
  }
  drop_front(&c->in, used);
}

static void receive(struct connection *c) {
  if (!c->in.bytes) { c->in = hub.spare; hub.spare = (struct buffer){0}; }
  ssize_t n = recv(c->fd, reserve(&c->in, READ_SIZE), READ_SIZE, 0);
  if (n > 0) { c->in.length += (size_t)n; take_frames(c); }
  if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) condemn(c);
  if (c->in.length == 0) { free(hub.spare.bytes); hub.spare = c->in; c->in = (struct buffer){0}; }
}

// ---- Sockets

static void watch(int fd, void *what) {
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = what};
  if (epoll_ctl(hub.epoll, EPOLL_CTL_ADD, fd, &event)) fail("cannot watch a socket: %s", strerror(errno));
}

static void accept_clients(void) {
  for (;;) {
    int fd = accept4(hub.listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    // Turned away: a client left in the queue for want of a descriptor would be reported for ever.
    if (fd >= hub.most_files - 1) { close(fd); continue; }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    struct connection *c = resize(NULL, sizeof *c);
    *c = (struct connection){.fd = fd};
    watch(fd, c);
  }
}

static void listen_on(uint16_t port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t size = sizeof address;
  hub.listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  setsockopt(hub.listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
  if (bind(hub.listener, (struct sockaddr *)&address, size) || listen(hub.listener, 4096))
    fail("cannot listen on 127.0.0.1:%u: %s", port, strerror(errno));
  getsockname(hub.listener, (struct sockaddr *)&address, &size);
  printf("listening on 127.0.0.1:%u\n", ntohs(address.sin_port));
  fflush(stdout);
}

static void serve(void) {
  for (bool stopping = false; !stopping;) {
    struct epoll_event events[512];
    int count = epoll_wait(hub.epoll, events, 512, -1);
    for (int i = 0; i < count; i++) {
      struct connection *c = events[i].data.ptr;
      if (events[i].data.ptr == &hub.listener) accept_clients();
      else if (events[i].data.ptr == &hub.signals) stopping = true;
      // A full batch may have taken this event already; then it waits for the commit that is under way.
      else if (events[i].data.ptr == &hub.done) { if (hub.committing) finish_commit(); }
      else {
        if (events[i].events & EPOLLOUT) mark_dirty(c);
        if (events[i].events & ~(uint32_t)EPOLLOUT && !c->condemned) receive(c);
      }
    }
    if (!hub.committing && hub.arriving->count) start_commit();
    end_turn();
  }
  // What has arrived is committed and acknowledged before the end.
  while (hub.committing || hub.arriving->count) {
    if (hub.committing) finish_commit();
    else start_commit();
  }
  end_turn();
}

// ---- The command line

static const char usage[] =
    "usage: reference-hub [--mode MODE] [--port N] [--data FOLDER]\n"
    "  --mode relay    pass change sets on, store nothing\n"
    "  --mode log      first append them to FOLDER/reference.log and sync it, many with one sync\n"
    "  --mode append   first insert one row for each into FOLDER/reference.db\n"
    "  --mode upsert   first upsert two rows of 80 bytes for each there (the default)\n"
    "  --port N        listen on this port of 127.0.0.1; 0, the default: the system chooses\n"
    "  --data FOLDER   made when missing; needed in every mode but relay\n";

static enum mode parse_mode(const char *text) {
  for (int mode = RELAY; mode <= UPSERT; mode++)
    if (!strcmp(text, mode_names[mode])) return (enum mode)mode;
  fail("--mode is relay, log, append or upsert, not `%s`", text);
}

static uint16_t parse_port(const char *text) {
  char *end;
  long port = strtol(text, &end, 10);
  if (*text < '0' || *text > '9' || *end || port > 65535) fail("--port is a number from 0 to 65535, not `%s`", text);
  return (uint16_t)port;
}

static void start_up(const char *folder, uint16_t port) {
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  hub.most_files = files.rlim_max < INT_MAX ? (int)files.rlim_max : INT_MAX;
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, NULL);
  hub.signals = signalfd(-1, &ends, SFD_CLOEXEC);
  hub.work = eventfd(0, EFD_CLOEXEC);
  hub.done = eventfd(0, EFD_CLOEXEC);
  hub.epoll = epoll_create1(EPOLL_CLOEXEC);
  hub.arriving = &hub.batches[0];
  if (hub.mode != RELAY) open_store(folder);
  listen_on(port);
  watch(hub.listener, &hub.listener);
  watch(hub.signals, &hub.signals);
  watch(hub.done, &hub.done);
}

int main(int argc, char **argv) {
  static const struct option options[] = {
      {"mode", required_argument, NULL, 'm'}, {"port", required_argument, NULL, 'p'},
      {"data", required_argument, NULL, 'd'}, {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
  const char *folder = NULL;
  uint16_t port = 0;
  hub.mode = UPSERT;
  opterr = 0;
  for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) switch (option) {
      case 'm': hub.mode = parse_mode(optarg); break;
      case 'p': port = parse_port(optarg); break;
      case 'd': folder = optarg; break;
      case 'h': fputs(usage, stdout); return 0;
      default: fail("`%s` is unknown, or lacks its value; see reference-hub --help", argv[optind - 1]);
    }
  if (optind < argc) fail("`%s` is not an option; see reference-hub --help", argv[optind]);
  if (hub.mode != RELAY && !folder) fail("--mode %s needs --data FOLDER", mode_names[hub.mode]);
  start_up(folder, port);
  pthread_t thread;
  if (hub.mode != RELAY && pthread_create(&thread, NULL, commit_thread, NULL)) fail("cannot start the commit thread");
  serve();
  if (hub.mode == RELAY) return 0;
  start_commit();  // an empty batch, which ends the thread
  pthread_join(thread, NULL);
  close_store();
  return 0;
}
