/// The part of a file that a `Range` header asks for (RFC 9110, 14.1.2).
enum ByteRange: Equatable {
  /// The whole file: no part was asked for, or in a way that may be ignored (other units, several ranges).
  case whole
  case part(Range<UInt64>)
  /// No byte of the file is in the range.
  case unsatisfiable

  init(_ header: String?, size: UInt64) {
    let unit = "bytes="
    guard let header, header.lowercased().hasPrefix(unit) else {
      self = .whole
      return
    }
    let parts = header.dropFirst(unit.count).trimmed.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, let first = Self.number(parts[0]), let last = Self.number(parts[1]) else {
      self = .whole
      return
    }
    self = Self.range(first, last, size)
  }

  private static func range(_ first: UInt64?, _ last: UInt64?, _ size: UInt64) -> ByteRange {
    switch (first, last) {
    case (nil, nil): .whole
    case (nil, let count?): count == 0 || size == 0 ? .unsatisfiable : .part(size - min(count, size)..<size)
    case (let first?, nil): first < size ? .part(first..<size) : .unsatisfiable
    case (let first?, let last?) where last < first: .whole
    case (let first?, let last?): first < size ? .part(first..<min(last, size - 1) + 1) : .unsatisfiable
    }
  }

  /// - Returns: `.some(nil)` for an empty text, `nil` for one that is no number. A number that is too large for its
  ///   type is larger than any file.
  private static func number(_ text: Substring) -> UInt64?? {
    let digits = text.trimmed
    if digits.isEmpty { return .some(nil) }
    guard digits.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
    return .some(UInt64(digits) ?? .max)
  }
}
