#include "hex.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// MARK: Any machine

static const uint8_t digit_values[256] = {
    // One more than the value, so that what is no digit is 0.
    ['0'] = 1, ['1'] = 2, ['2'] = 3, ['3'] = 4, ['4'] = 5, ['5'] = 6, ['6'] = 7, ['7'] = 8, ['8'] = 9,
    ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16, ['A'] = 11,
    ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

static void encode_plain(const uint8_t *bytes, size_t count, uint8_t *digits) {
  static const char names[] = "0123456789abcdef";
  for (size_t i = 0; i < count; i++) {
    digits[2 * i] = names[bytes[i] >> 4];
    digits[2 * i + 1] = names[bytes[i] & 15];
  }
}

static int decode_plain(const uint8_t *digits, size_t count, uint8_t *bytes) {
  for (size_t i = 0; i < count; i++) {
    uint8_t high = digit_values[digits[2 * i]], low = digit_values[digits[2 * i + 1]];
    if (high == 0 || low == 0) return 0;
    bytes[i] = (uint8_t)((high - 1) << 4 | (low - 1));
  }
  return 1;
}

// MARK: x86-64 with AVX2

#if defined(__x86_64__)

__attribute__((target("avx2"))) static void encode_avx2(
    const uint8_t *bytes, size_t count, uint8_t *digits) {
  const __m256i names = _mm256_broadcastsi128_si256(_mm_setr_epi8(
      '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'));
  const __m256i nibble = _mm256_set1_epi16(0x0F0F);
  size_t i = 0;
  for (; i + 16 <= count; i += 16) {
    // Each byte in a lane of 16 bits of its own, the high half of it below the low one.
    __m256i wide = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(bytes + i)));
    __m256i halves = _mm256_or_si256(_mm256_srli_epi16(wide, 4), _mm256_slli_epi16(wide, 8));
    __m256i text = _mm256_shuffle_epi8(names, _mm256_and_si256(halves, nibble));
    _mm256_storeu_si256((__m256i *)(digits + 2 * i), text);
  }
  encode_plain(bytes + i, count - i, digits + 2 * i);
}

// The values of 32 digits; what is no digit sets bits of `wrong`.
__attribute__((target("avx2"))) static inline __m256i values_avx2(__m256i digits, __m256i *wrong) {
  const __m256i below_zero = _mm256_set1_epi8('0' - 1), below_a = _mm256_set1_epi8('a' - 1);
  const __m256i above_nine = _mm256_set1_epi8('9' + 1), above_f = _mm256_set1_epi8('f' + 1);
  __m256i lower = _mm256_or_si256(digits, _mm256_set1_epi8(0x20));
  __m256i is_number = _mm256_and_si256(
      _mm256_cmpgt_epi8(digits, below_zero), _mm256_cmpgt_epi8(above_nine, digits));
  __m256i is_letter =
      _mm256_and_si256(_mm256_cmpgt_epi8(lower, below_a), _mm256_cmpgt_epi8(above_f, lower));
  *wrong = _mm256_or_si256(
      *wrong, _mm256_cmpeq_epi8(_mm256_or_si256(is_number, is_letter), _mm256_setzero_si256()));
  __m256i low = _mm256_and_si256(digits, _mm256_set1_epi8(0x0F));
  return _mm256_add_epi8(low, _mm256_and_si256(is_letter, _mm256_set1_epi8(9)));
}

__attribute__((target("avx2"))) static int decode_avx2(
    const uint8_t *digits, size_t count, uint8_t *bytes) {
  const __m256i weights = _mm256_set1_epi16(0x0110);
  __m256i wrong = _mm256_setzero_si256();
  size_t i = 0;
  for (; i + 32 <= count; i += 32) {
    __m256i a = values_avx2(_mm256_loadu_si256((const __m256i *)(digits + 2 * i)), &wrong);
    __m256i b = values_avx2(_mm256_loadu_si256((const __m256i *)(digits + 2 * i + 32)), &wrong);
    // Pairs to 16 bits, then those to bytes; packing leaves the halves of the register crossed.
    __m256i packed = _mm256_packus_epi16(_mm256_maddubs_epi16(a, weights), _mm256_maddubs_epi16(b, weights));
    _mm256_storeu_si256((__m256i *)(bytes + i), _mm256_permute4x64_epi64(packed, 0xD8));
  }
  if (_mm256_movemask_epi8(wrong) != 0) return 0;
  return decode_plain(digits + 2 * i, count - i, bytes + i);
}

static int has_avx2(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2");
}

void support_hex_encode(const uint8_t *bytes, size_t count, uint8_t *digits) {
  (has_avx2() ? encode_avx2 : encode_plain)(bytes, count, digits);
}

int support_hex_decode(const uint8_t *digits, size_t count, uint8_t *bytes) {
  return (has_avx2() ? decode_avx2 : decode_plain)(digits, count, bytes);
}

const char *support_hex_instructions(void) { return has_avx2() ? "AVX2" : "none"; }

#else

void support_hex_encode(const uint8_t *bytes, size_t count, uint8_t *digits) { encode_plain(bytes, count, digits); }

int support_hex_decode(const uint8_t *digits, size_t count, uint8_t *bytes) {
  return decode_plain(digits, count, bytes);
}

const char *support_hex_instructions(void) { return "none"; }

#endif
