import Benchmark
import CSupport

/// Bytes of one piece of a file on its way.
private let pieceSize = 256 * 1024

/// Hex, a piece of 256 KiB at a time.
func addCodecBenchmarks() {
  let instructions = String(cString: support_hex_instructions())
  let bytes = (0..<pieceSize).map { UInt8(truncatingIfNeeded: $0 &* 167) }
  var digits = [UInt8](repeating: 0, count: 2 * pieceSize)
  support_hex_encode(bytes, pieceSize, &digits)

  Benchmark("hex: encode 256 KiB (\(instructions))", configuration: .init(scalingFactor: .kilo)) {
    [digits] benchmark in
    var digits = digits
    for _ in benchmark.scaledIterations {
      support_hex_encode(bytes, pieceSize, &digits)
      blackHole(digits)
    }
  }

  Benchmark("hex: decode to 256 KiB (\(instructions))", configuration: .init(scalingFactor: .kilo)) {
    [digits] benchmark in
    var decoded = [UInt8](repeating: 0, count: pieceSize)
    for _ in benchmark.scaledIterations {
      precondition(support_hex_decode(digits, pieceSize, &decoded) != 0)
      blackHole(decoded)
    }
  }
}
