/* Frames between host and guest. Format: docs/formats/crucible.md. */
#ifndef WIRE_H
#define WIRE_H
#include <stddef.h>
#include <stdint.h>

enum {
  HOST_WAKE = 0x01,
  HOST_SETUP,
  HOST_FILE,
  HOST_CODE,
  HOST_INPUT,
  HOST_EXEC,
  HOST_ECHO,
  HOST_DOWN,
  HOST_SHUT,
  HOST_TOOK,
  GUEST_READY = 0x81,
  GUEST_HELLO,
  GUEST_STDOUT,
  GUEST_STDERR,
  GUEST_FILE,
  GUEST_LIMIT,
  GUEST_EXIT,
  GUEST_ECHO,
  GUEST_OPEN,
  GUEST_UP,
  GUEST_SHUT,
  GUEST_TOOK,
};

#define FRAME_HEAD_BYTES 5
#define BODY_HEAD_BYTES 9
#define SIGNATURE_BYTES 64
#define HASH_BYTES 32
#define SESSION_BYTES 16
/* Of a frame's body; the same as in lop. */
#define BODY_MAX_BYTES (256 * 1024)
/* Of output and file content in one frame. */
#define CHUNK_BYTES (64 * 1024)

static inline int is_stream_word(uint8_t kind) { return kind >= HOST_DOWN && kind <= HOST_TOOK; }

struct frame {
  uint8_t kind;
  const uint8_t *payload;
  size_t length;
};

/* The stream is broken or forged: nothing behind it can be believed, so the guest ends, and the host sees that. */
_Noreturn void fail(const char *why);

void wire_open(int fd);
int wire_fd(void);
/* Waits for the next whole frame, checks counter, chain and signature. */
struct frame wire_read(void);
/* Whether a whole frame is waiting already. */
int wire_pending(void);
void wire_send(uint8_t kind, const void *head, size_t head_length, const void *data, size_t length);
/* The same, signed; the signature covers everything that was sent before. */
void wire_send_signed(uint8_t kind, const void *head, size_t head_length);
/* Head of the host's chain as this side saw it, and of how many frames. */
const uint8_t *wire_host_head(void);
uint64_t wire_host_frames(void);

uint16_t get16(const uint8_t *at);
uint32_t get32(const uint8_t *at);
uint64_t get64(const uint8_t *at);
void put32(uint8_t *at, uint32_t value);
void put64(uint8_t *at, uint64_t value);
#endif
