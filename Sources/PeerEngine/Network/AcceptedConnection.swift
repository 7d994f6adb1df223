import NIOCore
import PeerCore

/// A connection that a peer has opened. Messages come in on it, and those that ask for a file or its blocks are
/// answered on it (PROTOCOL.md, "Transport" and "What is out there").
///
/// It runs on its event loop. What may take long, such as large messages, runs on threads that may wait for a disk.
struct AcceptedConnection: Sendable {
  let channel: PeerChannel
  /// The peer's numeric address, without port.
  let address: String
  let id: ConnectionID
  let network: Network

  /// Reads messages until the connection is closed. One bad message closes it, with one line in the log.
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
    let receiver = PushReceiver { try beginReception(of: $0) }
    var reader = MessageReader(limits: network.coreLimits, receiver: receiver)
    let held = HeldBytes.Share(of: network.heldBytes)
    var next = Next.message
    var isWithinMessage = false
    for try await buffer in inbound {
      // What follows a GET_FILE is read and thrown away: if the connection were closed with unread bytes, it would be
      // reset, and the end of our answer might be lost.
      if next == .end { continue }
      watchdog.received(buffer.readableBytes)
      let messages = try await read(buffer, with: &reader)
      // A message must come at the least rate of a transfer, however short it is.
      if reader.isBetweenMessages {
        watchdog.endDemand()
      } else if !isWithinMessage || !messages.isEmpty {
        watchdog.demandProgress()
      }
      isWithinMessage = !reader.isBetweenMessages
      if !messages.isEmpty { next = try await take(messages, receiver, watchdog) }
      if let file = receiver.last?.takeNews() { await network.delegate.deliver(.pushBegan(file)) }
      guard held.set(reader.heldBytes) else {
        throw WireError.tooLarge("what all messages being read hold", limit: network.limits.heldBytes)
      }
      if next == .request, reader.isBetweenMessages {
        watchdog.waitForRequest()
      } else {
        watchdog.waitForByte()
      }
    }
    if next != .end { try reader.finish() }
  }

  /// The most bytes that are read on the event loop: requests are shorter. More bytes are messages that take time, or
  /// belong to a file, and have to be written to the disk.
  private static let fewBytes = 4_096

  private func read<Receiver: FileReceiver>(
    _ buffer: ByteBuffer, with reader: inout MessageReader<Receiver>
  ) async throws -> [Message] {
    if buffer.readableBytes <= Self.fewBytes, reader.isBetweenMessages { return try reader.read(buffer) }
    return try await withTaskExecutorPreference(network.reading) { try reader.read(buffer) }
  }

  /// What is expected next on the connection.
  private enum Next {
    case message
    /// Another request, or a message: a peer with the extension may ask again.
    case request
    /// Nothing: it has been answered, and half-closed.
    case end
  }

  private func beginReception(of file: FileID?) throws -> FileReception {
    guard network.delegate.pushAllowance != nil else {
      throw Refusal(why: "a pushed file is refused (--accept-push no)")
    }
    guard network.pushBegins(from: address) else {
      throw Refusal(why: "a pushed file is refused: too many others are arriving")
    }
    let (network, address) = (network, address)
    let arriving: any IncomingFile
    do {
      arriving = try network.delegate.beginFile()
    } catch {
      network.pushEnded(from: address)
      throw error
    }
    return FileReception(arriving, file, in: network) { told in
      network.pushEnded(from: address)
      if let told { network.delegate.tell(.pushEnded(told)) }
    }
  }

  /// Takes messages up to one that nothing follows. Requests are dealt with on the event loop. The others may take long,
  /// such as a list of many files: the core works on the thread that they come from.
  private func take(_ messages: [Message], _ receiver: PushReceiver, _ watchdog: Watchdog) async throws
    -> Next
  {
    let areRequests = messages.allSatisfy { if case .getFile = $0 { true } else { false } }
    return try await withTaskExecutorPreference(areRequests ? nil : network.reading) {
      var next = Next.message
      for message in messages {
        next = try await take(message, receiver, watchdog)
        if next == .end { break }
      }
      return next
    }
  }

  private func take(_ message: Message, _ receiver: PushReceiver, _ watchdog: Watchdog) async throws -> Next {
    switch message {
    case .getFile(let request) where request.acceptsRaw:
      try await answer(message, watchdog)
      return .request
    case .getBlocks:
      try await answer(message, watchdog)
      return .request
    case .getFile:
      try await answer(message, watchdog)
      try await channel.channel.close(mode: .output)
      return .end
    case .fileData(let data) where data.hasData:
      guard let reception = receiver.next(), !data.isNotFound else { break }
      await network.delegate.deliver(.pushed(reception.finish(data, in: network.arrivals), from: address))
      return .message
    default: break
    }
    await network.delegate.deliver(.received(message, from: address, on: id))
    return .message
  }

  /// Waits for the core's decision and carries it out.
  private func answer(_ message: Message, _ watchdog: Watchdog) async throws {
    let decisions = network.answers.expect(id)
    defer { network.answers.forget(id) }
    await network.delegate.deliver(.received(message, from: address, on: id))
    for await decision in decisions {
      switch decision {
      case .refuse:
        if case .getBlocks = message {
          try await write(MessageEncoder.blocksNotFound, watchdog)
        } else {
          try await write(MessageEncoder.fileNotFound, watchdog)
        }
      case .serve(let upload, let request, let entry, let copy):
        await network.upload(upload, request, entry, copy, on: channel.channel, watchdog)
      case .serveBlocks(let file, let copy):
        watchdog.work()
        let list = await network.delegate.blockList(of: file, copy)
        try await write(
          list.map { MessageEncoder.blocks(file, $0) } ?? MessageEncoder.blocksNotFound, watchdog)
      }
      break
    }
  }

  private func write(_ message: [UInt8], _ watchdog: Watchdog) async throws {
    watchdog.waitForWrite()
    try await channel.channel.writeAndFlush(ByteBuffer(bytes: message))
    watchdog.work()
  }

  private func tell(_ error: any Error, _ watchdog: Watchdog) async {
    let why: String
    switch error {
    case _ where watchdog.verdict == .tooSlow: why = "a message came too slowly"
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
