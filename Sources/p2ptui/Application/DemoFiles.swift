import Foundation

/// What the neighbours of the demo share: several kinds and sizes, made here, the same every time.
enum DemoFiles {
  struct Sample: Sendable {
    var name: String
    var content: @Sendable () -> Data
  }

  static let byPeer: [(name: String, samples: [Sample])] = [
    (
      "heron",
      [
        Sample(name: "field notes.txt") { notes(lines: 120) },
        Sample(name: "dawn chorus.wav") { tone(hertz: 440, seconds: 75) },
        Sample(name: "marsh at noon.ppm") { landscape(width: 1600, height: 1000) },
      ]
    ),
    (
      "otter",
      [
        Sample(name: "river levels 2025.csv") { levels(rows: 90_000) },
        Sample(name: "under the bridge.wav") { tone(hertz: 196, seconds: 50) },
        Sample(name: "Flusskarte – Übersicht.svg") { map(paths: 24_000) },
      ]
    ),
    (
      "badger",
      [
        Sample(name: "読書メモ.txt") { notes(lines: 40) },
        Sample(name: "night camera.ppm") { landscape(width: 1280, height: 960) },
        Sample(name: "tunnel survey.csv") { levels(rows: 150_000) },
      ]
    ),
  ]

  static func write(_ samples: [Sample], into folder: URL) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    // Old enough to be taken up at once, rather than to be waited for.
    let age = Date(timeIntervalSinceNow: -3_600)
    for sample in samples {
      let file = folder.appendingPathComponent(sample.name)
      try sample.content().write(to: file)
      try FileManager.default.setAttributes([.modificationDate: age], ofItemAtPath: file.path)
    }
  }

  private static func notes(lines: Int) -> Data {
    let birds = ["heron", "teal", "snipe", "kingfisher", "reed warbler", "curlew"]
    let text = (0..<lines).map {
      "\(6 + $0 / 20):\(10 + $0 % 20 * 2)  \(1 + $0 % 5) × \(birds[$0 * 7 % birds.count])"
    }
    return Data((text.joined(separator: "\n") + "\n").utf8)
  }

  private static func levels(rows: Int) -> Data {
    var text = "minute,metres,celsius\n"
    for row in 0..<rows {
      text += "\(row),\(100 + row * 37 % 83),\(row * 13 % 27)\n"
    }
    return Data(text.utf8)
  }

  private static func map(paths: Int) -> Data {
    var text = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1000 1000\">\n"
    for path in 0..<paths {
      text +=
        "<path d=\"M\(path * 31 % 1000) \(path * 17 % 1000) l\(path % 40) \(path % 23)\" stroke=\"#268\"/>\n"
    }
    return Data((text + "</svg>\n").utf8)
  }

  /// A portable pixmap: sky above, reeds below.
  private static func landscape(width: Int, height: Int) -> Data {
    var data = Data("P6\n\(width) \(height)\n255\n".utf8)
    var row = [UInt8](repeating: 0, count: width * 3)
    for y in 0..<height {
      for x in 0..<width {
        let reeds = y > height / 2 && (x * 7 + y / 9) % 11 < 4
        row[3 * x] = UInt8(reeds ? 40 : 120 + y * 60 / height)
        row[3 * x + 1] = UInt8(reeds ? 90 : 160 + y * 40 / height)
        row[3 * x + 2] = UInt8(reeds ? 50 : 220)
      }
      data.append(contentsOf: row)
    }
    return data
  }

  /// Sixteen bits, one channel, 44,100 samples a second.
  private static func tone(hertz: Double, seconds: Int) -> Data {
    let count = 44_100 * seconds
    var data = Data("RIFF".utf8)
    func append(_ value: UInt32, bytes: Int = 4) {
      for shift in 0..<bytes { data.append(UInt8(truncatingIfNeeded: value >> UInt32(8 * shift))) }
    }
    append(UInt32(36 + 2 * count))
    data.append(contentsOf: "WAVEfmt ".utf8)
    append(16)
    append(1, bytes: 2)
    append(1, bytes: 2)
    append(44_100)
    append(88_200)
    append(2, bytes: 2)
    append(16, bytes: 2)
    data.append(contentsOf: "data".utf8)
    append(UInt32(2 * count))
    var samples = [UInt8]()
    samples.reserveCapacity(2 * count)
    for index in 0..<count {
      let value = Int16(12_000 * sin(2 * .pi * hertz * Double(index) / 44_100))
      samples.append(UInt8(truncatingIfNeeded: value))
      samples.append(UInt8(truncatingIfNeeded: value >> 8))
    }
    data.append(contentsOf: samples)
    return data
  }
}
