import PeerCore

/// What happens to the screen.
enum Action: Sendable {
  case key(Key)
  /// The mouse did something at a place that stands for a target.
  case mouse(Mouse.Deed, Target?)
  case resize(Size)
  /// The peer has changed.
  case snapshot(Snapshot)
  /// Time has passed.
  case tick
  /// An order that was asked for is there.
  case sorted(FileOrder)
  /// What the peer replied to a batch of commands.
  case replies([CommandReply])
  /// What a command line answered.
  case output(CommandOutput)
  case completions(ticket: Int, Completions)
}

/// What the model asks its shell to do. The answers come back as actions.
enum Request: Sendable {
  case submit([Command])
  case run(String)
  case complete(String, cursor: Int, browses: Bool, ticket: Int)
  case sort(FileSort)
  /// Put a text on the user's clipboard.
  case copy(String)
  case bell
  case redraw
  case suspend
  /// Keep these lines as a history.
  case saveHistory(HistoryKind, [String])
  case leave(Leave)
}
