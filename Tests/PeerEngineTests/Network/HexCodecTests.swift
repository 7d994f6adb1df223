import Testing

@testable import PeerEngine

@Suite struct HexCodecTests {
  private let everyByte = [UInt8](0...255)

  private func decode(_ text: String, splitAt split: Int) -> [UInt8]? {
    let decoder = HexDecoder()
    let bytes = Array(text.utf8)
    guard let first = bytes[..<split].withUnsafeBytes({ decoder.decode($0).map(Array.init) }),
      let second = bytes[split...].withUnsafeBytes({ decoder.decode($0).map(Array.init) })
    else { return nil }
    return decoder.isComplete ? first + second : nil
  }

  @Test func `every byte becomes two lowercase digits and comes back`() {
    var text = [UInt8](repeating: 0, count: 512)
    everyByte.withUnsafeBytes { bytes in
      text.withUnsafeMutableBytes { HexEncoder.encode(bytes, into: $0) }
    }
    #expect(text.starts(with: Array("000102".utf8)) && text.suffix(4) == Array("feff".utf8))
    #expect(decode(String(decoding: text, as: UTF8.self), splitAt: 0) == everyByte)
  }

  @Test func `a split anywhere changes nothing`() {
    for split in 0...8 { #expect(decode("00ff10Ab", splitAt: split) == [0x00, 0xFF, 0x10, 0xAB]) }
  }

  @Test func `uppercase digits count too`() {
    #expect(decode("DEADBEEF", splitAt: 3) == [0xDE, 0xAD, 0xBE, 0xEF])
  }

  @Test(arguments: ["0g", "g0", "0 ", "é0", "0x"]) func `a character that is no hex digit is refused`(
    text: String
  ) {
    for split in 0...text.utf8.count { #expect(decode(text, splitAt: split) == nil) }
  }

  @Test func `an odd number of digits is incomplete`() { #expect(decode("abc", splitAt: 1) == nil) }
}
