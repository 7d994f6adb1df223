import Foundation
import PeerCore
import Testing

@testable import PeerEngine

@Suite("A home") struct StorageHomeTests {
  let home: TemporaryHome
  init() throws { home = try TemporaryHome() }

  @Test func `it is laid out`() async throws {
    try await home.open { _ in
      #expect(home.names(in: "") == [".p2ptui", "files"])
      #expect(
        Set(home.names(in: ".p2ptui")).isSuperset(of: ["catalogue.sqlite", "lock", "partial", "trash"]))
    }
  }

  @Test func `a second peer is refused, and told who the first is`() async throws {
    try await home.open { _ in
      let error = #expect(throws: StartError.self) { try HomeStore.open(home: home.path) }
      #expect(
        error?.description
          == "cannot use home \(home.path): another peer (pid \(getpid())) is running there."
          + " Stop it, or choose another --home.")
    }
    try await home.open { _ in }
  }

  @Test func `one that cannot be used is reported in one line`() throws {
    try home.put("a", "not a directory")
    let error = #expect(throws: StartError.self) { try HomeStore.open(home: "\(home.path)/a") }
    #expect(
      error?.description
        == "cannot use home \(home.path)/a: \(home.path)/a: not a directory."
        + " Choose another --home, or make this one writable.")
    #expect(throws: StartError.self) { try HomeStore.open(home: "\(home.path)/no/such") }
  }

  @Test func `trash is kept for thirty days`() async throws {
    try await home.open { _ in }
    let now = Disk.nowMilliseconds()
    try home.put(".p2ptui/trash/\(now - HomeStore.trashAge + 60_000)-1-young", "")
    try home.put(".p2ptui/trash/\(now - HomeStore.trashAge - 60_000)-1-old", "")
    try home.put(".p2ptui/trash/not ours", "")
    try await home.open { _ in }
    #expect(home.names(in: ".p2ptui/trash").map { $0.suffix(5) } == ["young", " ours"])
  }

  @Test(.enabled(if: FileManager.default.isWritableFile(atPath: "/dev/shm")))
  func `files on another disk are reported at the start`() async throws {
    let elsewhere = "/dev/shm/p2ptui-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: elsewhere, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: elsewhere) }
    try FileManager.default.createSymbolicLink(atPath: "\(home.path)/files", withDestinationPath: elsewhere)
    try await home.open { store in #expect(store.warnings.count == 1) }
  }

  @Test func `folders among partial files and in the trash are left alone`() async throws {
    try await home.open { _ in }
    for name in ["partial/folder", "trash/1-folder"] { try home.makeFolder(".p2ptui/\(name)") }
    try await home.open { _ in }
    #expect(
      home.names(in: ".p2ptui/partial") == ["folder"] && home.names(in: ".p2ptui/trash") == ["1-folder"])
  }
}
