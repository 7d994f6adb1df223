import PeerCore

/// The rates of the last 10 minutes as the paths of an SVG picture, and in words.
struct RateChart {
  private static let columns = RateHistory.length - 1
  private static let rows = 100.0
  /// Room above the highest value, so that its line is seen whole.
  private static let head = 4.0

  let width = "\(columns)", height = "100"
  let grid = "M0 4H\(columns)M0 52H\(columns)"
  let received, receivedArea, sent: String
  /// The rate that the upper line of the grid stands for.
  let scale: String
  let receivedNow, receivedPeak, sentNow, sentPeak: String

  /// - Parameters:
  ///   - rates: bytes a second in each period, the newest last.
  ///   - receivedNow: bytes a second.
  ///   - sentNow: bytes a second.
  init(_ rates: (received: [Double], sent: [Double]), receivedNow: Double, sentNow: Double) {
    let peaks = (rates.received.max() ?? 0, rates.sent.max() ?? 0)
    let top = Self.scale(max(peaks.0, peaks.1))
    received = Self.line(rates.received, top)
    receivedArea = "\(received)V100H0Z"
    sent = Self.line(rates.sent, top)
    scale = Units.rate(top)
    self.receivedNow = Units.rate(receivedNow)
    self.sentNow = Units.rate(sentNow)
    receivedPeak = Units.rate(peaks.0)
    sentPeak = Units.rate(peaks.1)
  }

  /// The next power of two, so that the picture seldom changes its scale; at least 1 KiB a second.
  private static func scale(_ peak: Double) -> Double {
    var scale = 1024.0
    while scale < peak { scale *= 2 }
    return scale
  }

  /// Points between two of the same height are left out: most of the time nothing happens.
  private static func line(_ rates: [Double], _ top: Double) -> String {
    let heights = rates.map { Int((rows - $0 / top * (rows - head)).rounded()) }
    var path = ""
    for (column, height) in heights.enumerated() {
      let isEnd = column == 0 || column == heights.count - 1
      if !isEnd, heights[column - 1] == height, heights[column + 1] == height { continue }
      path += path.isEmpty ? "M\(column) \(height)" : "L\(column) \(height)"
    }
    return path
  }
}
