#define _GNU_SOURCE
#include "process.h"

#if defined(__linux__)
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

#if defined(__GLIBC__)
#include <malloc.h>
#endif

void support_yield_to_others(void) {
#if defined(__linux__)
  static _Thread_local int is_done = 0;
  if (is_done) return;
  is_done = 1;
  setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), 5);
#endif
}

void support_share_memory(void) {
#if defined(__GLIBC__)
  mallopt(M_ARENA_MAX, 2);
#endif
}
