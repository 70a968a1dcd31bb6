/* The crucible agent: first process of the guest. It holds no key until a restored clone is woken. */
#define _GNU_SOURCE
#include "run.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sched.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define PORT "/dev/vport0p1"
#define PORT_WAIT_MS 5000

_Noreturn void fail(const char *why) {
  fprintf(stderr, "crucible: %s (%s)\n", why, strerror(errno));
  /* The host sees the machine end: the run counts as crashed. */
  reboot(RB_AUTOBOOT);
  for (;;) pause();
}

static void put(const char *what, const char *where, const char *type, unsigned long flags, const char *options) {
  if (mount(what, where, type, flags, options) != 0) fail(where);
}

/* The machine is the boundary; this keeps its kernel's rarer doors shut all the same. */
static void harden(void) {
  static const char *const kinds[] = {"user", "pid", "net", "ipc", "uts", "mnt", "cgroup", "time"};
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    char path[64];
    snprintf(path, sizeof path, "/proc/sys/user/max_%s_namespaces", kinds[i]);
    if (access(path, W_OK) == 0) write_file(path, "0");
  }
  write_file("/proc/sys/kernel/dmesg_restrict", "1");
  chmod("/dev/kmsg", 0600);
  static const char *const streams[] = {"fd", "fd/0", "fd/1", "fd/2"}, *const names[] = {"fd", "stdin", "stdout", "stderr"};
  for (int i = 0; i < 4; i++) {
    char target[32], name[32];
    snprintf(target, sizeof target, "/proc/self/%s", streams[i]);
    snprintf(name, sizeof name, "/dev/%s", names[i]);
    if (symlink(target, name) != 0 && errno != EEXIST) fail(name);
  }
}

static void lay_out(void) {
  unsigned long plain = MS_NOSUID | MS_NODEV | MS_NOEXEC;
  put("proc", "/proc", "proc", plain, "hidepid=2");
  put("run", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "size=16m,mode=0755");
  put("tmp", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "size=64m,nr_inodes=8192,mode=1777");
  put("work", "/work", "tmpfs", MS_NOSUID | MS_NODEV, "size=1m,mode=0755");
  mkdir("/run/job", 0755);
  mkdir("/run/axiom", 0700);
  mkdir("/run/axiom/cg", 0700);
  put("cg", "/run/axiom/cg", "cgroup2", plain, NULL);
  write_file("/run/axiom/cg/cgroup.subtree_control", "+memory +pids");
  harden();
  int page = open_file("/run/replay", O_RDWR | O_CREAT | O_EXCL, 0444);
  if (ftruncate(page, 4096) != 0) fail("the replay page");
  close(page);
}

static int open_port(void) {
  for (int waited_ms = 0; waited_ms < PORT_WAIT_MS; waited_ms += 5) {
    int fd = open(PORT, O_RDWR | O_CLOEXEC | O_NONBLOCK);
    if (fd >= 0) {
      int high = fcntl(fd, F_DUPFD_CLOEXEC, 16);
      close(fd);
      return high;
    }
    usleep(5000);
  }
  fail(PORT);
}

/* Programs may talk to themselves; there is no other network. */
static void loopback(void) {
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  struct ifreq request = {.ifr_name = "lo"};
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) != 0) fail("lo");
  close(fd);
}

static void serve(void) {
  uint64_t disk_bytes = 0;
  for (;;) {
    struct frame frame = wire_read();
    if (frame.kind == HOST_SETUP) disk_bytes = setup(&frame);
    else if (frame.kind == HOST_FILE) take_file(&frame);
    else if (frame.kind == HOST_CODE) take_code(&frame);
    else if (frame.kind == HOST_INPUT) take_input(&frame);
    else if (frame.kind == HOST_EXEC) run(&frame, disk_bytes);
    else if (frame.kind == HOST_ECHO) wire_send(GUEST_ECHO, NULL, 0, frame.payload, frame.length);
    /* Of streams that ended with their program. */
    else if (is_stream_word(frame.kind)) proxy_hear(&frame);
    else if (frame.kind != HOST_WAKE) fail("a frame of an unknown kind");
  }
}

int main(void) {
  /* On the kernel's command line: the language whose interpreter the template holds. */
  const char *language = getenv("AXIOM_LANGUAGE");
  if (!language) language = "python";
  signal(SIGPIPE, SIG_IGN);
  /* Does not cut into a program that prints in small pieces, and does not hand this on to it. */
  struct sched_param none = {0};
  sched_setscheduler(0, SCHED_BATCH | SCHED_RESET_ON_FORK, &none);
  lay_out();
  loopback();
  proxy_open();
  if (sodium_init() < 0) fail("sodium");
  wire_open(open_port());
  watch_children();
  park(language);
  /* What was only read once need not be in every clone; freed memory is zeroed, so it is not kept either. */
  sync();
  write_file("/proc/sys/vm/drop_caches", "3");
  wire_send(GUEST_READY, language, strlen(language), NULL, 0);
  serve();
}
