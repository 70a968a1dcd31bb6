/* The stream: framing, counters, hash chains, signatures, and the keys that are made after a restore. */
#include "wire.h"
#include "blake2b.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <poll.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define WAKE_BYTES (SESSION_BYTES + 8 + 64 + 32)
#define VERSION 1
/* Of the port's driver in the kernel. */
#define PORT_BUFFER_BYTES 4096

static int port = -1;
static uint8_t in[FRAME_HEAD_BYTES + BODY_MAX_BYTES];
static size_t in_length, in_used;
static uint8_t out[FRAME_HEAD_BYTES + BODY_MAX_BYTES];

static struct {
  int awake;
  uint8_t session[SESSION_BYTES];
  uint8_t host_key[32], key[crypto_sign_SECRETKEYBYTES], public_key[32];
  uint64_t host_ctr, guest_ctr;
  uint8_t host_head[HASH_BYTES], guest_head[HASH_BYTES];
} now;

uint16_t get16(const uint8_t *at) { return (uint16_t)(at[0] << 8 | at[1]); }
uint32_t get32(const uint8_t *at) { return (uint32_t)get16(at) << 16 | get16(at + 2); }
uint64_t get64(const uint8_t *at) { return (uint64_t)get32(at) << 32 | get32(at + 4); }
void put32(uint8_t *at, uint32_t value) {
  for (int i = 0; i < 4; i++) at[i] = (uint8_t)(value >> (24 - 8 * i));
}
void put64(uint8_t *at, uint64_t value) {
  put32(at, (uint32_t)(value >> 32));
  put32(at + 4, (uint32_t)value);
}

void wire_open(int fd) { port = fd; }
int wire_fd(void) { return port; }
const uint8_t *wire_host_head(void) { return now.host_head; }
uint64_t wire_host_frames(void) { return now.host_ctr; }

static void write_all(const uint8_t *bytes, size_t length) {
  while (length > 0) {
    ssize_t written = write(port, bytes, length);
    if (written < 0 && (errno == EAGAIN || errno == EINTR)) {
      struct pollfd room = {.fd = port, .events = POLLOUT};
      poll(&room, 1, -1);
      continue;
    }
    if (written <= 0) fail("the host's port cannot be written");
    bytes += written;
    length -= (size_t)written;
  }
}

static void read_some(void) {
  /* A read gives what one of the driver's buffers holds. One that was not full was the last: trying again would be in vain. */
  static int empty;
  for (;;) {
    struct pollfd ready = {.fd = port, .events = POLLIN};
    if (empty) poll(&ready, 1, -1);
    ssize_t got = read(port, in + in_length, sizeof in - in_length);
    empty = got < PORT_BUFFER_BYTES;
    if (got > 0) {
      in_length += (size_t)got;
      return;
    }
    /* 0: the host's end is closed, as between a template and its clones. */
    if (got == 0) usleep(1000);
    else if (errno != EAGAIN && errno != EINTR) fail("the host's port cannot be read");
  }
}

static size_t whole_frame(void) {
  size_t have = in_length - in_used;
  if (have < FRAME_HEAD_BYTES) return 0;
  uint32_t length = get32(in + in_used);
  if (length < 1 + BODY_HEAD_BYTES || length > BODY_MAX_BYTES + 1) fail("a frame has no possible length");
  return have >= 4 + (size_t)length ? 4 + (size_t)length : 0;
}

int wire_pending(void) { return whole_frame() > 0; }

/* head = the first 32 bytes of BLAKE2b(before ‖ bytes). */
static void chain(uint8_t head[HASH_BYTES], const void *before, size_t before_length, const void *bytes, size_t length) {
  struct blake2b sum;
  uint8_t digest[BLAKE2B_BYTES];
  blake2b_begin(&sum);
  blake2b_add(&sum, before, before_length);
  blake2b_add(&sum, bytes, length);
  blake2b_end(&sum, digest);
  memcpy(head, digest, HASH_BYTES);
}

static void extend(uint8_t head[HASH_BYTES], const uint8_t *body, size_t length) {
  chain(head, head, HASH_BYTES, body, length);
}

/* What a head of a direction begins with, and what a signature of it is over. Gives its length, the zero included. */
static size_t words(char text[64], const char *direction) {
  return (size_t)sprintf(text, "axiom-crucible/2 %s", direction) + 1;
}

static size_t signed_text(uint8_t *text, const char *direction, const uint8_t head[HASH_BYTES]) {
  size_t length = words((char *)text, direction);
  memcpy(text + length, head, HASH_BYTES);
  return length + HASH_BYTES;
}

static void first_head(uint8_t head[HASH_BYTES], const char *direction) {
  char text[64];
  chain(head, text, words(text, direction), now.session, SESSION_BYTES);
}

/* Clones of one template share the kernel's random state until this. */
static void take_entropy(const uint8_t bytes[64]) {
  struct {
    int bits, size;
    uint8_t bytes[64];
  } pool = {.bits = 512, .size = 64};
  memcpy(pool.bytes, bytes, 64);
  int fd = open("/dev/urandom", O_WRONLY | O_CLOEXEC);
  if (fd < 0 || ioctl(fd, RNDADDENTROPY, &pool) != 0 || ioctl(fd, RNDRESEEDCRNG) != 0)
    fail("the kernel took no entropy");
  close(fd);
}

void set_clock(uint64_t unix_ms) {
  struct timespec at = {.tv_sec = (time_t)(unix_ms / 1000), .tv_nsec = (long)(unix_ms % 1000) * 1000000};
  clock_settime(CLOCK_REALTIME, &at);
}

static void make_key(const uint8_t entropy[64]) {
  uint8_t mix[64 + 32], seed[32];
  memcpy(mix, entropy, 64);
  randombytes_buf(mix + 64, 32);
  crypto_hash_sha256(seed, mix, sizeof mix);
  crypto_sign_seed_keypair(now.public_key, now.key, seed);
  sodium_memzero(mix, sizeof mix);
  sodium_memzero(seed, sizeof seed);
}

/* A new session: identity, clock, entropy and the host's key come in, this side's key goes out. */
static void wake(const uint8_t *body, size_t length) {
  if (length != BODY_HEAD_BYTES + WAKE_BYTES + SIGNATURE_BYTES) fail("a wake frame of another size");
  if (now.awake &&
      crypto_sign_verify_detached(body + length - SIGNATURE_BYTES, body, length - SIGNATURE_BYTES, now.host_key) != 0)
    fail("a wake frame that the host did not sign");
  const uint8_t *at = body + BODY_HEAD_BYTES;
  memcpy(now.session, at, SESSION_BYTES);
  set_clock(get64(at + SESSION_BYTES));
  take_entropy(at + SESSION_BYTES + 8);
  make_key(at + SESSION_BYTES + 8);
  memcpy(now.host_key, at + SESSION_BYTES + 8 + 64, 32);
  now.awake = 1;
  now.host_ctr = now.guest_ctr = 0;
  first_head(now.host_head, "host>guest");
  first_head(now.guest_head, "guest>host");
  uint8_t hello[32 + SESSION_BYTES];
  memcpy(hello, now.public_key, 32);
  memcpy(hello + 32, now.session, SESSION_BYTES);
  sodium_memzero(in + in_used - length, length);
  wire_send_signed(GUEST_HELLO, hello, sizeof hello);
}

static struct frame checked(const uint8_t *body, size_t length) {
  if (!now.awake) fail("a frame before the session");
  if (get64(body + 1) != now.host_ctr++) fail("a counter that is not the next");
  int is_signed = body[0] == HOST_EXEC;
  if (is_signed) {
    if (length < BODY_HEAD_BYTES + SIGNATURE_BYTES) fail("a control frame without signature");
    length -= SIGNATURE_BYTES;
  }
  extend(now.host_head, body, length);
  if (is_signed) {
    uint8_t text[64 + HASH_BYTES];
    size_t size = signed_text(text, "host>guest", now.host_head);
    if (crypto_sign_verify_detached(body + length, text, size, now.host_key) != 0) fail("a signature that does not hold");
  }
  return (struct frame){body[0], body + BODY_HEAD_BYTES, length - BODY_HEAD_BYTES};
}

struct frame wire_read(void) {
  for (;;) {
    size_t size = whole_frame();
    if (size == 0) {
      memmove(in, in + in_used, in_length - in_used);
      in_length -= in_used;
      in_used = 0;
      read_some();
      continue;
    }
    const uint8_t *body = in + in_used + FRAME_HEAD_BYTES;
    size_t length = size - FRAME_HEAD_BYTES;
    if (in[in_used + 4] != VERSION) fail("a frame of another version");
    in_used += size;
    if (body[0] != HOST_WAKE) return checked(body, length);
    wake(body, length);
    return (struct frame){HOST_WAKE, NULL, 0};
  }
}

static size_t compose(uint8_t kind, const void *head, size_t head_length, const void *data, size_t length) {
  uint8_t *body = out + FRAME_HEAD_BYTES;
  body[0] = kind;
  put64(body + 1, now.guest_ctr++);
  if (head_length > 0) memcpy(body + BODY_HEAD_BYTES, head, head_length);
  if (length > 0) memcpy(body + BODY_HEAD_BYTES + head_length, data, length);
  size_t size = BODY_HEAD_BYTES + head_length + length;
  extend(now.guest_head, body, size);
  return size;
}

static void flush_frame(size_t body_length) {
  put32(out, (uint32_t)body_length + 1);
  out[4] = VERSION;
  write_all(out, FRAME_HEAD_BYTES + body_length);
}

void wire_send(uint8_t kind, const void *head, size_t head_length, const void *data, size_t length) {
  flush_frame(compose(kind, head, head_length, data, length));
}

void wire_send_signed(uint8_t kind, const void *head, size_t head_length) {
  size_t size = compose(kind, head, head_length, NULL, 0);
  uint8_t text[64 + HASH_BYTES];
  size_t length = signed_text(text, "guest>host", now.guest_head);
  crypto_sign_detached(out + FRAME_HEAD_BYTES + size, NULL, text, length, now.key);
  flush_frame(size + SIGNATURE_BYTES);
}
