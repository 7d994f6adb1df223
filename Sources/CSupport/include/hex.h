// Hex text to bytes and back at the speed of memory: what every byte of a FILE_DATA passes through.
#ifndef CSUPPORT_HEX_H
#define CSUPPORT_HEX_H

#include <stddef.h>
#include <stdint.h>

/// Writes two lowercase digits for each of `count` bytes.
void support_hex_encode(const uint8_t *bytes, size_t count, uint8_t *digits);

/// Reads `2 * count` digits of either case. Returns 0 if one of them is none; `bytes` then holds anything.
int support_hex_decode(const uint8_t *digits, size_t count, uint8_t *bytes);

/// The name of the instructions in use, for benchmarks and logs.
const char *support_hex_instructions(void);

#endif
