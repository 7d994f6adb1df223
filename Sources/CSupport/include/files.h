// Hints to the file system; elsewhere than on Linux they do nothing.
#ifndef CSUPPORT_FILES_H
#define CSUPPORT_FILES_H

#include <stdint.h>

/// Takes room on the disk for the bytes from start to end. Returns 0, also where that cannot be done; else an errno.
int support_reserve(int descriptor, int64_t start, int64_t end);

/// Lets the disk begin to write a range of a file.
void support_begin_write_back(int descriptor, int64_t offset, int64_t length);

/// Waits until what was written to a file is with the disk, whose own cache may still hold it. Returns 0, or
/// the errno of what went wrong while the disk took it.
int support_await_write_back(int descriptor);

/// Makes all that was written to a file system survive a loss of power. Returns 0, or an errno: ENOSYS where
/// there is no such call.
int support_sync_file_system(int descriptor);

/// Lets the disk begin to read a range of a file.
void support_begin_reading(int descriptor, int64_t offset, int64_t length);

#endif
