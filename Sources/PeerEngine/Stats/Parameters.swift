import Foundation
import PeerCore

/// The query of a URL, decoded; unknown names are ignored.
struct Parameters {
  private var values: [String: String] = [:]

  /// - Throws: `Problem` 400 if it is not UTF-8, or a name comes twice.
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

  /// - Throws: `Problem` 400 if the value is not a whole number in the range.
  func number(_ name: String, in range: ClosedRange<Int>) throws(Problem) -> Int? {
    guard let text = values[name] else { return nil }
    guard let number = Int(text), range.contains(number) else {
      let bound = range.upperBound == Int.max ? "or more" : "to \(range.upperBound)"
      throw Problem(.badRequest, "\(name) is a whole number, \(range.lowerBound) \(bound).")
    }
    return number
  }

  /// - Throws: `Problem` 400 if the value is none of the words.
  func word(_ name: String, of words: [String]) throws(Problem) -> String? {
    guard let text = values[name] else { return nil }
    guard words.contains(text) else {
      throw Problem(.badRequest, "\(name) is one of \(words.joined(separator: ", ")).")
    }
    return text
  }
}
