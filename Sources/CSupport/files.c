#define _GNU_SOURCE
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#if defined(__linux__)

int support_reserve(int descriptor, int64_t size) {
  if (size == 0 || fallocate(descriptor, 0, 0, size) == 0) return 0;
  return errno == EOPNOTSUPP || errno == ENOSYS ? 0 : errno;
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

int support_reserve(int descriptor, int64_t size) { return 0; }
void support_begin_write_back(int descriptor, int64_t offset, int64_t length) {}
int support_await_write_back(int descriptor) { return 0; }
int support_sync_file_system(int descriptor) { return ENOSYS; }
void support_begin_reading(int descriptor, int64_t offset, int64_t length) {}

#endif
