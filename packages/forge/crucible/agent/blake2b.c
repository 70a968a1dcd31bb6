/*
 * BLAKE2b for an emulated processor: plain 64-bit words, and a turn that leaves its source alone (BMI2). An emulator makes each
 * of them a word of the host, while vector instructions, which libsodium would choose, go through its memory: four times slower.
 */
#pragma GCC optimize("O3")
#pragma GCC target("bmi2,general-regs-only")
#include "blake2b.h"
#include <string.h>

static const uint64_t FIRST[8] = {0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
                                  0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};

#define TURN(word, by) ((word) >> (by) | (word) << (64 - (by)))
#define MIX(a, b, c, d, x, y)                                   \
  a += b + m[x], d = TURN(d ^ a, 32), c += d, b = TURN(b ^ c, 24), \
  a += b + m[y], d = TURN(d ^ a, 16), c += d, b = TURN(b ^ c, 63)
#define ROUND(s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, sa, sb, sc, sd, se, sf) \
  MIX(v[0], v[4], v[8], v[12], s0, s1);                                       \
  MIX(v[1], v[5], v[9], v[13], s2, s3);                                       \
  MIX(v[2], v[6], v[10], v[14], s4, s5);                                      \
  MIX(v[3], v[7], v[11], v[15], s6, s7);                                      \
  MIX(v[0], v[5], v[10], v[15], s8, s9);                                      \
  MIX(v[1], v[6], v[11], v[12], sa, sb);                                      \
  MIX(v[2], v[7], v[8], v[13], sc, sd);                                       \
  MIX(v[3], v[4], v[9], v[14], se, sf)

static void take_block(struct blake2b *sum, const uint8_t *block, uint64_t last) {
  uint64_t v[16], m[16];
  memcpy(m, block, sizeof m);
  memcpy(v, sum->h, sizeof sum->h);
  memcpy(v + 8, FIRST, sizeof FIRST);
  v[12] ^= sum->bytes;
  v[14] ^= last;
  ROUND(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  ROUND(14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3);
  ROUND(11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4);
  ROUND(7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8);
  ROUND(9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13);
  ROUND(2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9);
  ROUND(12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11);
  ROUND(13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10);
  ROUND(6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5);
  ROUND(10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0);
  ROUND(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  ROUND(14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3);
  for (int i = 0; i < 8; i++) sum->h[i] ^= v[i] ^ v[i + 8];
}

void blake2b_begin(struct blake2b *sum) {
  memcpy(sum->h, FIRST, sizeof FIRST);
  /* Parameters: a digest of 64 bytes, no key, one strand. */
  sum->h[0] ^= 0x01010040;
  sum->bytes = 0;
  sum->used = 0;
}

/* The last block is kept back: it is marked as the last. */
void blake2b_add(struct blake2b *sum, const void *data, size_t length) {
  const uint8_t *at = data;
  while (length > 0) {
    size_t room = sizeof sum->held - sum->used;
    if (sum->used == 0 && length > sizeof sum->held) {
      sum->bytes += sizeof sum->held;
      take_block(sum, at, 0);
      at += sizeof sum->held;
      length -= sizeof sum->held;
    } else if (room == 0) {
      sum->bytes += sizeof sum->held;
      take_block(sum, sum->held, 0);
      sum->used = 0;
    } else {
      size_t part = length < room ? length : room;
      memcpy(sum->held + sum->used, at, part);
      sum->used += part;
      at += part;
      length -= part;
    }
  }
}

void blake2b_end(struct blake2b *sum, uint8_t digest[BLAKE2B_BYTES]) {
  memset(sum->held + sum->used, 0, sizeof sum->held - sum->used);
  sum->bytes += sum->used;
  take_block(sum, sum->held, ~0ULL);
  memcpy(digest, sum->h, BLAKE2B_BYTES);
}
