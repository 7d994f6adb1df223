import TestSupport

/// The personalities of `Tests/Interop/quirks.py`.
enum Personality {
  /// Peers that mean well, each in its own way.
  static let honest = [
    "plain", "patient", "byte-by-byte", "splitter", "one-recv", "chunk-decoder", "slow", "calculator",
    "wrapper", "jumbled", "nameless", "null-teller", "time-teller", "wanderer", "echo", "chatterer",
  ]

  /// Those that know the extension.
  static let modern = ["modern", "modern-hexer"]

  /// Those that claim the extension, and abuse it.
  static let abusive = [
    "raw-liar", "raw-and-block-liar", "block-liar", "block-babbler", "raw-sizer", "raw-wanderer",
    "raw-truncator", "raw-staller", "raw-flooder", "pretender",
  ]

  /// Those whose DELETE counts: a peer without an id owns nothing.
  static let owners = honest.filter { $0 != "nameless" }

  /// Holders that fail at once.
  static let failing = [
    "liar", "impostor", "refuser", "closer", "babbler", "endless", "deep", "web-server", "denier",
    "truncator",
  ]

  /// Holders that fail only by letting time pass.
  static let silent = ["staller", "truncator-silent", "hanger"]
}

extension PythonPeer {
  /// The name under which others track it: without an id of its own, its address.
  var trackedAs: String { personality == "nameless" ? address : id }

  /// What is wrong with the ways in which messages came to it; empty if nothing is.
  var objections: [String] {
    let received = events.filter { $0.event == "received" }
    // Who reads to the end must be given one, at once.
    let waited = received.filter { $0.ended == "timeout" }.map {
      "had to wait for the end of a \($0.type ?? "")"
    }
    let short = ["GOSSIP", "GET_FILE", "DELETE"]
    let long = received.filter { event in
      short.contains(event.type ?? "") && event.first != event.raw?.utf8.count
    }
    let raw = received.filter { !($0.raw ?? "").utf8.allSatisfy { $0 < 0x80 } }
    return complaints + waited + long.map { "a \($0.type ?? "") in more than one write" }
      + raw.map { "a \($0.type ?? "") that is not pure ASCII" }
  }
}
