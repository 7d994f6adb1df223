import Foundation
import Hummingbird
import HummingbirdTesting
import PeerCore
import TestSupport
import Testing

@testable import PeerEngine

@Suite struct StatsValueTests {
  @Test(arguments: [
    (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
    (951_782_400_000, "2000-02-29T00:00:00.000Z"), (4_102_444_799_999, "2099-12-31T23:59:59.999Z"),
    (1_744_170_562_007, "2025-04-09T03:49:22.007Z"),
  ])
  func timesAreISO8601(milliseconds: Int64, text: String) {
    #expect(UTCTime(milliseconds: milliseconds).iso8601 == text)
  }

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
