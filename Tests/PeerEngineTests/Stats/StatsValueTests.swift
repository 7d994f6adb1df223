import Foundation
import Hummingbird
import HummingbirdTesting
import PeerCore
import TestSupport
import Testing

@testable import PeerEngine

@Suite struct StatsValueTests {
  @Test func unitsAreReadable() {
    let sizes: [UInt64] = [0, 1023, 1024, 1_048_575, 1 << 30, .max]
    #expect(sizes.map(Units.bytes) == ["0 B", "1023 B", "1.0 KiB", "1.0 MiB", "1.0 GiB", "16.0 EiB"])
    #expect([59.9, 61, 3661, 90_000].map(Units.duration) == ["59 s", "1 min 01 s", "1 h 01 min", "1 d 1 h"])
    #expect([0, 999, 1000, 1_234_567].map(Units.grouped) == ["0", "999", "1,000", "1,234,567"])
  }

  @Test func jsonIsOneLineOfASCII() {
    let value: JSONValue = ["a": ["\n\"\\\u{7F}ж😀", nil, true, .number(1.5), .number(.nan)], "b": [:]]
    #expect(
      value.text == #"{"a":["\u000a\"\\\u007f\u0436\ud83d\ude00",null,true,1.5,null],"b":{}}"#)
  }
}
