/// A state that a test waited for did not come in time.
public struct NotInTime: Error, CustomStringConvertible {
  public let description: String
}

/// What a program said or did was not what the test could go on with.
public struct Unexpected: Error, CustomStringConvertible {
  public let description: String
  public init(_ description: String) { self.description = description }
}

/// What is waited for can't come any more, so that waiting on makes no sense.
public struct Hopeless: Error, CustomStringConvertible {
  public let description: String
  public init(_ description: String) { self.description = description }
}

/// How long a test waits for a state by default. Long, because a loaded machine is slow; a test that passes
/// never waits that long.
public let patience = Duration.seconds(60)

/// Asks again and again until there is a value, and returns it. Errors of `probe` but `Hopeless` count as
/// "not yet"; the last one is told if time runs out.
public func eventually<T>(
  _ what: String, within limit: Duration = patience, file: String = #fileID, line: Int = #line,
  isolation: isolated (any Actor)? = #isolation, _ probe: () async throws -> T?
) async throws -> T {
  let clock = ContinuousClock()
  let deadline = clock.now + limit
  var pause = Duration.milliseconds(10)
  var problem: (any Error)?
  while true {
    do {
      if let value = try await probe() { return value }
      problem = nil
    } catch let error as Hopeless {
      throw Unexpected("\(file):\(line): \(what): \(error)")
    } catch {
      problem = error
    }
    guard clock.now < deadline else { break }
    try await Task.sleep(for: pause)
    pause = min(pause * 2, .milliseconds(100))
  }
  let reason = problem.map { " (\($0))" } ?? ""
  throw NotInTime(description: "\(file):\(line): not within \(limit): \(what)\(reason)")
}

/// Waits until `condition` is true.
public func eventually(
  _ what: String, within limit: Duration = patience, file: String = #fileID, line: Int = #line,
  isolation: isolated (any Actor)? = #isolation, that condition: () async throws -> Bool
) async throws {
  _ = try await eventually(what, within: limit, file: file, line: line) {
    try await condition() ? true : nil
  }
}
