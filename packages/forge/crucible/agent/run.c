/* A program's run. The interpreter was started before it was known what it will run, and waits on descriptor 3. */
#define _GNU_SOURCE
#include "run.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NOBODY 65534
#define GROUPS "/run/axiom/cg/"
#define GROUP GROUPS "run/"
#define PIDS_MAX 128
#define OPEN_FILES_MAX 1024
/* How long pipes are drained after everything that could write to them was killed. */
#define DRAIN_MS 1000

/* Of an order's flags: what replay.so must know. */
#define REPLAY 3

enum status { OK, FAILED, TIMEOUT, OOM, CRASHED };

struct order {
  char language;
  uint32_t wall_ms;
  uint64_t memory_bytes, clock_ms;
  int flags;
  uint64_t fixed_ms;
  uint8_t seed[32];
};

static struct worker {
  pid_t pid;
  int go, in, out, err;
} parked = {.pid = 0};

/* The files of the program's group. They are opened ahead: that takes longer than to read or to write them. */
static struct group {
  int limit, procs, kill, events, peak, pids;
} group;

/* Readable when a child has ended. */
static int deaths = -1;

/* Isolated but for its environment, which is ours: only there can the hash seed be fixed. */
static const char *const PYTHON[] = {"/usr/bin/python3", "-P", "-s", "-S", "-B", "-X", "utf8", "/usr/lib/crucible/worker.py", NULL};
static const char *const NODE[] = {"/usr/bin/node", "--no-warnings", "--single-threaded", "/usr/lib/crucible/worker.cjs", NULL};
static const char *const SHELL[] = {"/bin/busybox", "sh", "/usr/lib/crucible/worker.sh", NULL};
#define WAY_OUT "http://127.0.0.1:3128"
#define NO_WAY_OUT "localhost,127.0.0.1,::1"
static char *const ENVIRONMENT[] = {"PATH=/usr/bin:/bin", "HOME=/work", "LANG=C.UTF-8", "TMPDIR=/tmp", "PYTHONHASHSEED=0",
                                    "NODE_USE_ENV_PROXY=1", "http_proxy=" WAY_OUT, "https_proxy=" WAY_OUT,
                                    "HTTP_PROXY=" WAY_OUT, "HTTPS_PROXY=" WAY_OUT, "no_proxy=" NO_WAY_OUT, "NO_PROXY=" NO_WAY_OUT,
                                    "LD_PRELOAD=/usr/lib/crucible/replay.so", NULL};

static void limit(int which, rlim_t most) {
  struct rlimit both = {most, most};
  setrlimit(which, &both);
}

static void become(const char *const *program, int go, int in, int out, int err) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  setsid();
  /* Targets are 0 to 3; the sources are all above. */
  if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0 || dup2(go, 3) < 0) _exit(126);
  syscall(SYS_close_range, 4, ~0U, 0);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_NOFILE, OPEN_FILES_MAX);
  if (setgid(NOBODY) != 0 || setuid(NOBODY) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) _exit(126);
  if (chdir("/work") != 0) _exit(126);
  execve(program[0], (char *const *)program, ENVIRONMENT);
  _exit(127);
}

static void make_pipe(int ends[2]) {
  if (pipe2(ends, O_CLOEXEC) != 0) fail("pipe");
  for (int i = 0; i < 2; i++) {
    int high = fcntl(ends[i], F_DUPFD_CLOEXEC, 16);
    if (high < 0) fail("dup");
    close(ends[i]);
    ends[i] = high;
  }
}

static struct worker start(const char *const *program) {
  int go[2], in[2], out[2], err[2];
  make_pipe(go), make_pipe(in), make_pipe(out), make_pipe(err);
  /* A program may open its own streams again by name. */
  for (const int *end = (int[]){in[0], out[1], err[1], -1}; *end >= 0; end++)
    if (fchown(*end, NOBODY, NOBODY) != 0) fail("chown a pipe");
  pid_t pid = fork();
  if (pid < 0) fail("fork");
  if (pid == 0) become(program, go[0], in[0], out[1], err[1]);
  close(go[0]), close(in[0]), close(out[1]), close(err[1]);
  return (struct worker){pid, go[1], in[1], out[0], err[0]};
}

void watch_children(void) {
  sigset_t child;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  sigprocmask(SIG_BLOCK, &child, NULL);
  deaths = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
  if (deaths < 0) fail("signalfd");
}

static uint64_t now_us(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return (uint64_t)at.tv_sec * 1000000 + (uint64_t)at.tv_nsec / 1000;
}

static uint64_t number_of(int fd, const char *key) {
  char text[512] = {0};
  if (pread(fd, text, sizeof text - 1, 0) < 0) text[0] = 0;
  const char *at = key ? strstr(text, key) : text;
  return at ? strtoull(at + (key ? strlen(key) : 0), NULL, 10) : 0;
}

static void put_number(int fd, uint64_t value, const char *what) {
  char text[32];
  int length = snprintf(text, sizeof text, "%llu", (unsigned long long)value);
  if (write(fd, text, (size_t)length) != length) fail(what);
}

/* What a waiting interpreter has touched already is counted to nobody; its group counts what its program needs. */
static void make_group(void) {
  if (mkdir(GROUP, 0700) != 0) fail("the run's group");
  write_file(GROUP "memory.oom.group", "1");
  int most = open_file(GROUP "pids.max", O_WRONLY, 0);
  put_number(most, PIDS_MAX, "pids.max");
  close(most);
  group = (struct group){open_file(GROUP "memory.max", O_WRONLY, 0),    open_file(GROUP "cgroup.procs", O_WRONLY, 0),
                         open_file(GROUP "cgroup.kill", O_WRONLY, 0),   open_file(GROUP "memory.events", O_RDONLY, 0),
                         open_file(GROUP "memory.peak", O_RDONLY, 0),   open_file(GROUP "pids.current", O_RDONLY, 0)};
}

static void forget_group(void) {
  for (const int *fd = &group.limit; fd <= &group.pids; fd++) close(*fd);
  rmdir(GROUP);
}

void park(const char *language) {
  clear_work();
  make_group();
  if (parked.pid == 0) {
    parked = start(strcmp(language, "javascript") == 0 ? NODE : PYTHON);
    /* One byte on its output says that it is ready for an order. */
    char ready;
    if (read(parked.out, &ready, 1) != 1) fail("the interpreter did not start");
  }
  put_number(group.procs, (uint64_t)parked.pid, "cgroup.procs");
}

/* The page that replay.so reads in every process: active u64, fixed time u64 (ms), seed 32 bytes. */
static void set_replay(const struct order *order) {
  uint64_t page[6] = {(uint64_t)(order->flags & REPLAY), order->fixed_ms};
  memcpy(page + 2, order->seed, 32);
  int fd = open_file("/run/replay", O_WRONLY, 0);
  if (write(fd, page, sizeof page) != sizeof page) fail("the replay page");
  close(fd);
}

/* language u8, wall_ms u32, memory u64, clock_ms u64, flags u8 (1 time, 2 seed, 4 a permit stands), fixed_ms u64, seed 32 bytes. */
static struct order read_order(const struct frame *frame) {
  const uint8_t *at = frame->payload;
  if (frame->length != 62) fail("an exec frame of another size");
  struct order order = {(char)at[0], get32(at + 1), get64(at + 5), get64(at + 13), at[21], get64(at + 22), {0}};
  memcpy(order.seed, at + 30, 32);
  return order;
}

struct flow {
  struct worker worker;
  int input;
  uint64_t end_us;
  int exited, timed_out;
  int wait_status;
};

static int forward(int fd, uint8_t kind) {
  static uint8_t bytes[CHUNK_BYTES];
  ssize_t got = read(fd, bytes, sizeof bytes);
  if (got > 0) wire_send(kind, NULL, 0, bytes, (size_t)got);
  return got > 0;
}

/* What the program reads, as fast as it reads. A program that does not is no fault. */
static int feed(struct flow *flow) {
  static uint8_t bytes[4096];
  ssize_t got = read(flow->input, bytes, sizeof bytes);
  return got > 0 && write(flow->worker.in, bytes, (size_t)got) == got;
}

static void shut(int *fd) {
  if (*fd >= 0) close(*fd);
  *fd = -1;
}

/* While a program runs, the host may renew the session, when a freeze was lifted, and speak of the program's streams. */
static void hear(void) {
  struct frame frame = wire_read();
  if (is_stream_word(frame.kind)) proxy_hear(&frame);
  else if (frame.kind != HOST_WAKE) fail("a frame during a run");
}

static int step(struct flow *flow, int wait_ms) {
  /* Frames come together; what was read with the one before is not waited for. */
  while (wire_pending()) hear();
  struct worker *worker = &flow->worker;
  struct pollfd ready[5 + PROXY_POLLS] = {{worker->out, POLLIN, 0}, {worker->err, POLLIN, 0}, {worker->in, POLLOUT, 0},
                            {wire_fd(), POLLIN, 0}, {deaths, POLLIN, 0}};
  int count = poll(ready, 5 + (nfds_t)proxy_polls(ready + 5), wait_ms);
  if (count <= 0) return count;
  if (ready[0].revents && !forward(worker->out, GUEST_STDOUT)) shut(&worker->out);
  if (ready[1].revents && !forward(worker->err, GUEST_STDERR)) shut(&worker->err);
  if (ready[2].revents && ((ready[2].revents & POLLERR) || !feed(flow))) shut(&worker->in);
  proxy_step(ready + 5);
  if (ready[3].revents & POLLIN) hear();
  return count;
}

static int wait_of(const struct flow *flow) {
  uint64_t at = now_us();
  if (at >= flow->end_us) return 0;
  uint64_t left_ms = (flow->end_us - at + 999) / 1000;
  return left_ms > 1000000 ? 1000000 : (int)left_ms;
}

static void watch(struct flow *flow) {
  while (!flow->exited && !flow->timed_out) {
    step(flow, wait_of(flow));
    flow->timed_out = now_us() >= flow->end_us;
    struct signalfd_siginfo death;
    if (read(deaths, &death, sizeof death) < 0 && errno != EAGAIN) fail("signalfd");
    for (pid_t pid; (pid = waitpid(-1, &flow->wait_status, WNOHANG)) > 0;)
      if (pid == flow->worker.pid) {
        flow->exited = 1;
        break;
      }
  }
}

static void drain(struct flow *flow) {
  uint64_t end_us = now_us() + DRAIN_MS * 1000;
  shut(&flow->worker.in);
  while ((flow->worker.out >= 0 || flow->worker.err >= 0) && now_us() < end_us)
    if (step(flow, 20) == 0) break;
  shut(&flow->worker.out);
  shut(&flow->worker.err);
}

static void end_group(void) {
  put_number(group.kill, 1, "cgroup.kill");
  struct pollfd death = {deaths, POLLIN, 0};
  struct signalfd_siginfo skipped;
  for (;;) {
    while (waitpid(-1, NULL, WNOHANG) > 0);
    if (number_of(group.pids, NULL) == 0) return;
    poll(&death, 1, 10);
    if (read(deaths, &skipped, sizeof skipped) < 0 && errno != EAGAIN) fail("signalfd");
  }
}

/* status u8, signal u8, exit code i32 (-1: none), took_us u64, peak u64, frames of the host's chain that were seen u64, its head. */
static void send_exit(const struct flow *flow, enum status status, uint64_t took_us, uint64_t peak_bytes) {
  uint8_t exit[30 + HASH_BYTES] = {(uint8_t)status};
  int ended = flow->exited && WIFEXITED(flow->wait_status);
  exit[1] = flow->exited && WIFSIGNALED(flow->wait_status) ? (uint8_t)WTERMSIG(flow->wait_status) : 0;
  put32(exit + 2, ended ? (uint32_t)WEXITSTATUS(flow->wait_status) : UINT32_MAX);
  put64(exit + 6, took_us);
  put64(exit + 14, peak_bytes);
  put64(exit + 22, wire_host_frames());
  memcpy(exit + 30, wire_host_head(), HASH_BYTES);
  wire_send_signed(GUEST_EXIT, exit, sizeof exit);
}

static enum status status_of(const struct flow *flow) {
  if (number_of(group.events, "oom_kill ") > 0) return OOM;
  if (flow->timed_out) return TIMEOUT;
  if (!WIFEXITED(flow->wait_status)) return CRASHED;
  return WEXITSTATUS(flow->wait_status) == 0 ? OK : FAILED;
}

static struct worker take_parked(void) {
  struct worker worker = parked;
  parked.pid = 0;
  return worker;
}

/* The shell is quick to start. The interpreter that waits leaves the group to it and waits on. */
static struct worker start_shell(void) {
  int outside = open_file(GROUPS "cgroup.procs", O_WRONLY, 0);
  put_number(outside, (uint64_t)parked.pid, "cgroup.procs");
  close(outside);
  struct worker shell = start(SHELL);
  put_number(group.procs, (uint64_t)shell.pid, "cgroup.procs");
  return shell;
}

void run(const struct frame *frame, uint64_t disk_bytes) {
  struct order order = read_order(frame);
  set_clock(order.clock_ms);
  set_replay(&order);
  struct flow flow = {.worker = order.language == 's' ? start_shell() : take_parked()};
  flow.input = open_file("/run/job/input", O_RDONLY, 0);
  put_number(group.limit, order.memory_bytes, "memory.max");
  prlimit(flow.worker.pid, RLIMIT_FSIZE, &(struct rlimit){disk_bytes, disk_bytes}, NULL);
  fcntl(flow.worker.in, F_SETFL, O_NONBLOCK);
  uint64_t start_us = now_us();
  flow.end_us = start_us + (uint64_t)order.wall_ms * 1000;
  dprintf(flow.worker.go, "%d\n", order.flags);
  shut(&flow.worker.go);
  watch(&flow);
  uint64_t took_us = now_us() - start_us;
  enum status status = status_of(&flow);
  end_group();
  proxy_close();
  drain(&flow);
  if (status == OK || status == FAILED) send_files(disk_bytes);
  close(flow.input);
  send_exit(&flow, status, took_us, number_of(group.peak, NULL));
  forget_group();
  park(order.language == 'j' ? "javascript" : "python");
}
