// What events and effects name things by. The shell numbers connections, arrivals and requests; the core numbers
// attempts and uploads.

/// Names a connection that was accepted.
public struct ConnectionID: Hashable, Sendable {
  /// Grows; never given twice.
  public let number: UInt64
  public init(_ number: UInt64) { self.number = number }
}

/// Names a received file that waits in a partial file for the core's decision.
public struct ArrivalID: Hashable, Sendable {
  /// Grows; never given twice.
  public let number: UInt64
  public init(_ number: UInt64) { self.number = number }
}

/// Names one attempt of a download: a part of the file, asked of one holder.
public struct AttemptID: Hashable, Sendable {
  /// Grows; never given twice.
  public let number: UInt64
  public init(_ number: UInt64) { self.number = number }
}

/// Names an upload.
public struct UploadID: Hashable, Sendable {
  /// Grows; never given twice.
  public let number: UInt64
  public init(_ number: UInt64) { self.number = number }
}

/// Names a command that waits for its reply.
public struct RequestID: Hashable, Sendable {
  /// Grows; never given twice.
  public let number: UInt64
  public init(_ number: UInt64) { self.number = number }
}
