import PeerCore

/// A question that the screen waits on. The default answer is no.
struct Dialog: Sendable {
  enum Subject: Sendable {
    case delete([FileRef])
    case forget([FileRef])
    case quit
  }

  /// Names shown before "and N more".
  static let names = 6

  var subject: Subject
  var title: String
  var lines: [String]
  /// What `y` says yes to.
  var question: String
  /// The number that has to be typed instead of `y`, and what is typed of it.
  var count: Int?
  var typed = ""

  /// What becomes of a key.
  enum Answer { case yes, no, open }

  mutating func answer(_ key: Key) -> Answer {
    guard let count else {
      switch key {
      case .character("y"), .character("Y"): return .yes
      case .character("n"), .character("N"), .enter, .escape, .control("c"), .character("q"): return .no
      default: return .open
      }
    }
    switch key {
    case .character(let digit) where digit.isASCII && digit.isNumber:
      if typed.count < 9 { typed.append(digit) }
      return .open
    case .backspace:
      typed = String(typed.dropLast())
      return .open
    case .enter: return Int(typed) == count ? .yes : .no
    case .escape, .control("c"): return .no
    default: return .open
    }
  }

  /// Names for a list: the first few, then how many more there are.
  static func list(_ names: [String]) -> [String] {
    let shown = names.prefix(names.count == Self.names + 1 ? Self.names + 1 : Self.names)
    let more = names.count - shown.count
    return shown.map { "  " + $0 } + (more > 0 ? ["  and \(Units.count(more)) more"] : [])
  }
}

/// Something to read, over the panes.
struct Overlay: Sendable {
  enum Content: Sendable {
    case help
    /// What a command line answered.
    case output(of: String, [String])
    case details(Subject)
  }

  var content: Content
  var scroll = 0

  /// What a key does in an overlay.
  enum Reading { case lines(Int), pages(Int), top, end, close }

  /// `nil`: it closes the overlay, and does what it does without one.
  static func reading(_ key: Key) -> Reading? {
    switch key {
    case .up, .character("k"): .lines(-1)
    case .down, .character("j"): .lines(1)
    case .pageUp, .control("b"): .pages(-1)
    case .pageDown, .control("f"), .character(" "): .pages(1)
    case .home, .character("g"): .top
    case .end, .character("G"): .end
    case .escape, .enter, .character("q"), .character("?"), .function(1), .control("c"): .close
    default: nil
    }
  }
}

/// What a row is, and what details are shown of.
enum Subject: Sendable, Hashable {
  case file(FileRef)
  case peer(PeerHandle)
  case log(UInt64)
  case transfer(UInt64)

  var pane: Pane {
    switch self {
    case .file: .files
    case .peer: .peers
    case .log: .log
    case .transfer: .transfers
    }
  }
}

/// One line at the foot that goes away by itself.
struct Notice: Sendable, Equatable {
  var text: String
  var isError = false
  /// The uptime at which it came, and that at which it goes.
  var since: Int64
  var until: Int64
}

/// A deletion that was confirmed and can still be undone.
struct PendingDelete: Sendable {
  var files: [FileRef]
  /// The uptime at which it is sent.
  var due: Int64
}
