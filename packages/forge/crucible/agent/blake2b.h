/* BLAKE2b (RFC 7693), 64 bytes of digest, no key. */
#ifndef BLAKE2B_H
#define BLAKE2B_H
#include <stddef.h>
#include <stdint.h>

#define BLAKE2B_BYTES 64

struct blake2b {
  uint64_t h[8], bytes;
  uint8_t held[128];
  size_t used;
};

void blake2b_begin(struct blake2b *sum);
void blake2b_add(struct blake2b *sum, const void *data, size_t length);
void blake2b_end(struct blake2b *sum, uint8_t digest[BLAKE2B_BYTES]);
#endif
