import PeerCore

/// Numbers with units, as the command line takes them.
enum Quantity {
  /// Why a quantity was not understood; a sentence that fits behind "the value … is invalid: ".
  struct Mistake: Error, CustomStringConvertible {
    let description: String
  }

  /// Bytes, as `Units.parseBytes` reads them; at least one.
  static func bytes(_ text: String) throws -> UInt64 {
    guard let bytes = Units.parseBytes(text), bytes > 0 else {
      throw Mistake(description: "a size is a number and K, M, G or T, such as 512M, of 1 byte to 8388607T")
    }
    return bytes
  }

  /// Bytes a second: a size, `/s` may follow.
  static func rate(_ text: String) throws -> UInt64 {
    let rate = try bytes(text.lowercased().hasSuffix("/s") ? String(text.dropLast(2)) : text)
    let least = Limits().leastRate
    guard rate >= least else { throw Mistake(description: "at least \(Self.text(bytes: least)) a second") }
    return rate
  }

  /// A size or `none`.
  static func bound(_ text: String) throws -> Bound {
    text == "none" ? .none : .bytes(try bytes(text))
  }

  /// A rate or `none`.
  static func rateBound(_ text: String) throws -> Bound {
    text == "none" ? .none : .bytes(try rate(text))
  }

  /// Milliseconds from seconds, which may have a fraction.
  static func milliseconds(_ text: String, least: Int64) throws -> Int64 {
    guard let seconds = Double(text), seconds >= 0, seconds <= 1e9,
      text.allSatisfy({ $0.isASCII && $0.isNumber || $0 == "." })
    else { throw Mistake(description: "a time is in seconds, such as 30 or 0.5") }
    let milliseconds = Int64((seconds * 1000).rounded())
    guard milliseconds >= least else {
      throw Mistake(description: "at least \(Double(least) / 1000) seconds")
    }
    return milliseconds
  }

  static func count(_ text: String, in range: ClosedRange<Int>) throws -> Int {
    guard let number = Int(text), range.contains(number) else {
      throw Mistake(description: "a whole number, \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// What `bytes` reads as this number: in the largest unit that tells it exactly.
  static func text(bytes: UInt64) -> String {
    var (number, unit) = (bytes, "")
    for larger in ["K", "M", "G", "T"] where number > 0 && number % 1024 == 0 {
      (number, unit) = (number / 1024, larger)
    }
    return "\(number)\(unit)"
  }

  /// What `milliseconds` reads as this number: seconds, with a fraction where there is one.
  static func text(milliseconds: Int64) -> String {
    let fraction = String(String(milliseconds % 1000 + 1000).dropFirst())
    guard let last = fraction.lastIndex(where: { $0 != "0" }) else { return "\(milliseconds / 1000)" }
    return "\(milliseconds / 1000).\(fraction[...last])"
  }
}

/// The most bytes, or bytes a second, that something may be.
enum Bound: Sendable, Equatable {
  case none
  case bytes(UInt64)

  init(_ bytes: UInt64?) { self = bytes.map(Bound.bytes) ?? .none }

  var bytes: UInt64? { if case .bytes(let bytes) = self { bytes } else { nil } }

  var text: String { bytes.map(Quantity.text(bytes:)) ?? "none" }
}
