import Benchmark

/// What `make microbench` runs: the parts that every byte, message or key passes through.
let benchmarks: @Sendable () -> Void = {
  Benchmark.defaultConfiguration = Benchmark.Configuration(
    metrics: [.wallClock, .throughput, .peakMemoryResident],
    maxDuration: .seconds(3))
  addCodecBenchmarks()
  addWireBenchmarks()
  addStepBenchmarks()
  addCatalogueBenchmarks()
}
