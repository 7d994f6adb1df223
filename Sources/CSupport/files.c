#define _GNU_SOURCE
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#if defined(__linux__)

// A kernel that is not preemptible holds its core for 100 ms over a GiB.
static const int64_t reserved_at_once = 32 << 20;

int support_reserve(int descriptor, int64_t start, int64_t end) {
  for (int64_t offset = start; offset < end; offset += reserved_at_once) {
    int64_t left = end - offset;
    if (fallocate(descriptor, 0, offset, left < reserved_at_once ? left : reserved_at_once) != 0)
      return errno == EOPNOTSUPP || errno == ENOSYS ? 0 : errno;
  }
  return 0;
}

void support_begin_write_back(int descriptor, int64_t offset, int64_t length) {
  (void)sync_file_range(descriptor, offset, length, SYNC_FILE_RANGE_WRITE);
}

int support_await_write_back(int descriptor) {
  const unsigned flags =
      SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
  // Pipes and file systems that have no pages to write.
  return sync_file_range(descriptor, 0, 0, flags) == 0 || errno == ESPIPE || errno == EINVAL ? 0 : errno;
}

int support_sync_file_system(int descriptor) { return syncfs(descriptor) == 0 ? 0 : errno; }

void support_begin_reading(int descriptor, int64_t offset, int64_t length) {
  (void)posix_fadvise(descriptor, offset, length, POSIX_FADV_WILLNEED);
}

#else

int support_reserve(int descriptor, int64_t start, int64_t end) { return 0; }
void support_begin_write_back(int descriptor, int64_t offset, int64_t length) {}
int support_await_write_back(int descriptor) { return 0; }
int support_sync_file_system(int descriptor) { return ENOSYS; }
void support_begin_reading(int descriptor, int64_t offset, int64_t length) {}

#endif
