/* The guest's end of the way out: a listener on loopback that hands each connection, byte for byte, to the host. It decides nothing. */
#define _GNU_SOURCE
#include "run.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PROXY_PORT 3128
/* Of one stream and direction that the other side has not taken yet. The same on the host. */
#define WINDOW_BYTES (64 * 1024)
#define READ_BYTES (16 * 1024)

static int listener = -1;
/* Never used twice: a word on a stream of an earlier program finds none. */
static uint32_t next_id = 1;

static struct stream {
  uint32_t id, credit;
  int fd;
  /* The program sends no more; the host sends no more; the host wants no more either. */
  int silent, ending, over;
  size_t at, end;
  uint8_t bytes[WINDOW_BYTES];
} streams[PROXY_STREAMS];

void proxy_open(void) {
  struct sockaddr_in where = {.sin_family = AF_INET, .sin_port = htons(PROXY_PORT), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  int yes = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (fd < 0 || bind(fd, (struct sockaddr *)&where, sizeof where) != 0 || listen(fd, 64) != 0) fail("the way out");
  listener = fd;
}

static struct stream *find(uint32_t id) {
  for (int i = 0; i < PROXY_STREAMS; i++)
    if (streams[i].id == id) return &streams[i];
  return NULL;
}

static void tell(uint8_t kind, uint32_t id, uint32_t number) {
  uint8_t head[8];
  put32(head, id);
  put32(head + 4, number);
  wire_send(kind, head, kind == GUEST_OPEN ? 4 : 8, NULL, 0);
}

static void forget(struct stream *stream) {
  close(stream->fd);
  *stream = (struct stream){.id = 0};
}

static void break_off(struct stream *stream) {
  tell(GUEST_SHUT, stream->id, 1);
  forget(stream);
}

static void accept_one(void) {
  struct stream *stream = find(0);
  int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd < 0 || !stream) return;
  stream->id = next_id++;
  stream->fd = fd;
  stream->credit = WINDOW_BYTES;
  tell(GUEST_OPEN, stream->id, 0);
}

static void send_up(struct stream *stream) {
  static uint8_t bytes[READ_BYTES];
  uint8_t head[4];
  ssize_t got = read(stream->fd, bytes, stream->credit < sizeof bytes ? stream->credit : sizeof bytes);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got < 0) return break_off(stream);
  put32(head, stream->id);
  if (got > 0) {
    stream->credit -= (uint32_t)got;
    wire_send(GUEST_UP, head, sizeof head, bytes, (size_t)got);
    return;
  }
  stream->silent = 1;
  tell(GUEST_SHUT, stream->id, 0);
}

/* What the host has sent so far, as fast as the program takes it. */
static void give_down(struct stream *stream) {
  ssize_t given = write(stream->fd, stream->bytes + stream->at, stream->end - stream->at);
  if (given < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (given < 0) return break_off(stream);
  stream->at += (size_t)given;
  tell(GUEST_TOOK, stream->id, (uint32_t)given);
}

static void settle(struct stream *stream) {
  if (stream->at < stream->end) return;
  stream->at = stream->end = 0;
  if (stream->over || (stream->ending && stream->silent)) forget(stream);
  else if (stream->ending == 1) {
    shutdown(stream->fd, SHUT_WR);
    stream->ending = 2;
  }
}

int proxy_polls(struct pollfd polls[PROXY_POLLS]) {
  polls[0] = (struct pollfd){find(0) ? listener : -1, POLLIN, 0};
  for (int i = 0; i < PROXY_STREAMS; i++) {
    struct stream *stream = &streams[i];
    short wanted = (stream->at < stream->end ? POLLOUT : 0) | (stream->credit > 0 && !stream->silent ? POLLIN : 0);
    polls[1 + i] = (struct pollfd){stream->id && wanted ? stream->fd : -1, wanted, 0};
  }
  return PROXY_POLLS;
}

void proxy_step(const struct pollfd polls[PROXY_POLLS]) {
  if (polls[0].revents) accept_one();
  for (int i = 0; i < PROXY_STREAMS; i++) {
    struct stream *stream = &streams[i];
    const struct pollfd *ready = &polls[1 + i];
    if (!stream->id || ready->fd != stream->fd || !ready->revents) continue;
    if (stream->at < stream->end && (ready->revents & (POLLOUT | POLLERR))) give_down(stream);
    if (stream->id && (ready->events & POLLIN) && (ready->revents & (POLLIN | POLLHUP | POLLERR))) send_up(stream);
    if (stream->id) settle(stream);
  }
}

static void take_down(struct stream *stream, const uint8_t *bytes, size_t length) {
  memmove(stream->bytes, stream->bytes + stream->at, stream->end - stream->at);
  stream->end -= stream->at;
  stream->at = 0;
  if (length > WINDOW_BYTES - stream->end) fail("more than a stream's window");
  memcpy(stream->bytes + stream->end, bytes, length);
  stream->end += length;
}

void proxy_hear(const struct frame *frame) {
  if (frame->length < 4) fail("a word on no stream");
  struct stream *stream = find(get32(frame->payload));
  const uint8_t *rest = frame->payload + 4;
  size_t length = frame->length - 4;
  if (!stream || stream->id == 0) return;
  if (frame->kind == HOST_DOWN) take_down(stream, rest, length);
  else if (length != 4) fail("a word of another size on a stream");
  else if (frame->kind == HOST_TOOK) stream->credit += get32(rest);
  else if (get32(rest)) stream->over = 1;
  else stream->ending = 1;
  if (stream->credit > WINDOW_BYTES) fail("more credit than a stream has");
  settle(stream);
}

void proxy_close(void) {
  for (int i = 0; i < PROXY_STREAMS; i++)
    if (streams[i].id) break_off(&streams[i]);
  for (int fd; (fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0;) close(fd);
}
