import NIOCore
import PeerCore

/// Asks a holder for the hashes of a file's blocks (PROTOCOL.md, "Extension").
struct BlockListFetcher: HolderExchange {
  let attempt: AttemptID
  let file: FileID
  let holder: Endpoint
  let network: Network
  /// Called once: with the list, `nil` if the holder cannot give one, or with why there was no answer.
  let ended: @Sendable (Result<BlockList?, TransferFailure>) -> Void

  func start() { network.perform(self, with: holder, isSmall: false) }
  func fail(_ failure: TransferFailure) { ended(.failure(failure)) }

  var isLast: Bool { false }
  var request: [UInt8] { MessageEncoder.getBlocks(file) }

  func perform(on stream: inout HolderStream) async -> ExchangeEnd {
    guard network.fetches.begin(attempt, on: stream.channel) else {
      return ExchangeEnd(isFit: false) { fail(.cancelled) }
    }
    do {
      let list = try await read(&stream)
      return ExchangeEnd(isFit: true) { ended(.success(list)) }
    } catch {
      // As for a file: that a kept connection was closed is no failure, and the exchange begins anew.
      if stream.isReused, stream.watchdog.verdict == nil, !network.fetches.isCancelled(attempt) {
        return ExchangeEnd(isFit: false) { start() }
      }
      return ExchangeEnd(isFit: false) { fail(.of(error)) }
    }
  }

  private func read(_ stream: inout HolderStream) async throws -> BlockList? {
    // The holder may have to read the whole file first.
    stream.watchdog.waitForHashing()
    var reader = MessageReader(limits: network.coreLimits, receiver: NoFile())
    while var buffer = try await stream.next() {
      stream.watchdog.received(buffer.readableBytes)
      for message in try reader.readMessage(&buffer) {
        guard case .blocks(let blocks) = message else {
          throw TransferFailure.malformed("it answered with \(Visible.text(message.typeName, limit: 32))")
        }
        stream.rest = buffer
        return blocks.file == file ? blocks.list : nil
      }
      stream.watchdog.waitForByte()
    }
    throw TransferFailure.closedWithoutAnswer
  }

  /// Refuses a file, which has no place in this exchange.
  private final class NoFile: FileReceiver {
    func begin(_ part: RawPart?, of file: FileID?) throws {
      throw TransferFailure.malformed("it sent a file")
    }
    func take(_ bytes: UnsafeRawBufferPointer) throws {}
  }
}
