/// Shows in a text what a filter found there.
enum Highlight {
  /// A text in one role, with everything in it marked that is one of some words, in lower case. What was found
  /// is not dim.
  ///
  /// - Parameter atStart: only the beginning of the text counts, and of the words what fits into it.
  static func spans(_ text: String, _ role: Role, words: [String], atStart: Bool = false) -> [Span] {
    guard !words.isEmpty, !text.isEmpty else { return [Span(text, role)] }
    let characters = Array(text)
    let lower = characters.map { $0.lowercased() }
    var isFound = [Bool](repeating: false, count: characters.count)
    for word in words {
      let wanted = word.map { String($0) }.prefix(atStart ? lower.count : .max)
      guard !wanted.isEmpty, wanted.count <= lower.count else { continue }
      for start in 0...(atStart ? 0 : lower.count - wanted.count)
      where lower[start..<start + wanted.count].elementsEqual(wanted) {
        for index in start..<start + wanted.count { isFound[index] = true }
      }
    }
    var spans: [Span] = []
    var start = 0
    for index in 1...characters.count where index == characters.count || isFound[index] != isFound[start] {
      let isMatch = isFound[start]
      let own = isMatch && role == .dim ? .text : role
      spans.append(Span(String(characters[start..<index]), own, isMatch: isMatch))
      start = index
    }
    return spans
  }
}
