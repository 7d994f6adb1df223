/// Numbers with units, as the command line takes them.
enum Quantity {
  /// Why a quantity was not understood; a sentence that fits behind "the value … is invalid: ".
  struct Mistake: Error, CustomStringConvertible {
    let description: String
  }

  /// Bytes: `16G`, `512M`, `100K`, `1.5T` (powers of 1024, either case, `B` or `iB` may follow), or a plain
  /// number.
  static func bytes(_ text: String) throws -> UInt64 {
    let digits = text.prefix { $0.isASCII && $0.isNumber || $0 == "." }
    let factor: Double
    switch text.dropFirst(digits.count).lowercased() {
    case "", "b": factor = 1
    case "k", "kb", "kib": factor = 1024
    case "m", "mb", "mib": factor = 1_048_576
    case "g", "gb", "gib": factor = 1_073_741_824
    case "t", "tb", "tib": factor = 1_099_511_627_776
    default: throw Mistake(description: "a size is a number and K, M, G or T, such as 512M")
    }
    guard let number = Double(digits) else {
      throw Mistake(description: "a size is a number and K, M, G or T, such as 512M")
    }
    guard let bytes = UInt64(exactly: (number * factor).rounded()), bytes > 0, bytes <= UInt64(Int64.max)
    else { throw Mistake(description: "a size is 1 byte to 8388607T") }
    return bytes
  }

  /// Bytes a second: a size, `/s` may follow.
  static func rate(_ text: String) throws -> UInt64 {
    try bytes(text.lowercased().hasSuffix("/s") ? String(text.dropLast(2)) : text)
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
}
