/* The work folder: what the host puts there and what a run leaves. */
#define _GNU_SOURCE
#include "run.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define WORK "/work"
#define NOBODY 65534
#define PATH_MAX_BYTES 1024
#define DEPTH_MAX 64

int open_file(const char *path, int flags, int mode) {
  int fd = open(path, flags | O_CLOEXEC | O_NOFOLLOW, mode);
  if (fd < 0) fail(path);
  return fd;
}

void write_file(const char *path, const char *text) {
  int fd = open_file(path, O_WRONLY, 0);
  if (write(fd, text, strlen(text)) < 0) fail(path);
  close(fd);
}

/* The work folder holds nothing and has not been handed to a program. */
static int clean;

static void mount_work(unsigned long flags, uint64_t bytes, uint32_t entries) {
  char options[96];
  snprintf(options, sizeof options, "size=%llu,nr_inodes=%u,mode=0755,uid=%d,gid=%d", (unsigned long long)bytes, entries,
           NOBODY, NOBODY);
  if (mount("work", WORK, "tmpfs", MS_NOSUID | MS_NODEV | flags, options) != 0) fail("mount /work");
}

/* Ahead of the program that will use it, while nobody waits. */
void clear_work(void) {
  umount2(WORK, MNT_DETACH);
  mount_work(0, 1 << 20, 16);
  static const char *const scratch[] = {"/run/job/program.js", "/run/job/input"};
  for (int i = 0; i < 2; i++) close(open_file(scratch[i], O_WRONLY | O_CREAT | O_TRUNC, 0444));
  clean = 1;
}

/* disk_bytes u64, files u32. */
uint64_t setup(const struct frame *frame) {
  if (frame->length != 12) fail("a setup frame of another size");
  if (!clean) clear_work();
  clean = 0;
  /* One more than asked: the folder itself. */
  mount_work(MS_REMOUNT, get64(frame->payload), get32(frame->payload + 8) + 1);
  return get64(frame->payload);
}

static void make_folders(char *path) {
  for (char *slash = strchr(path + sizeof WORK, '/'); slash; slash = strchr(slash + 1, '/')) {
    *slash = 0;
    if (mkdir(path, 0755) == 0 && chown(path, NOBODY, NOBODY) != 0) fail("chown a folder");
    *slash = '/';
  }
}

/* flags u8 (1: begins the file), length of the path u16, path, bytes. */
void take_file(const struct frame *frame) {
  if (frame->length < 3) fail("a file frame without a path");
  size_t length = get16(frame->payload + 1);
  if (length == 0 || length > PATH_MAX_BYTES || frame->length < 3 + length) fail("a file frame with a bad path");
  char path[sizeof WORK + 1 + PATH_MAX_BYTES];
  size_t size = (size_t)sprintf(path, WORK "/%.*s", (int)length, (const char *)frame->payload + 3);
  if (size != sizeof WORK + length || strstr(path, "/../")) fail("a path that leaves the work folder");
  clean = 0;
  int first = frame->payload[0] & 1;
  if (first) make_folders(path);
  int fd = open_file(path, O_WRONLY | O_APPEND | (first ? O_CREAT | O_TRUNC : 0), 0644);
  const uint8_t *bytes = frame->payload + 3 + length;
  size_t count = frame->length - 3 - length;
  if (count > 0 && write(fd, bytes, count) != (ssize_t)count) fail("the given files do not fit");
  if (first && fchown(fd, NOBODY, NOBODY) != 0) fail("chown a file");
  close(fd);
}

static void append(const char *path, const struct frame *frame) {
  int fd = open_file(path, O_WRONLY | O_APPEND, 0);
  if (write(fd, frame->payload, frame->length) != (ssize_t)frame->length) fail(path);
  close(fd);
}

void take_code(const struct frame *frame) { append("/run/job/program.js", frame); }
void take_input(const struct frame *frame) { append("/run/job/input", frame); }

static int skipped;
/* What the folder may hold; holes in files and second names do not make more of it. */
static uint64_t room_bytes;

static void send_file(int folder, const char *name, const char *path, uint64_t size) {
  if (size > room_bytes) {
    skipped++;
    return;
  }
  room_bytes -= size;
  int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) {
    skipped++;
    return;
  }
  static uint8_t bytes[CHUNK_BYTES];
  uint8_t head[3 + PATH_MAX_BYTES] = {1};
  size_t length = strlen(path);
  head[1] = (uint8_t)(length >> 8);
  head[2] = (uint8_t)length;
  memcpy(head + 3, path, length);
  for (ssize_t got; (got = read(fd, bytes, sizeof bytes)) >= 0; head[0] = 0) {
    if (got > 0 || head[0]) wire_send(GUEST_FILE, head, 3 + length, bytes, (size_t)got);
    if (got == 0) break;
  }
  close(fd);
}

static void walk(int fd, const char *prefix, int depth) {
  DIR *folder = fdopendir(fd);
  if (!folder) fail("the work folder cannot be listed");
  for (struct dirent *entry; (entry = readdir(folder));) {
    if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
    char path[PATH_MAX_BYTES + 1];
    struct stat stat;
    int size = snprintf(path, sizeof path, "%s%s", prefix, entry->d_name);
    if (size >= (int)sizeof path || fstatat(dirfd(folder), entry->d_name, &stat, AT_SYMLINK_NOFOLLOW) != 0) skipped++;
    else if (S_ISREG(stat.st_mode)) send_file(dirfd(folder), entry->d_name, path, (uint64_t)stat.st_size);
    else if (S_ISDIR(stat.st_mode) && depth < DEPTH_MAX) {
      int inner = openat(dirfd(folder), entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
      strcat(path, size < PATH_MAX_BYTES ? "/" : "");
      if (inner < 0) skipped++;
      else walk(inner, path, depth + 1);
    } else skipped++;
  }
  closedir(folder);
}

void send_files(uint64_t disk_bytes) {
  skipped = 0;
  room_bytes = disk_bytes;
  walk(open_file(WORK, O_RDONLY | O_DIRECTORY, 0), "", 0);
  if (skipped > 0) wire_send(GUEST_LIMIT, "path", 4, NULL, 0);
}
