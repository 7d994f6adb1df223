import Foundation
import Hummingbird
import HummingbirdTesting
import PeerCore
import TestSupport
import Testing

@testable import PeerEngine

@Suite struct StatsValueTests {
  @Test func `JSON is one line of ASCII`() {
    let value: JSONValue = ["a": ["\n\"\\\u{7F}ж😀", nil, true, .number(1.5), .number(.nan)], "b": [:]]
    #expect(
      value.text == #"{"a":["\u000a\"\\\u007f\u0436\ud83d\ude00",null,true,1.5,null],"b":{}}"#)
  }
}
