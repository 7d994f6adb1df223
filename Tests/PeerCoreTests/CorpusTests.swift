import Foundation
import TestSupport
import Testing
import WireProperties

@testable import PeerCore

@Suite("Bytes of any kind")
struct CorpusTests {
  private static let folder = Repository.root.appending(path: "Tests/Corpus")

  /// The examples and what the fuzzer found, by name.
  private static let corpus: [(name: String, bytes: [UInt8])] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path()))?.sorted() ?? []
    return names.compactMap { name in
      (try? Data(contentsOf: folder.appending(path: name))).map { (name, [UInt8]($0)) }
    }
  }()

  @Test func `each example says the same wherever it is split, and survives being written again`() {
    #expect(Self.corpus.count >= 31)
    for (name, bytes) in Self.corpus {
      #expect(WireProperties.broken(by: bytes, splits: .everywhere) == nil, "\(name)")
    }
  }

  @Test(arguments: [1, 2, 3, 4])
  func `each damaged example does so too`(seed: UInt64) {
    var random = RandomSource(seed: seed)
    for (name, bytes) in Self.corpus {
      for round in 0..<50 {
        let damaged = damage(bytes, &random)
        #expect(
          WireProperties.broken(by: damaged, splits: .atSomePlaces) == nil,
          "\(name), seed \(seed), round \(round): \(String(decoding: damaged, as: UTF8.self))")
      }
    }
  }

  /// A few bytes changed, left out, put in, or taken from another example.
  private func damage(_ bytes: [UInt8], _ random: inout RandomSource) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
      let place = Int.random(in: bytes.indices, using: &random)
      switch Int.random(in: 0..<5, using: &random) {
      case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 1: bytes.remove(at: place)
      case 2: bytes.insert(Array("\"\\{}[]:,0-.eu\u{0}".utf8).randomElement(using: &random)!, at: place)
      case 3: bytes.removeSubrange(place..<min(bytes.count, place + 16))
      default:
        let other = Self.corpus.randomElement(using: &random)!.bytes
        let start = Int.random(in: 0...other.count, using: &random)
        bytes.insert(contentsOf: other[start..<min(other.count, start + 40)], at: place)
      }
    }
    return bytes
  }
}
