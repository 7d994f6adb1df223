// The directory above the push prompt.
extension Model {
  mutating func openPush() -> [Request] {
    prompt = Prompt(.push)
    return browse()
  }

  /// Asks for what lies in the directory that is typed so far.
  mutating func browse() -> [Request] {
    guard let prompt, prompt.browses else { return [] }
    ticket += 1
    return [completion(of: prompt)]
  }

  /// Keys that move in the directory; `nil` if a key is none of them.
  mutating func walkDirectory(_ key: Key) -> [Request]? {
    switch key {
    case .up: prompt?.cycle(by: -1)
    case .down: prompt?.cycle(by: 1)
    case .enter, .right:
      if let chosen = prompt?.chosen {
        guard chosen.isDirectory else { return nil }
        prompt?.choice?.index = nil
        prompt?.choice?.isStale = true
        return browse()
      }
      // Nothing is typed, or a directory: Enter begins to choose in it.
      guard key == .enter, prompt?.isAtDirectory == true, prompt?.choice != nil else { return nil }
      prompt?.cycle(by: 1)
    default: return nil
    }
    return []
  }

  /// A candidate was clicked.
  mutating func take(candidate index: Int) -> [Request] {
    let isAgain = prompt?.choice?.index == index
    prompt?.choose(index)
    guard prompt?.browses == true, let chosen = prompt?.chosen, chosen.isDirectory || isAgain else {
      return []
    }
    return press(.enter)
  }
}

extension Prompt {
  /// What is typed ends in a directory's name, or there is nothing yet.
  fileprivate var isAtDirectory: Bool { editor.text.allSatisfy { $0 == " " } || editor.text.last == "/" }
}
