import Foundation

/// How a text gets onto the user's clipboard through a terminal (OSC 52).
enum Clipboard {
  /// GNU screen passes so many bytes on at once.
  private static let piece = 240

  /// Programs that stand between wrap the sequence for the terminal outside: tmux understands it itself if it
  /// may (`set-clipboard on`), and passes it on if it may (`allow-passthrough on`); screen passes pieces on.
  static func sequence(copying text: String, environment: [String: String]) -> [UInt8] {
    let payload = Data(text.utf8).base64EncodedString()
    let plain = "\u{1B}]52;c;\(payload)\u{07}"
    if environment["TMUX"] != nil {
      return Array((plain + "\u{1B}Ptmux;\u{1B}\(plain)\u{1B}\\").utf8)
    }
    if environment["STY"] != nil {
      let bytes = Array(plain.utf8)
      return stride(from: 0, to: bytes.count, by: piece).flatMap { start in
        Array("\u{1B}P".utf8) + bytes[start..<min(bytes.count, start + piece)] + Array("\u{1B}\\".utf8)
      }
    }
    return Array(plain.utf8)
  }
}
