extension RangeSet<UInt64> {
  /// How many bytes of a file the ranges cover.
  package var byteCount: UInt64 { ranges.reduce(0) { $0 + UInt64($1.count) } }
}
