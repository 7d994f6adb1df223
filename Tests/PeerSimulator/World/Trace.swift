/// A digest of everything that happened, in its order (FNV-1a). Two runs of one seed have the same.
struct Trace {
  private(set) var hash: UInt64 = 0xCBF2_9CE4_8422_2325
  private(set) var count: UInt64 = 0

  mutating func note(_ words: UInt64...) {
    count += 1
    for word in words { mix(word) }
  }

  mutating func note(_ text: String) { note(text.utf8) }

  mutating func note(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { mix(UInt64(byte)) }
  }

  private mutating func mix(_ word: UInt64) { hash = (hash ^ word) &* 0x100_0000_01B3 }
}
