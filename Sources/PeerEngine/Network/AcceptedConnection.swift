import NIOCore
import PeerCore

/// A connection that a peer has opened: messages come in, and a GET_FILE is answered on it (PROTOCOL.md,
/// "Transport" and "What is out there").
struct AcceptedConnection: Sendable {
  let channel: PeerChannel
  /// The peer's, numeric, without port.
  let address: String
  let id: ConnectionID
  let network: Network

  /// Returns when the connection is closed. One bad message ends this connection, with one line in the log.
  func run() async {
    let watchdog = Watchdog(channel.channel, limits: network.limits)
    do {
      try await channel.executeThenClose { inbound, _ in
        watchdog.waitForByte()
        try await read(inbound, watchdog)
      }
    } catch {
      await tell(error, watchdog)
    }
    watchdog.stop()
  }

  private func read(_ inbound: NIOAsyncChannelInboundStream<ByteBuffer>, _ watchdog: Watchdog) async throws {
    var reader = MessageReader(limits: network.coreLimits)
    let held = HeldBytes.Share(of: network.heldBytes)
    var reception: FileReception?
    var isAnswered = false
    defer { if reception != nil { network.pushEnded() } }
    for try await buffer in inbound {
      // What follows a GET_FILE is read, though not heeded: closing with unread bytes would reset the
      // connection and could destroy the end of our answer.
      if isAnswered { continue }
      watchdog.received(buffer.readableBytes)
      for item in try reader.read(buffer) {
        switch item {
        case .fileBegan:
          reception = try beginReception()
          watchdog.demandProgress()
        case .fileBytes(let bytes): try reception?.append(bytes)
        case .message(let message):
          isAnswered = try await take(message, reception, watchdog)
          if reception != nil { network.pushEnded() }
          reception = nil
        }
        if isAnswered { break }
      }
      guard held.set(reader.heldBytes) else {
        throw WireError.tooLarge("what all messages being read hold", limit: network.limits.heldBytes)
      }
      watchdog.waitForByte()
    }
    if !isAnswered { try reader.finish() }
  }

  private func beginReception() throws -> FileReception {
    guard let allowance = network.delegate.pushAllowance else {
      throw Refusal(why: "a pushed file is refused (--accept-push no)")
    }
    guard network.pushBegins() else {
      throw Refusal(why: "a pushed file is refused: \(network.limits.pushes) others are arriving")
    }
    do {
      return FileReception(try network.delegate.beginFile(), limit: allowance)
    } catch {
      network.pushEnded()
      throw error
    }
  }

  /// - Returns: whether the connection has been answered and half-closed.
  private func take(_ message: Message, _ reception: FileReception?, _ watchdog: Watchdog) async throws
    -> Bool
  {
    switch message {
    case .getFile:
      try await answer(message, watchdog)
      return true
    case .fileData(let data):
      guard let reception, !data.isNotFound else { break }
      await network.delegate.deliver(
        .pushed(reception.finish(data, known: nil, in: network.arrivals), from: address))
      return false
    default: break
    }
    await network.delegate.deliver(.received(message, from: address, on: id))
    return false
  }

  /// Waits for the core's decision and carries it out: the file, or "I do not have it", then the end.
  private func answer(_ message: Message, _ watchdog: Watchdog) async throws {
    let decisions = network.answers.expect(id)
    defer { network.answers.forget(id) }
    await network.delegate.deliver(.received(message, from: address, on: id))
    for await decision in decisions {
      switch decision {
      case .refuse:
        watchdog.waitForWrite()
        try await channel.channel.writeAndFlush(ByteBuffer(bytes: MessageEncoder.fileNotFound))
      case .serve(let upload, let entry, let copy):
        await network.upload(upload, entry, copy, on: channel.channel, watchdog)
      }
      break
    }
    try await channel.channel.close(mode: .output)
  }

  private func tell(_ error: any Error, _ watchdog: Watchdog) async {
    let why: String
    switch error {
    case let error as WireError: why = error.description
    case let error as Refusal: why = error.why
    case let error as TransferFailure: why = "a pushed file is refused: \(error)"
    case is CancellationError: return
    default: return await network.delegate.log(.debug, "\(address): \(error)")
    }
    await network.delegate.log(.warning, "\(address): \(why)")
  }

  private struct Refusal: Error {
    var why: String
  }
}

extension TimeAmount {
  var seconds: Int { Int(nanoseconds / 1_000_000_000) }
}
