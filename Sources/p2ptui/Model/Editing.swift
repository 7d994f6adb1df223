// Keys while a prompt is open.
extension Model {
  mutating func edit(_ key: Key) -> [Request] {
    if prompt?.search != nil, searchHistory(key) { return browse() }
    if prompt?.browses == true, let requests = walkDirectory(key) { return requests }
    let wasChoosing = prompt?.choice != nil && prompt?.browses == false
    if key != .tab, key != .backTab { dropChoice() }
    ticket += 1
    switch key {
    case .enter: return accept()
    case .escape where wasChoosing: return []
    case .escape, .control("c"), .control("g"): cancel()
    case .control("d") where prompt?.editor.text.isEmpty == true: cancel()
    case .backspace where prompt?.editor.text.isEmpty == true: cancel()
    case .tab: return complete(step: 1)
    case .backTab: return complete(step: -1)
    case .up, .control("p"): walkHistory { $0.older(than: $1) }
    case .down, .control("n"): walkHistory { history, _ in history.newer() }
    case .control("r"): prompt?.search = ""
    default: if prompt?.editor.edit(key) == true { applyFilter() }
    }
    return browse()
  }

  /// What is edited no longer fits the candidates; those of a directory stay until the next ones come.
  private mutating func dropChoice() {
    guard prompt?.browses == true else {
      prompt?.choice = nil
      return
    }
    prompt?.choice?.index = nil
    prompt?.choice?.isStale = true
  }

  private mutating func accept() -> [Request] {
    guard let prompt else { return [] }
    let line = prompt.editor.line
    let requests = remember(line)
    self.prompt = nil
    guard line.contains(where: { $0 != " " }) else { return [] }
    if case .filter(let pane, _) = prompt.kind {
      searched[pane] = line
      return requests
    }
    return requests + run(prompt.prefix + line)
  }

  private mutating func run(_ line: String) -> [Request] {
    ran = line
    // Replaced by the answer, which a large push takes its time for.
    notice = Notice(text: "\(line) \(symbols.ellipsis)", since: now, until: now + 60_000)
    return [.run(line)]
  }

  private mutating func remember(_ line: String) -> [Request] {
    guard let kind = prompt?.history, histories[kind, default: History()].add(line) else { return [] }
    return [.saveHistory(kind, histories[kind]?.entries ?? [])]
  }

  private mutating func cancel() {
    if case .filter(let pane, let before)? = prompt?.kind { setFilter(before, of: pane) }
    prompt.map { histories[$0.history]?.rewind() }
    prompt = nil
  }

  /// A filter works while it is typed.
  private mutating func applyFilter() {
    guard let prompt, case .filter(let pane, _) = prompt.kind else { return }
    setFilter(prompt.editor.line, of: pane)
  }

  private mutating func complete(step: Int) -> [Request] {
    guard let prompt else { return [] }
    if case .filter = prompt.kind { return [] }
    if prompt.choice != nil, !prompt.browses || prompt.chosen != nil {
      self.prompt?.cycle(by: step)
      return []
    }
    self.prompt?.isCompleting = true
    return [completion(of: prompt)]
  }

  func completion(of prompt: Prompt) -> Request {
    .complete(
      prompt.prefix + prompt.editor.line, cursor: prompt.editor.cursor + prompt.prefix.count,
      browses: prompt.browses, ticket: ticket)
  }

  mutating func take(_ completions: Completions) -> [Request] {
    let before = prompt?.editor.line
    prompt?.take(completions)
    return prompt?.editor.line == before ? [] : browse()
  }

  private mutating func walkHistory(_ step: (inout History, String) -> String?) {
    guard let prompt, let found = step(&histories[prompt.history, default: History()], prompt.editor.line)
    else { return }
    self.prompt?.editor.replaceAll(found)
    applyFilter()
  }

  /// Ctrl-R: the newest line of the history that contains what is typed. `false` if the key ends the
  /// search and goes on to edit the line that was found.
  private mutating func searchHistory(_ key: Key) -> Bool {
    guard let kind = prompt?.history, var search = prompt?.search else { return false }
    switch key {
    case .character(let character): search.append(character)
    case .backspace: search = String(search.dropLast())
    case .control("r"): break
    case .escape, .control("g"), .control("c"):
      prompt?.search = nil
      return true
    default:
      prompt?.search = nil
      return false
    }
    let present = prompt?.editor.line
    let entries = histories[kind]?.entries ?? []
    let older = key == .control("r") ? entries.lastIndex { $0 == present } ?? entries.count : entries.count
    prompt?.search = search
    if !search.isEmpty, let found = entries[..<older].last(where: { $0.contains(search) }) {
      prompt?.editor.replaceAll(found)
      applyFilter()
    }
    return true
  }
}
