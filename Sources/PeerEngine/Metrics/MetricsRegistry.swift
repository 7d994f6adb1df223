import CoreMetrics
import Synchronization

/// Keeps what swift-metrics is told, and writes it as Prometheus reads it. The labels of metrics and the names of
/// dimensions have to be valid there; the values of dimensions may be any text, but there must be few of them.
///
/// Each peer has its own, which is handed over explicitly, so that several peers in one process are told apart.
final class MetricsRegistry: MetricsFactory {
  /// The media type of `text`, which is in version 0.0.4 of the format.
  static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  private enum Kind: String { case counter, gauge, summary }

  private struct Family {
    let kind: Kind
    /// By their dimensions, as these are written.
    var series: [String: Series] = [:]
  }

  private let families = Mutex<[String: Family]>([:])
  /// What each metric means, by its label.
  private let help: [String: String]

  init(help: [String: String] = [:]) { self.help = help }

  // MARK: swift-metrics

  func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
    series(.counter, label, dimensions)
  }

  func makeFloatingPointCounter(
    label: String, dimensions: [(String, String)]
  ) -> any FloatingPointCounterHandler {
    series(.counter, label, dimensions)
  }

  func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
    series(.gauge, label, dimensions)
  }

  func makeRecorder(
    label: String, dimensions: [(String, String)], aggregate: Bool
  ) -> any RecorderHandler {
    series(aggregate ? .summary : .gauge, label, dimensions)
  }

  func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    series(.summary, label, dimensions)
  }

  // A series stays until the peer ends: to its readers, one that vanishes looks like trouble.
  func destroyCounter(_ handler: any CounterHandler) {}
  func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
  func destroyMeter(_ handler: any MeterHandler) {}
  func destroyRecorder(_ handler: any RecorderHandler) {}
  func destroyTimer(_ handler: any TimerHandler) {}

  private func series(_ kind: Kind, _ label: String, _ dimensions: [(String, String)]) -> Series {
    let name = Self.written(dimensions)
    return families.withLock { families in
      if let series = families[label]?.series[name] { return series }
      let series = Series(isGauge: kind == .gauge)
      families[label, default: Family(kind: kind)].series[name] = series
      return series
    }
  }

  // MARK: Prometheus

  /// All metrics, in a stable order.
  var text: String {
    var text = ""
    for (label, family) in families.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
      if let help = help[label] { text += "# HELP \(label) \(help)\n" }
      text += "# TYPE \(label) \(family.kind.rawValue)\n"
      for (dimensions, series) in family.series.sorted(by: { $0.key < $1.key }) {
        let (value, count) = series.values
        if family.kind == .summary {
          text += "\(label)_sum\(dimensions) \(Self.written(value))\n\(label)_count\(dimensions) \(count)\n"
        } else {
          text += "\(label)\(dimensions) \(Self.written(value))\n"
        }
      }
    }
    return text
  }

  private static func written(_ dimensions: [(String, String)]) -> String {
    guard !dimensions.isEmpty else { return "" }
    return "{\(dimensions.map { "\($0)=\"\(escaped($1))\"" }.joined(separator: ","))}"
  }

  private static func escaped(_ value: String) -> String {
    var escaped = ""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\\", "\"": escaped.unicodeScalars += ["\\", scalar]
      case "\n": escaped += "\\n"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }

  /// Whole numbers are written without a fraction, as far as a double holds them exactly: up to 2^53.
  private static func written(_ value: Double) -> String {
    value.rounded() == value && abs(value) < 9e15 ? "\(Int64(value))" : "\(value)"
  }
}

/// One number of a metric, whatever its kind. Timers are kept in seconds.
private final class Series: CounterHandler, FloatingPointCounterHandler, MeterHandler, RecorderHandler,
  TimerHandler
{
  private let state = Mutex((value: 0.0, count: 0))
  private let isGauge: Bool

  init(isGauge: Bool) { self.isGauge = isGauge }

  var values: (value: Double, count: Int) { state.withLock { $0 } }

  func increment(by amount: Int64) { increment(by: Double(amount)) }
  func increment(by amount: Double) { state.withLock { $0.value += amount } }
  func decrement(by amount: Double) { increment(by: -amount) }
  func reset() { state.withLock { $0 = (0, 0) } }
  func set(_ value: Int64) { set(Double(value)) }
  func set(_ value: Double) { state.withLock { $0.value = value } }
  func record(_ value: Int64) { record(Double(value)) }

  func record(_ value: Double) {
    if isGauge { return set(value) }
    state.withLock { $0 = ($0.value + value, $0.count + 1) }
  }

  func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
}
