import Foundation
import TestSupport

/// A page in headless Chromium, steered through its debugging pipe.
final class Browser: Sendable {
  private let process: ChildProcess
  private let session: String

  /// The browser's name in `PATH`; `nil` if there is none.
  static let executable: String? = {
    let directories = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return ["chromium", "chromium-browser", "google-chrome"].first { name in
      directories.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(name)") }
    }
  }()

  /// Whether tests in a browser can run. In CI they must.
  static var isThere: Bool { executable != nil || ProcessInfo.processInfo.environment["CI"] != nil }

  /// - Parameters:
  ///   - profile: a directory for the browser's own files.
  ///   - scripts: whether pages may run any.
  init(profile: URL, scripts: Bool) async throws {
    guard let executable = Self.executable else {
      throw Unexpected("Chromium is missing: apt-get install chromium")
    }
    // Commands and answers go through the descriptors 3 and 4, each ended by a zero byte.
    process = try ChildProcess(
      "sh",
      [
        "-c", #"exec "$0" "$@" 3<&0 4>&1 >&2 </dev/null"#, executable,
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
        "--remote-debugging-pipe", "--user-data-dir=\(profile.path)", "about:blank",
      ], separator: 0)
    let target = try await Self.call(process, "Target.createTarget", ["url": "about:blank"])
    let attached = try await Self.call(
      process, "Target.attachToTarget",
      ["targetId": target["targetId"] as? String ?? "", "flatten": true])
    session = attached["sessionId"] as? String ?? ""
    if !scripts {
      try await Self.call(
        process, "Emulation.setScriptExecutionDisabled", ["value": true], session: session)
    }
  }

  func open(_ url: String) async throws {
    try await Self.call(process, "Page.navigate", ["url": url], session: session)
  }

  func resize(width: Int, height: Int) async throws {
    try await Self.call(
      process, "Emulation.setDeviceMetricsOverride",
      ["width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600], session: session)
  }

  /// What the user's system prefers.
  func prefer(dark: Bool) async throws {
    let feature = ["name": "prefers-color-scheme", "value": dark ? "dark" : "light"]
    try await Self.call(process, "Emulation.setEmulatedMedia", ["features": [feature]], session: session)
  }

  /// Requests to such addresses (`*` stands for anything) fail from now on.
  func block(_ addresses: [String]) async throws {
    try await Self.call(process, "Network.enable", [:], session: session)
    try await Self.call(process, "Network.setBlockedURLs", ["urls": addresses], session: session)
  }

  /// Types into what has the focus.
  func type(_ text: String) async throws {
    try await Self.call(process, "Input.insertText", ["text": text], session: session)
  }

  /// Presses and releases a key, such as `Tab` or `Enter`.
  func press(_ key: String, code: Int) async throws {
    for kind in ["rawKeyDown", "char", "keyUp"] where kind != "char" || key == "Enter" {
      try await Self.call(
        process, "Input.dispatchKeyEvent",
        ["type": kind, "key": key, "windowsVirtualKeyCode": code, "text": kind == "char" ? "\r" : ""],
        session: session)
    }
  }

  /// Runs statements of JavaScript whether or not the page's own scripts may run.
  func run(_ statements: String) async throws { _ = try await evaluate("(() => { \(statements) })()") }

  /// The value of an expression of JavaScript, as text; a promise is waited for. Works where the page's own
  /// scripts may not run.
  ///
  /// - Throws: what the expression throws.
  func evaluate(_ expression: String) async throws -> String {
    let answer = try await Self.call(
      process, "Runtime.evaluate",
      ["expression": "Promise.resolve(\(expression)).then(String)", "awaitPromise": true], session: session)
    if let details = answer["exceptionDetails"] as? [String: Any] {
      let exception = details["exception"] as? [String: Any]
      throw Unexpected("\(exception?["description"] ?? details)")
    }
    let result = answer["result"] as? [String: Any]
    return result?["value"] as? String ?? ""
  }

  func isTrue(_ condition: String) async throws -> Bool { try await evaluate(condition) == "true" }

  /// What a reader of the page sees.
  func text() async throws -> String { try await evaluate("document.body.innerText") }

  func end() async { try? await process.end() }

  @discardableResult
  private static func call(
    _ process: ChildProcess, _ method: String, _ parameters: [String: Any], session: String? = nil
  ) async throws -> [String: Any] {
    let id = Int.random(in: 1...Int(Int32.max))
    var message: [String: Any] = ["id": id, "method": method, "params": parameters]
    if let session { message["sessionId"] = session }
    let line = String(decoding: try JSONSerialization.data(withJSONObject: message), as: UTF8.self)
    process.send(line: line)
    return try await eventually("the browser's answer to \(method)") {
      if let status = process.status { throw Hopeless("the browser ended with status \(status)") }
      for line in process.output.all.reversed() {
        let answer = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        guard answer?["id"] as? Int == id else { continue }
        if let error = answer?["error"] { throw Hopeless("\(method): \(error)") }
        return answer?["result"] as? [String: Any] ?? [:]
      }
      return nil
    }
  }
}

/// Runs a test with a browser, and ends that whatever happens.
func withBrowser(
  _ neighbourhood: Neighbourhood, scripts: Bool = true, _ body: (Browser) async throws -> Void
) async throws {
  let browser = try await Browser(
    profile: neighbourhood.makeDirectory("browser-\(UUID().uuidString.prefix(8))"), scripts: scripts)
  do {
    try await body(browser)
  } catch {
    await browser.end()
    throw error
  }
  await browser.end()
}
