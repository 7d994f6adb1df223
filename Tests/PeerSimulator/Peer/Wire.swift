import PeerCore

/// Takes the bytes of a file as they come with a FILE_DATA.
protocol FileTaker: AnyObject {
  func begin(_ part: RawPart?, of file: FileID?) throws
  func take(_ bytes: [UInt8]) throws
}

/// The messages of one connection, read by the real decoder: what the engine's `MessageReader` does.
final class WireReader {
  private struct Sink: MessageSink {
    weak var taker: (any FileTaker)?
    var messages: [Message] = []
    var failure: (any Error)?
    var half: UInt8?

    mutating func message(_ message: Message) throws(WireError) {
      if half != nil { throw .badHex(at: 0) }
      messages.append(message)
      guard case .fileData(let data) = message, let part = data.raw else { return }
      attempt { try $0.begin(part, of: data.id) }
    }

    mutating func dataBegan(of file: FileID?) {
      half = nil
      attempt { try $0.begin(nil, of: file) }
    }

    mutating func data(_ digits: UnsafeRawBufferPointer) throws(WireError) {
      var bytes: [UInt8] = []
      bytes.reserveCapacity(digits.count / 2 + 1)
      for digit in digits {
        guard let value = Self.value(digit) else { throw .badHex(at: 0) }
        if let high = half {
          bytes.append(high << 4 | value)
          half = nil
        } else {
          half = value
        }
      }
      attempt { try $0.take(bytes) }
    }

    mutating func raw(_ bytes: UnsafeRawBufferPointer) { attempt { try $0.take(Array(bytes)) } }

    private static func value(_ digit: UInt8) -> UInt8? {
      switch digit {
      case 0x30...0x39: digit - 0x30
      case 0x41...0x46: digit - 0x41 + 10
      case 0x61...0x66: digit - 0x61 + 10
      default: nil
      }
    }

    private mutating func attempt(_ work: (any FileTaker) throws -> Void) {
      guard failure == nil, let taker else { return }
      do { try work(taker) } catch { failure = error }
    }
  }

  private var decoder: MessageDecoder<Sink>

  init(_ limits: Limits, _ taker: (any FileTaker)?) {
    decoder = MessageDecoder(limits: limits, sink: Sink(taker: taker))
  }

  var isBetweenMessages: Bool { decoder.isBetweenMessages }

  func read(_ bytes: [UInt8]) throws -> [Message] {
    try bytes.withUnsafeBytes { try decoder.read($0) }
    if let failure = decoder.sink.failure { throw failure }
    defer { decoder.sink.messages = [] }
    return decoder.sink.messages
  }

  func finish() throws { try decoder.finish() }
}

/// Tells when nothing has come on a connection for too long: what the engine's `Watchdog` does.
final class IdleTimer {
  static let idle: Int64 = 15_000
  static let keepAlive: Int64 = 30_000
  static let hashing: Int64 = 120_000
  static let write: Int64 = 60_000

  private unowned let world: World
  private var number: UInt64 = 0

  init(_ world: World) { self.world = world }

  /// Begins to wait anew, whatever was waited for before.
  func wait(_ patience: Int64, _ tooLong: @escaping () -> Void) {
    number += 1
    let mine = number
    world.schedule.after(patience) { [weak self] in
      if let self, self.number == mine { tooLong() }
    }
  }

  func stop() { number += 1 }
}
