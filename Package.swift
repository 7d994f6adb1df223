// swift-tools-version: 6.1
import PackageDescription

// `make check` turns warnings into errors; elsewhere they stay what they are, so that work can go on.
let warningsAreErrors = Context.environment["P2PTUI_STRICT"] != nil

// `make tsan`: see Sources/PeerEngine/ThreadSanitizer.swift.
let sanitizesThreads = Context.environment["P2PTUI_TSAN"] != nil

let strict: [SwiftSetting] =
  [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
  ] + (warningsAreErrors ? [.unsafeFlags(["-warnings-as-errors"])] : [])
  + (sanitizesThreads ? [.define("THREAD_SANITIZER")] : [])

// libFuzzer brings its own `main`, so that this program can only be built with `make fuzz`.
let fuzzTargets: [Target] =
  Context.environment["P2PTUI_FUZZ"] == nil
  ? []
  : [
    .executableTarget(
      name: "Fuzz", dependencies: ["WireProperties"], path: "Tests/Fuzz", exclude: ["seeds.py"],
      swiftSettings: strict + [.unsafeFlags(["-parse-as-library"])])
  ]

// Only `make docs` needs what renders the documentation.
let documentation: [Package.Dependency] =
  Context.environment["P2PTUI_DOCS"] == nil
  ? [] : [.package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0")]

let package = Package(
  name: "p2ptui",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "p2ptui", targets: ["p2ptui"]),
    .library(name: "PeerCore", targets: ["PeerCore"]),
    .library(name: "PeerEngine", targets: ["PeerEngine"]),
    .library(name: "CSupport", targets: ["CSupport"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ] + documentation,
  targets: [
    .target(
      name: "CNcurses",
      linkerSettings: [.linkedLibrary("ncursesw"), .linkedLibrary("tinfo")]),
    .target(name: "CSupport"),
    .target(
      name: "PeerCore",
      dependencies: [
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "OrderedCollections", package: "swift-collections"),
      ],
      swiftSettings: strict),
    .target(
      name: "PeerEngine",
      dependencies: [
        "CSupport", "PeerCore",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Metrics", package: "swift-metrics"),
        .product(name: "Mustache", package: "swift-mustache"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOEmbedded", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOHTTPCompression", package: "swift-nio-extras"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ],
      // Files in the source, part of the program: an installed binary finds them wherever it lies.
      resources: [.embedInCode("Stats/Assets")],
      swiftSettings: strict),
    .executableTarget(
      name: "p2ptui",
      dependencies: [
        "CNcurses", "CSupport", "PeerCore", "PeerEngine",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Yams", package: "Yams"),
      ],
      swiftSettings: strict),
    .testTarget(
      name: "PeerCoreTests",
      dependencies: [
        "PeerCore", "TestSupport", "WireProperties", .product(name: "Crypto", package: "swift-crypto"),
      ],
      swiftSettings: strict),
    .target(
      name: "WireProperties", dependencies: ["PeerCore"], path: "Tests/WireProperties",
      swiftSettings: strict),
    .testTarget(
      name: "PeerEngineTests",
      dependencies: [
        "PeerEngine", "PeerCore", "TestSupport",
        .product(name: "HummingbirdTesting", package: "hummingbird"),
        .product(name: "Metrics", package: "swift-metrics"),
      ],
      swiftSettings: strict),
    .testTarget(
      name: "p2ptuiTests", dependencies: ["p2ptui", "PeerCore", "TestSupport"], exclude: ["Goldens"],
      swiftSettings: strict),
    .target(
      name: "TestSupport", dependencies: ["PeerCore"], path: "Tests/TestSupport", swiftSettings: strict),
    // Tests of the built program from outside. They depend on it so that it is built before they run.
    .testTarget(
      name: "InteropTests",
      dependencies: ["TestSupport", "p2ptui", .product(name: "Crypto", package: "swift-crypto")],
      swiftSettings: strict),
    .testTarget(name: "TerminalTests", dependencies: ["TestSupport", "p2ptui"], swiftSettings: strict),
    .testTarget(name: "BrowserTests", dependencies: ["TestSupport", "p2ptui"], swiftSettings: strict),
    // Many cores on a virtual clock, network and disk; the program that runs them; and their tests.
    .target(
      name: "PeerSimulator",
      dependencies: [
        "PeerCore",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "HeapModule", package: "swift-collections"),
        .product(name: "OrderedCollections", package: "swift-collections"),
      ],
      path: "Tests/PeerSimulator", swiftSettings: strict),
    .executableTarget(
      name: "simulate",
      dependencies: ["PeerSimulator", .product(name: "ArgumentParser", package: "swift-argument-parser")],
      path: "Tests/Simulate", swiftSettings: strict),
    .testTarget(
      name: "SimulationTests", dependencies: ["PeerSimulator", "TestSupport", "simulate"],
      exclude: ["seeds.txt"],
      swiftSettings: strict),
  ] + fuzzTargets
)
