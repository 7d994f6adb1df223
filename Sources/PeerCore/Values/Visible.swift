/// Makes text from the network harmless, and visible on one line (PROTOCOL.md, "Protection"): control characters,
/// escape sequences, line breaks and bidirectional overrides become visible marks. This is the one place that decides
/// about it; the screen, the log and the page all show text through it.
public enum Visible {
  /// - Parameters:
  ///   - text: any text at all.
  ///   - limit: the most scalars of it that are kept; `…` stands for what was cut.
  public static func text(_ text: some StringProtocol, limit: Int = 1024) -> String {
    var result = ""
    var count = 0
    var harmless = true
    for scalar in text.unicodeScalars {
      guard count < limit else {
        result.append("…")
        harmless = false
        break
      }
      count += 1
      if let mark = mark(for: scalar) {
        result.append(mark)
        harmless = false
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return harmless ? String(text) : result
  }

  /// Whether a scalar can be shown as it is.
  public static func isHarmless(_ scalar: Unicode.Scalar) -> Bool { mark(for: scalar) == nil }

  /// What is shown in place of a scalar; `nil` if the scalar itself can be shown.
  static func mark(for scalar: Unicode.Scalar) -> String? {
    switch scalar.value {
    case 0x00...0x1F: String(Unicode.Scalar(0x2400 + scalar.value)!)
    case 0x7F: "\u{2421}"
    case 0x80...0x9F: "<\(hex(scalar))>"
    case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: "<\(hex(scalar))>"
    case 0x2028, 0x2029, 0xFEFF, 0xFFF9...0xFFFB: "<\(hex(scalar))>"
    case 0x200B, 0x2060...0x2064, 0x206A...0x206F: "<\(hex(scalar))>"
    case 0xE0000...0xE007F: "<\(hex(scalar))>"
    default: nil
    }
  }

  private static func hex(_ scalar: Unicode.Scalar) -> String {
    "U+" + String(scalar.value, radix: 16, uppercase: true)
  }
}
