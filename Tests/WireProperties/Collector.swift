import PeerCore

/// A sink that remembers all that a decoder has told it.
package struct Collector: MessageSink, Equatable {
  package private(set) var messages: [Message] = []
  /// The `data` of all messages, one after the other.
  package private(set) var data: [UInt8] = []
  package private(set) var dataBegins = 0
  /// What followed messages raw, one after the other.
  package private(set) var raw: [UInt8] = []

  package init() {}

  package mutating func message(_ message: Message) { messages.append(message) }
  package mutating func dataBegan(of file: FileID?) { dataBegins += 1 }
  package mutating func data(_ hex: UnsafeRawBufferPointer) { data.append(contentsOf: hex) }
  package mutating func raw(_ bytes: UnsafeRawBufferPointer) { raw.append(contentsOf: bytes) }

  package var dataText: String { String(decoding: data, as: UTF8.self) }
}
