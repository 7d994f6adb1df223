import Foundation
import PeerCore

/// The query of a URL, decoded; unknown names are ignored.
struct Parameters {
  private var values: [String: String] = [:]

  /// - Throws: `Problem` 400 for what is no UTF-8, and for a name that comes twice.
  init(query: some StringProtocol) throws(Problem) {
    for pair in query.split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let decoded = parts.map { String($0.map { $0 == "+" ? " " : $0 }).removingPercentEncoding }
      guard let name = decoded[0], let value = decoded.count > 1 ? decoded[1] : "" else {
        throw Problem(.badRequest, "A parameter is not percent-encoded UTF-8.")
      }
      guard values.updateValue(value, forKey: name) == nil else {
        throw Problem(.badRequest, "\(Visible.text(name, limit: 40)) is given more than once.")
      }
    }
  }

  subscript(name: String) -> String? { values[name] }

  /// - Throws: `Problem` 400 for what is no whole number in the range.
  func number(_ name: String, in range: ClosedRange<Int>) throws(Problem) -> Int? {
    guard let text = values[name] else { return nil }
    guard let number = Int(text), range.contains(number) else {
      let bound = range.upperBound == Int.max ? "or more" : "to \(range.upperBound)"
      throw Problem(.badRequest, "\(name) is a whole number, \(range.lowerBound) \(bound).")
    }
    return number
  }

  /// - Throws: `Problem` 400 for what is none of the words.
  func word(_ name: String, of words: [String]) throws(Problem) -> String? {
    guard let text = values[name] else { return nil }
    guard words.contains(text) else {
      throw Problem(.badRequest, "\(name) is one of \(words.joined(separator: ", ")).")
    }
    return text
  }
}

/// Which part of the files, in which order; the same for the page and the API.
struct ListQuery: Equatable {
  /// Characters of a search text (Unicode scalars).
  static let longestText = 200
  static let greatestLimit = 1000

  var files: FileQuery
  var offset: Int
  var limit: Int
  /// Whether the page comes again by itself.
  var refreshes: Bool

  /// - Parameter states: whether files can be sorted by state, too, which only the page shows as a column.
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

  /// The page's address for this query, without what is the default anyway.
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
