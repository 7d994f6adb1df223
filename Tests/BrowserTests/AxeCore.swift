import Foundation
import TestSupport

/// axe-core, which finds what keeps people with assistive technology from using a page. It comes from a
/// package of PyPI, for the time of the tests only.
enum AxeCore {
  private static let package = "axe-playwright-python==0.1.8"

  /// Its script; `nil` if the package can't be had here.
  static let script = Task { try? await load() }

  static var isThere: Bool { get async { await script.value != nil } }

  private static func load() async throws -> String? {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("p2ptui-test-axe-\(UUID().uuidString.prefix(8))")
    defer { try? FileManager.default.removeItem(at: folder) }
    let minute = Duration.seconds(60)
    _ = try await ChildProcess.run(
      "python3", ["-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder.path, package],
      within: minute)
    let wheels = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    guard let wheel = wheels.first(where: { $0.hasSuffix(".whl") }) else { return nil }
    _ = try await ChildProcess.run(
      "python3", ["-m", "zipfile", "-e", folder.appendingPathComponent(wheel).path, folder.path],
      within: minute)
    return try String(
      contentsOf: folder.appendingPathComponent("axe_playwright_python/axe.min.js"), encoding: .utf8)
  }

  /// What it finds on the page that a browser shows, as sentences.
  static func findings(in browser: Browser) async throws -> [String] {
    guard let script = await script.value else { throw Unexpected("axe-core could not be had") }
    try await browser.run(script)
    let found = try await browser.evaluate(
      """
      axe.run().then((found) => found.violations.map((violation) =>
        violation.id + " (" + violation.help + "): "
        + violation.nodes.map((node) => node.html + " " + node.failureSummary).join("; ")).join("\\n"))
      """)
    return found.split(separator: "\n").map(String.init)
  }
}
