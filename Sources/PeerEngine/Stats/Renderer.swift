import PeerCore

/// Makes the answers that take long, one at a time, so that any number of visitors take no more than one core from the
/// peer. A page is given to all who ask for the same one within a second, unless there has been an event since: a page
/// that is asked for because of an event has to show what the event was about.
actor Renderer {
  /// How many pages are remembered, of some 60 KiB each.
  private static let pages = 8
  /// Milliseconds.
  private static let age: Int64 = 1_000

  private struct MadePage {
    let query: ListQuery
    let uptime: Int64
    /// How many events had been told when it was made.
    let events: UInt64
    let answer: StatsAnswer
  }

  private let source: StatsSource
  private var queries = QueryCache()
  /// The latest one last.
  private var made: [MadePage] = []

  init(source: StatsSource) { self.source = source }

  func page(_ query: ListQuery) -> StatsAnswer {
    // Counted before the snapshot is taken, which then shows at least what these events told.
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
