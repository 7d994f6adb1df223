import PeerCore

/// What a place of the screen stands for, for the mouse. Rows are told by what they are, because they may have
/// moved since the frame that was clicked at.
enum Target: Hashable, Sendable {
  case pane(Pane)
  case row(Subject)
  case head(Pane, column: Int)
  /// A hint, a word of a question, or what lies beside a box: as if its key were pressed.
  case key(Key)
  /// A candidate of a completion.
  case candidate(Int)
  /// A box over the panes.
  case box
}

// What the mouse does: the topmost layer takes it, as with keys.
extension Model {
  /// Rows that the wheel moves at once.
  static let wheelRows = 3
  /// The second click of a double one comes within so many milliseconds.
  static let doubleClick: Int64 = 400

  mutating func point(_ deed: Mouse.Deed, at target: Target?) -> [Request] {
    switch deed {
    case .click: return click(target)
    case .wheelUp: return turnWheel(-1, at: target)
    case .wheelDown: return turnWheel(1, at: target)
    }
  }

  private mutating func turnWheel(_ step: Int, at target: Target?) -> [Request] {
    if dialog != nil { return [] }
    if prompt?.choice != nil {
      prompt?.cycle(by: step)
      return []
    }
    if overlay != nil {
      for _ in 0..<Self.wheelRows { _ = readOverlay(step > 0 ? .down : .up) }
      return []
    }
    guard let pane = target?.pane else { return [] }
    scroll(pane, by: step * Self.wheelRows)
    return []
  }

  private mutating func click(_ target: Target?) -> [Request] {
    if case .key(let key)? = target { return press(key) }
    if case .candidate(let index)? = target { return take(candidate: index) }
    if prompt != nil { return target == .box ? [] : press(.escape) }
    switch target {
    case .row(let subject): return click(subject)
    case .head(let pane, let column): sort(pane, byColumn: column)
    case .pane(let pane): focus = pane
    case .key, .candidate, .box, nil: break
    }
    return []
  }

  private mutating func click(_ subject: Subject) -> [Request] {
    let isDouble = clicked.map { $0.subject == subject && now - $0.at <= Self.doubleClick } ?? false
    clicked = isDouble ? nil : (subject, now)
    focus = subject.pane
    guard let row = row(of: subject) else { return [] }
    move(to: row, in: subject.pane)
    if isDouble { overlay = Overlay(content: .details(subject)) }
    return []
  }
}

extension Target {
  /// The pane that a place belongs to.
  var pane: Pane? {
    switch self {
    case .pane(let pane), .head(let pane, _): pane
    case .row(let subject): subject.pane
    case .key, .candidate, .box: nil
    }
  }
}
