import Benchmark
import PeerCore

/// What the screen and the page ask of 100,000 files.
func addCatalogueBenchmarks() {
  let files = FileTable((0..<100_000).map { FileRecord(entry: Fixtures.entry($0), firstSeen: Int64($0)) })
  for sort in FileQuery.Sort.allCases {
    Benchmark("catalogue: 100,000 files by \(sort.rawValue)") { benchmark in
      for _ in benchmark.scaledIterations { blackHole(FileQuery(sort: sort).slots(in: files)) }
    }
  }
  Benchmark("catalogue: those of 100,000 with a text of 3 letters, by name") { benchmark in
    for _ in benchmark.scaledIterations { blackHole(FileQuery(text: "123").slots(in: files)) }
  }
}
