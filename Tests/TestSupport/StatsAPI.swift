import Foundation

/// What the JSON interface says, as far as tests look at it.
public struct StatusInfo: Decodable, Sendable {
  public var peerId: String
  public var host: String
  public var p2pPort: Int
  public var httpPort: Int?
  public var version: String
  public var uptimeSeconds: Double
  public var peers: Int
  public var files: Int
  public var filesLocal: Int
  public var bytesReceived: Int
  public var bytesSent: Int
}

public struct PeerInfo: Decodable, Sendable, Equatable {
  public var peerId: String
  public var host: String
  public var port: Int
  public var files: Int
}

public struct FileInfo: Decodable, Sendable, Equatable {
  public var fileId: String
  public var fileName: String
  public var fileSizeBytes: Int?
  public var fileSize: String?
  public var fileTimestamp: String?
  public var fileOwner: String
  public var state: String
  public var local: Bool
  public var verified: Bool
  public var peers: [String]
}

public struct FileList: Decodable, Sendable {
  public var files: [FileInfo]
  public var total: Int
}

public struct TransferInfo: Decodable, Sendable, Equatable {
  public var fileId: String
  public var direction: String
  public var state: String
  public var bytes: Int
  public var total: Int?
}

private struct TransferList: Decodable {
  var transfers: [TransferInfo]
}

private struct PeerList: Decodable {
  var peers: [PeerInfo]
}

/// The JSON interface of a running peer.
public struct StatsAPI: Sendable {
  public let port: Int

  public init(port: Int) { self.port = port }

  public func status() async throws -> StatusInfo { try await fetch("/api/v1/status") }

  public func transfers() async throws -> [TransferInfo] {
    let list: TransferList = try await fetch("/api/v1/transfers")
    return list.transfers
  }

  public func peers() async throws -> [PeerInfo] {
    let list: PeerList = try await fetch("/api/v1/peers")
    return list.peers
  }

  /// - Parameter query: such as `q=name&limit=10`.
  public func files(_ query: String = "limit=1000") async throws -> FileList {
    try await fetch("/api/v1/files?\(query)")
  }

  /// `nil` if the peer does not know the file.
  public func file(_ id: String) async throws -> FileInfo? {
    let response = try await HTTP.get(port: port, "/api/v1/files/\(id)")
    if response.status == 404 { return nil }
    return try decode(response)
  }

  public func isHealthy() async -> Bool {
    (try? await HTTP.get(port: port, "/healthz"))?.status == 200
  }

  private func fetch<T: Decodable>(_ path: String) async throws -> T {
    try decode(try await HTTP.get(port: port, path))
  }

  private func decode<T: Decodable>(_ response: HTTPResponse) throws -> T {
    guard response.status == 200 else { throw Unexpected("HTTP \(response.status): \(response.text)") }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(T.self, from: Data(response.body))
  }
}
