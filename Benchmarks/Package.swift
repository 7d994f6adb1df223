// swift-tools-version: 6.1
import PackageDescription

// A package of its own, so that the product does not depend on what measures it.
let package = Package(
  name: "Benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "p2ptui", path: ".."),
    .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
  ],
  targets: [
    .executableTarget(
      name: "Peer",
      dependencies: [
        .product(name: "PeerCore", package: "p2ptui"),
        .product(name: "CSupport", package: "p2ptui"),
        .product(name: "Benchmark", package: "benchmark"),
      ],
      path: "Benchmarks/Peer",
      swiftSettings: [.swiftLanguageMode(.v6)],
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")])
  ]
)
