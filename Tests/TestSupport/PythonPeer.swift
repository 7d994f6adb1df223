import Foundation

/// A peer of `Tests/Interop/peer.py`.
public final class PythonPeer: Greetable {
  /// A file that the peer holds.
  public struct File: Decodable, Sendable {
    public var fileId: String
    public var name: String
    public var owner: String
    public var bytes: Int
    /// The lexeme.
    public var timestamp: String
    public var sha256: String
  }

  /// One line of what it tells. Of a message that it received these are `type` and `raw`, the text as it came; the
  /// other members belong to other events.
  public struct Event: Decodable, Sendable {
    public var event: String
    public var n: Int?
    public var type: String?
    public var raw: String?
    public var first: Int?
    public var ended: String?
    public var port: Int?
    public var id: String?
    public var files: [File]?
    public var fileId: String?
    public var name: String?
    public var bytes: Int?
    public var verified: Bool?
    public var held: Bool?
    public var hung: Bool?
    public var text: String?
    public var answer: String?
    public var sha256: String?
    public var to: String?
  }

  /// A file that a peer is to hold. Equal ones are the same file, whoever holds it, but for the default owner.
  public struct OwnFile: Sendable {
    public var name: String
    /// Bytes; their values follow from the name.
    public var size: Int
    /// `nil`: as the personality has it, most often the peer's id.
    public var owner: String?

    public init(_ name: String, size: Int, owner: String? = nil) {
      self.name = name
      self.size = size
      self.owner = owner
    }

    var json: String {
      let owner = owner.map { #", "owner": "\#($0)""# } ?? ""
      return #"{"name": "\#(name)", "size": \#(size)\#(owner)}"#
    }
  }

  public struct Configuration: Sendable {
    public var id: String?
    public var bootstrap: [String] = []
    /// Seconds; 0: it never gossips by itself.
    public var gossipInterval = 0.5
    public var files: [OwnFile] = []
    /// JSON texts by the name of the quirk.
    public var quirks: [String: String] = [:]

    public init(
      id: String? = nil, greeting: [any Greetable] = [], gossipInterval: Double = 0.5,
      files: [OwnFile] = [], quirks: [String: String] = [:]
    ) {
      self.id = id
      bootstrap = greeting.map(\.address)
      self.gossipInterval = gossipInterval
      self.files = files
      self.quirks = quirks
    }

    func json(id: String) -> String {
      let files = files.map(\.json).joined(separator: ", ")
      let quirks = quirks.sorted { $0.key < $1.key }.map { #""\#($0.key)": \#($0.value)"# }
      return """
        {"id": "\(id)", "gossip_interval": \(gossipInterval), "peer_timeout": 5, "files": [\(files)], \
        "bootstrap": [\(bootstrap.map { "\"\($0)\"" }.joined(separator: ", "))], \
        "quirks": {\(quirks.joined(separator: ", "))}}
        """
    }
  }

  public let id: String
  public let personality: String
  public let process: ChildProcess

  init(_ personality: String, _ configuration: Configuration) throws {
    self.personality = personality
    id = configuration.id ?? "\(personality)-\(UUID().uuidString.prefix(8))"
    process = try ChildProcess(
      "python3", ["-B", Self.program, personality, configuration.json(id: id)],
      environment: ["PYTHONUNBUFFERED": "1"])
  }

  private static let program = Repository.root.appending(path: "Tests/Interop/peer.py").path()

  private var listening: Event? { events.first { $0.event == "listening" } }

  func waitUntilReady() async throws {
    try await eventually("the \(personality) listens") {
      if let status = process.status { throw Hopeless("it ended with status \(status)") }
      return listening != nil
    }
  }

  public var port: Int { listening?.port ?? 0 }
  public var address: String { "127.0.0.1:\(port)" }
  /// The files that it held from the start.
  public var files: [File] { listening?.files ?? [] }

  public var events: [Event] {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return process.output.all.compactMap { try? decoder.decode(Event.self, from: Data($0.utf8)) }
  }

  /// Waits for an event, past or to come.
  @discardableResult
  public func event(
    _ what: String, within limit: Duration = patience, file: String = #fileID, line: Int = #line,
    where matches: (Event) -> Bool
  ) async throws -> Event {
    try await eventually("\(id) tells \(what)", within: limit, file: file, line: line) {
      events.first(where: matches)
    }
  }

  /// Waits for a message of a type.
  @discardableResult
  public func received(
    _ type: String, within limit: Duration = patience, file: String = #fileID, line: Int = #line,
    where matches: (Event) -> Bool = { _ in true }
  ) async throws -> Event {
    try await event("a \(type) that it received", within: limit, file: file, line: line) {
      $0.event == "received" && $0.type == type && matches($0)
    }
  }

  /// Gives a command and waits for its outcome, done or failed.
  /// - Parameter fields: JSON texts by name.
  @discardableResult
  public func `do`(
    _ command: String, _ fields: [String: String] = [:], within limit: Duration = patience,
    file: String = #fileID, line: Int = #line
  ) async throws -> Event {
    let number = Int.random(in: 1...Int(Int32.max))
    let more = fields.map { #", "\#($0.key)": \#($0.value)"# }.joined()
    process.send(line: #"{"do": "\#(command)", "n": \#(number)\#(more)}"#)
    return try await event("the outcome of \(command)", within: limit, file: file, line: line) {
      $0.n == number && ($0.event == "done" || $0.event == "failed")
    }
  }

  /// Sends a text as it is, on a connection of its own.
  public func say(_ text: String, to peer: any Greetable) async throws {
    let text = try String(decoding: JSONEncoder().encode(text), as: UTF8.self)
    try await `do`("raw", ["to": "\"\(peer.address)\"", "text": text])
  }

  @discardableResult
  public func gossip(to peer: any Greetable) async throws -> Event {
    try await `do`("gossip", ["to": "\"\(peer.address)\""])
  }

  public func add(_ name: String, size: Int, owner: String? = nil) async throws -> File {
    let added = try await `do`("add", ["file": OwnFile(name, size: size, owner: owner).json])
    let files = try await `do`("list").files ?? []
    guard let file = files.first(where: { $0.fileId == added.fileId }) else {
      throw Unexpected("\(id) did not add \(name): \(added.text ?? "")")
    }
    return file
  }

  /// One of `announce`, `push` and `delete`, to a peer.
  @discardableResult
  public func tell(_ command: String, _ fileID: String, to peer: any Greetable) async throws -> Event {
    try await `do`(command, ["to": "\"\(peer.address)\"", "file_id": "\"\(fileID)\""])
  }

  @discardableResult
  public func get(_ fileID: String, from peer: any Greetable) async throws -> Event {
    try await `do`("get", ["from": "\"\(peer.address)\"", "file_id": "\"\(fileID)\""])
  }

  /// What went wrong while it read what others sent.
  public var complaints: [String] { events.filter { $0.event == "error" }.compactMap(\.text) }
}
