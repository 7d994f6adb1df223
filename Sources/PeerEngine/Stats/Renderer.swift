import PeerCore

/// Makes what takes long, one at a time: however many visitors there are, they take no more than one core
/// from the peer. A page is shown to all who ask for the same within a second, unless there has been an event
/// since: who asks because of an event has to see what it was about.
actor Renderer {
  /// Pages remembered, of some 60 KiB each.
  private static let pages = 8
  /// Milliseconds.
  private static let age: Int64 = 1_000

  private struct MadePage {
    let query: ListQuery
    let uptime: Int64
    /// How many events had been told.
    let events: UInt64
    let answer: StatsAnswer
  }

  private let source: StatsSource
  private var queries = QueryCache()
  /// The latest one last.
  private var made: [MadePage] = []

  init(source: StatsSource) { self.source = source }

  func page(_ query: ListQuery) -> StatsAnswer {
    // Before the snapshot, which then holds at least what these events tell.
    let events = source.feed.count
    let snapshot = source.client.snapshot
    let now = snapshot.taken.uptime
    made.removeAll { $0.events != events || now - $0.uptime >= Self.age }
    if let known = made.first(where: { $0.query == query }) { return known.answer }
    let page = Page(
      snapshot, query, slots: queries.slots(query.files, in: snapshot), rates: source.feed.rates(at: now),
      isSharing: source.sharing != nil)
    var answer = StatsAnswer.html(Templates.page(page))
    answer.compress()
    if made.count == Self.pages { made.removeFirst() }
    made.append(MadePage(query: query, uptime: now, events: events, answer: answer))
    return answer
  }

  func files(_ query: ListQuery) -> StatsAnswer {
    let snapshot = source.client.snapshot
    let slots = queries.slots(query.files, in: snapshot)
    let page = slots.dropFirst(query.offset).prefix(query.limit).compactMap { snapshot.files[$0] }
    return .json([
      "files": .array(page.map { snapshot.json($0) }),
      "total": .integer(Int64(slots.count)),
      "offset": .integer(Int64(query.offset)),
      "limit": .integer(Int64(query.limit)),
    ])
  }
}
