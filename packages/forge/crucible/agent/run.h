/* One program: its files, its interpreter, its limits, its end. */
#ifndef RUN_H
#define RUN_H
#include "wire.h"
#include <poll.h>

/* Before the first interpreter is started. */
void watch_children(void);
/* Makes all ready that the next program needs: an empty work folder, its group, and its interpreter, which waits. */
void park(const char *language);
void clear_work(void);
/* A fresh work folder of so many bytes and entries. Gives the bytes. */
uint64_t setup(const struct frame *frame);
void take_file(const struct frame *frame);
void take_code(const struct frame *frame);
void take_input(const struct frame *frame);
/* Runs to the end, sends what it printed and left, then the signed exit. */
void run(const struct frame *frame, uint64_t disk_bytes);
/* Sends the regular files below the work folder, up to so many bytes. What is passed over is said. */
void send_files(uint64_t disk_bytes);
/* Connections of programs at once. */
#define PROXY_STREAMS 16
#define PROXY_POLLS (1 + PROXY_STREAMS)
/* Listens where programs look for a way out. */
void proxy_open(void);
/* What to wait for; gives how many. Then what came of it, and what the host says of a stream. */
int proxy_polls(struct pollfd polls[PROXY_POLLS]);
void proxy_step(const struct pollfd polls[PROXY_POLLS]);
void proxy_hear(const struct frame *frame);
/* Ends what a program has left open. */
void proxy_close(void);
void set_clock(uint64_t unix_ms);
int open_file(const char *path, int flags, int mode);
void write_file(const char *path, const char *text);
#endif
