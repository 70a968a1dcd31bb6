/*
 * An add-on for Node: OpenSSL's generator was seeded before the template was frozen, so every clone would continue the same
 * stream. Loading this mixes in what the kernel gives after the restore. Node exports OpenSSL and Node-API; no headers needed.
 */
#include <sys/random.h>

void RAND_seed(const void *bytes, int length);

void *napi_register_module_v1(void *environment, void *exports) {
  unsigned char fresh[64];
  (void)environment;
  if (getrandom(fresh, sizeof fresh, 0) == sizeof fresh) RAND_seed(fresh, sizeof fresh);
  return exports;
}
