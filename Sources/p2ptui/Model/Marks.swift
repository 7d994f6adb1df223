import PeerCore

// Marks of files, and the files that follow what is new.
extension Model {
  mutating func mark(_ intent: Intent) {
    switch intent {
    case .markAll: setMarks(Set(shownFiles))
    case .invertMarks: setMarks(Set(shownFiles).subtracting(files.marks))
    case .range: markRange()
    default: markSelected()
    }
  }

  private var shownFiles: [FileRef] { (0..<files.order.count).map(files.order.ref) }

  /// A range that was being marked ends.
  mutating func setMarks(_ marks: Set<FileRef>) {
    files.range = nil
    files.marks = marks
  }

  private mutating func markSelected() {
    guard case .file(let ref)? = selection(.files) else { return }
    files.range = nil
    if files.marks.remove(ref) == nil { files.marks.insert(ref) }
    select(row(.files) + 1, in: .files)
  }

  private mutating func markRange() {
    guard files.range == nil, case .file(let ref)? = selection(.files) else {
      files.range = nil
      return
    }
    files.range = MarkRange(anchor: ref, before: files.marks)
    files.marks.insert(ref)
  }

  /// Marks what lies between the range's anchor and the selected row.
  mutating func extendRange() {
    guard let range = files.range, let anchor = files.order.row(of: range.anchor) else { return }
    let rows = min(anchor, row(.files))...max(anchor, row(.files))
    files.marks = range.before.union(rows.map(files.order.ref))
  }

  mutating func follow() {
    switch focus {
    case .files:
      files.follows.toggle()
      selectNewest()
    case .log: log.follows.toggle()
    case .peers, .transfers: break
    }
  }

  /// While files are followed: the one that was heard of last is selected.
  mutating func selectNewest() {
    guard files.follows, let newest = files.order.newest, let row = files.order.row(of: newest) else {
      return
    }
    select(row, in: .files)
  }
}
