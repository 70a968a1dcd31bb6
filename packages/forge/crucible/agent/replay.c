/*
 * Preloaded into every interpreter. While the page /run/replay says so, chance comes from the run's seed and the wall clock
 * stands at the run's time, moved by sleeping only; otherwise everything is the system's own.
 * It serves replay, it is no boundary: a program that makes system calls itself finds the real clock.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define PAGE_BYTES 4096
enum { FIXED_TIME = 1, FIXED_SEED = 2 };

static const struct {
  uint64_t active, time_ms;
  uint32_t seed[8];
} *page;
static uint64_t slept_ns, block;
static uint8_t stream[64];
static size_t stream_used = sizeof stream;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void begin(void) {
  int fd = open("/run/replay", O_RDONLY | O_CLOEXEC);
  void *at = fd < 0 ? MAP_FAILED : mmap(NULL, PAGE_BYTES, PROT_READ, MAP_SHARED, fd, 0);
  if (at != MAP_FAILED) page = at;
  if (fd >= 0) close(fd);
}

static int is(uint64_t what) { return page && (page->active & what); }

/* ChaCha20 (RFC 8439 §2.3) under the seed, nonce zero. */
static void next_block(void) {
  uint32_t first[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574}, x[16];
  memcpy(first + 4, page->seed, 32);
  first[12] = (uint32_t)block;
  first[13] = (uint32_t)(block++ >> 32);
  memcpy(x, first, sizeof x);
#define ROTATE(v, n) ((v) << (n) | (v) >> (32 - (n)))
#define QUARTER(a, b, c, d)                                                                           \
  x[a] += x[b], x[d] = ROTATE(x[d] ^ x[a], 16), x[c] += x[d], x[b] = ROTATE(x[b] ^ x[c], 12), x[a] += x[b], \
  x[d] = ROTATE(x[d] ^ x[a], 8), x[c] += x[d], x[b] = ROTATE(x[b] ^ x[c], 7)
  for (int round = 0; round < 10; round++) {
    QUARTER(0, 4, 8, 12), QUARTER(1, 5, 9, 13), QUARTER(2, 6, 10, 14), QUARTER(3, 7, 11, 15);
    QUARTER(0, 5, 10, 15), QUARTER(1, 6, 11, 12), QUARTER(2, 7, 8, 13), QUARTER(3, 4, 9, 14);
  }
  for (int i = 0; i < 16; i++) x[i] += first[i];
  memcpy(stream, x, sizeof stream);
  stream_used = 0;
}

static void seeded(uint8_t *to, size_t length) {
  while (length-- > 0) {
    if (stream_used == sizeof stream) next_block();
    *to++ = stream[stream_used++];
  }
}

ssize_t getrandom(void *to, size_t length, unsigned flags) {
  if (!is(FIXED_SEED)) return REAL(getrandom)(to, length, flags);
  seeded(to, length);
  return (ssize_t)length;
}

int getentropy(void *to, size_t length) {
  if (!is(FIXED_SEED)) return REAL(getentropy)(to, length);
  seeded(to, length);
  return 0;
}

static uint64_t fixed_ns(void) { return page->time_ms * 1000000 + slept_ns; }
static int is_wall(clockid_t clock) { return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE; }

int clock_gettime(clockid_t clock, struct timespec *at) {
  static __typeof__(&clock_gettime) real;
  if (!real) real = REAL(clock_gettime);
  if (!is(FIXED_TIME) || !is_wall(clock)) return real(clock, at);
  *at = (struct timespec){(time_t)(fixed_ns() / 1000000000), (long)(fixed_ns() % 1000000000)};
  return 0;
}

int gettimeofday(struct timeval *at, void *zone) {
  if (!is(FIXED_TIME)) return REAL(gettimeofday)(at, zone);
  *at = (struct timeval){(time_t)(fixed_ns() / 1000000000), (suseconds_t)(fixed_ns() / 1000 % 1000000)};
  return 0;
}

time_t time(time_t *to) {
  struct timespec at;
  clock_gettime(CLOCK_REALTIME, &at);
  if (to) *to = at.tv_sec;
  return at.tv_sec;
}

static void slept(const struct timespec *span) {
  slept_ns += (uint64_t)span->tv_sec * 1000000000 + (uint64_t)span->tv_nsec;
}

int nanosleep(const struct timespec *span, struct timespec *left) {
  int result = REAL(nanosleep)(span, left);
  if (result == 0) slept(span);
  return result;
}

/* With an absolute time of the fixed clock the real one would answer at once or never. */
int clock_nanosleep(clockid_t clock, int flags, const struct timespec *span, struct timespec *left) {
  if (!is(FIXED_TIME) || !(flags & TIMER_ABSTIME)) {
    int result = REAL(clock_nanosleep)(clock, flags, span, left);
    if (result == 0) slept(span);
    return result;
  }
  struct timespec at, rest;
  clock_gettime(clock, &at);
  int64_t ns = (span->tv_sec - at.tv_sec) * 1000000000 + span->tv_nsec - at.tv_nsec;
  if (ns <= 0) return 0;
  rest = (struct timespec){ns / 1000000000, ns % 1000000000};
  if (!is_wall(clock)) slept(&rest);
  return nanosleep(&rest, NULL) == 0 ? 0 : errno;
}

int epoll_pwait(int fd, struct epoll_event *events, int most, int timeout_ms, const sigset_t *mask) {
  int count = REAL(epoll_pwait)(fd, events, most, timeout_ms, mask);
  if (count == 0 && timeout_ms > 0) slept_ns += (uint64_t)timeout_ms * 1000000;
  return count;
}
