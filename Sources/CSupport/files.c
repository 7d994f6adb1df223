#define _GNU_SOURCE
#include "files.h"

#include <errno.h>
#include <fcntl.h>

#if defined(__linux__)

int support_reserve(int descriptor, int64_t size) {
  if (size == 0 || fallocate(descriptor, 0, 0, size) == 0) return 0;
  return errno == EOPNOTSUPP || errno == ENOSYS ? 0 : errno;
}

void support_begin_write_back(int descriptor, int64_t offset, int64_t length) {
  (void)sync_file_range(descriptor, offset, length, SYNC_FILE_RANGE_WRITE);
}

void support_begin_reading(int descriptor, int64_t offset, int64_t length) {
  (void)posix_fadvise(descriptor, offset, length, POSIX_FADV_WILLNEED);
}

#else

int support_reserve(int descriptor, int64_t size) { return 0; }
void support_begin_write_back(int descriptor, int64_t offset, int64_t length) {}
void support_begin_reading(int descriptor, int64_t offset, int64_t length) {}

#endif
