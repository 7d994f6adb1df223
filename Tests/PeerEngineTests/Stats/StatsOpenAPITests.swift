import Foundation
import Hummingbird
import HummingbirdTesting
import PeerCore
import TestSupport
import Testing

@testable import PeerEngine

/// docs/openapi.json, which other programs are written from.
private struct OpenAPI {
  let document: [String: Any]

  init() throws {
    document = try #require(
      try JSONSerialization.jsonObject(with: Repository.data("docs/openapi.json")) as? [String: Any])
  }

  var paths: [String: [String: Any]] { document["paths"] as? [String: [String: Any]] ?? [:] }

  func schema(_ name: String) -> [String: Any] { resolved(["$ref": "#/components/schemas/\(name)"]) }

  /// Of the answer 200 to a GET, by media type.
  func content(_ path: String) -> [String: [String: Any]] {
    let get = paths[path]?["get"] as? [String: Any]
    let answers = get?["responses"] as? [String: [String: Any]]
    return answers?["200"]?["content"] as? [String: [String: Any]] ?? [:]
  }

  private func resolved(_ schema: [String: Any]) -> [String: Any] {
    guard let reference = schema["$ref"] as? String else { return schema }
    return reference.split(separator: "/").dropFirst().reduce(document) {
      $0[String($1)] as? [String: Any] ?? [:]
    }
  }

  /// What is wrong with a value, as sentences; nothing if it is as the schema says.
  func faults(_ value: Any, _ schema: [String: Any], at place: String = "$") -> [String] {
    let schema = resolved(schema)
    let types = (schema["type"] as? [String]) ?? (schema["type"] as? String).map { [$0] } ?? []
    guard types.isEmpty || types.contains(where: { Self.isA($0, value) }) else {
      return ["\(place) is not \(types): \(value)"]
    }
    var faults: [String] = []
    if let allowed = schema["enum"] as? [String], let text = value as? String, !allowed.contains(text) {
      faults.append("\(place) is none of \(allowed): \(text)")
    }
    if let object = value as? [String: Any] {
      let properties = schema["properties"] as? [String: [String: Any]] ?? [:]
      let required = Set(schema["required"] as? [String] ?? [])
      if Set(properties.keys) != Set(object.keys) || required != Set(object.keys) {
        faults.append("\(place) has \(object.keys.sorted()), not \(properties.keys.sorted())")
      }
      for (name, property) in properties {
        if let value = object[name] { faults += self.faults(value, property, at: "\(place).\(name)") }
      }
    }
    if let array = value as? [Any], let items = schema["items"] as? [String: Any] {
      faults += array.flatMap { self.faults($0, items, at: "\(place)[]") }
    }
    return faults
  }

  private static func isA(_ type: String, _ value: Any) -> Bool {
    switch (type, value) {
    case ("null", is NSNull), ("string", is String), ("array", is [Any]), ("object", is [String: Any]): true
    case ("boolean", let number as NSNumber): isBoolean(number)
    case ("number", let number as NSNumber): !isBoolean(number)
    case ("integer", let number as NSNumber):
      !isBoolean(number) && number.doubleValue.rounded() == number.doubleValue
    default: false
    }
  }

  private static func isBoolean(_ number: NSNumber) -> Bool { String(cString: number.objCType) == "c" }
}

@Suite struct StatsOpenAPITests {
  private static let served: [(String, String)] = [
    ("/", "/"), ("/assets/style.css", "/assets/style.css"), ("/assets/page.js", "/assets/page.js"),
    ("/api/v1/status", "/api/v1/status"), ("/api/v1/peers", "/api/v1/peers"),
    ("/api/v1/files", "/api/v1/files"), ("/api/v1/files/{file_id}", "/api/v1/files/\(id("bb").hex)"),
    ("/api/v1/transfers", "/api/v1/transfers"), ("/api/v1/log", "/api/v1/log"),
    ("/metrics", "/metrics"), ("/healthz", "/healthz"),
  ]

  @Test func `it describes every path and no other`() throws {
    let own = ["/api/v1/events", "/files/{file_id}"]
    #expect(Set(try OpenAPI().paths.keys) == Set(Self.served.map(\.0) + own))
    for path in try OpenAPI().paths.keys {
      #expect(Resource(path: path.replacing("{file_id}", with: id("aa").hex)) != nil, "\(path)")
    }
  }

  @Test(arguments: served)
  func `answers are of the types that it describes`(path: String, example: String) async throws {
    let types = try OpenAPI().content(path)
    let answer = try await get(example)
    let type = try #require(answer.headers[.contentType]?.split(separator: ";").first)
    #expect(Array(types.keys) == [String(type)])
    guard let schema = types["application/json"]?["schema"] as? [String: Any] else { return }
    #expect(try OpenAPI().faults(try object(answer), schema).isEmpty)
  }

  @Test func `events hold what it describes`() throws {
    let kinds: [FeedEvent.Kind: String] = [
      .status: "Status", .peers: "PeersEvent", .files: "FilesEvent", .transfers: "TransfersEvent",
      .log: "Log",
    ]
    var later = sample
    later.files = many.files
    later.filesRevision += 1
    for event in FeedChanges(old: nil, new: sample).events + FeedChanges(old: sample, new: later).events {
      let data = try JSONSerialization.jsonObject(with: Data(event.data.text.utf8))
      let name = try #require(kinds[event.kind])
      #expect(try OpenAPI().faults(data, try OpenAPI().schema(name)).isEmpty, "\(event.kind)")
    }
  }

  @Test(arguments: ["/api/v1/nothing", "/api/v1/files?limit=0", "/api/v1/files/\(id("ff").hex)"])
  func `problems are as it describes`(path: String) async throws {
    let faults = try OpenAPI().faults(try object(await get(path)), try OpenAPI().schema("Problem"))
    #expect(faults.isEmpty)
  }

  /// The check itself finds what is wrong.
  @Test func `the check itself finds faults`() throws {
    let api = try OpenAPI()
    let peer: [String: Any] = [
      "peer_id": "a", "host": "h", "port": "1", "last_seen_seconds": 1.5, "files": 1.5,
    ]
    let faults = api.faults(["peers": [peer]], api.schema("Peers"))
    #expect(faults.count == 2)
    #expect(api.faults(["peers": [], "more": 1], api.schema("Peers")).count == 1)
    #expect(api.faults(["peers": NSNull()], api.schema("Peers")).count == 1)
  }
}
