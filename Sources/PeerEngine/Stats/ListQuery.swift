import PeerCore

/// Which part of the files, in which order; the same for the page and the API.
struct ListQuery: Equatable {
  /// The most Unicode scalars of a search text.
  static let longestText = 200
  static let greatestLimit = 1000

  var files: FileQuery
  var offset: Int
  var limit: Int
  /// Whether the page refreshes itself.
  var refreshes: Bool

  /// - Parameter states: whether files can be sorted by their state too, which only the page has a column for.
  init(_ parameters: Parameters, states: Bool) throws(Problem) {
    let text = parameters["q"] ?? ""
    guard text.unicodeScalars.count <= Self.longestText else {
      throw Problem(.badRequest, "q is longer than \(Self.longestText) characters.")
    }
    let sorts: [FileQuery.Sort] = [.name, .size, .owner, .time, .holders] + (states ? [.state] : [])
    let sort = try parameters.word("sort", of: sorts.map(\.rawValue)).flatMap(FileQuery.Sort.init) ?? .name
    let order = try parameters.word("order", of: ["asc", "desc"])
    files = FileQuery(text: text, sort: sort, descending: order == "desc")
    offset = try parameters.number("offset", in: 0...Int(Int32.max)) ?? 0
    limit = try parameters.number("limit", in: 1...Self.greatestLimit) ?? 100
    refreshes = try parameters.word("refresh", of: ["on", "off"]) != "off"
  }

  /// The page's address for this query, without the parameters that have their defaults.
  var href: String {
    var pairs: [String] = []
    if !files.text.isEmpty { pairs.append("q=\(Self.encoded(files.text))") }
    if files.sort != .name { pairs.append("sort=\(files.sort.rawValue)") }
    if files.descending { pairs.append("order=desc") }
    if offset > 0 { pairs.append("offset=\(offset)") }
    if limit != 100 { pairs.append("limit=\(limit)") }
    if !refreshes { pairs.append("refresh=off") }
    return pairs.isEmpty ? "/" : "/?" + pairs.joined(separator: "&")
  }

  func with(_ change: (inout ListQuery) -> Void) -> ListQuery {
    var copy = self
    change(&copy)
    return copy
  }

  private static func encoded(_ text: String) -> String {
    PercentEncoding.encoded(text) { "-._".utf8.contains($0) }
  }
}
