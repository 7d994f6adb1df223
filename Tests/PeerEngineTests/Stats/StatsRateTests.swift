import Testing

@testable import PeerEngine

@Suite struct StatsRateTests {
  @Test func `bytes count in the period in which they came`() {
    var history = RateHistory()
    history.record(received: 500, sent: 0, at: 10_000)
    history.record(received: 1_500, sent: 40, at: 12_100)
    history.record(received: 2_500, sent: 40, at: 13_900)
    let rates = history.rates(at: 16_000)
    #expect(rates.received.count == 300 && rates.sent.count == 300)
    // The first record is where counting begins; the period of the question is not over yet.
    #expect(rates.received.suffix(3) == [0, 1_000, 0])
    #expect(rates.sent.suffix(3) == [0, 20, 0])
  }

  @Test func `ten minutes later everything is forgotten`() {
    var history = RateHistory()
    history.record(received: 0, sent: 0, at: 0)
    history.record(received: 9_000, sent: 0, at: 1_000)
    #expect(history.rates(at: 600_000).received.first == 4_500)
    #expect(history.rates(at: 602_000).received.allSatisfy { $0 == 0 })
    // Nor does it come back when the ring goes round.
    history.record(received: 9_000, sent: 0, at: 601_000)
    #expect(history.rates(at: 603_000).received.allSatisfy { $0 == 0 })
    history.record(received: 9_002, sent: 0, at: 9_000_000)
    #expect(history.rates(at: 9_002_000).received.filter { $0 > 0 } == [1])
  }

  @Test func `a total that shrinks counts as nothing`() {
    var history = RateHistory()
    history.record(received: 100, sent: 100, at: 0)
    history.record(received: 50, sent: 100, at: 2_000)
    #expect(history.rates(at: 4_000).received.last == 0)
  }

  @Test func `the chart has its peak below the top`() {
    var rates = [Double](repeating: 0, count: 300)
    (rates[100], rates[101]) = (3_000, 3_000)
    let chart = RateChart((rates, [Double](repeating: 0, count: 300)), receivedNow: 0, sentNow: 5)
    #expect(chart.scale == "4.0 KiB/s" && chart.receivedPeak == "2.9 KiB/s" && chart.sentNow == "5 B/s")
    #expect(chart.received == "M0 100L99 100L100 30L101 30L102 100L299 100")
    #expect(chart.sent == "M0 100L299 100")
  }
}
