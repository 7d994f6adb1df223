import Foundation
import PeerCore
import PeerEngine

/// Serves without a screen: command lines from `input`, answers on `output`, the log on `log`.
///
/// The end of input and `exit` end the commands, not the peer: the log goes on until the peer has stopped
/// or the task is cancelled. A reader of the output that goes away (SIGPIPE) ends nothing.
///
/// - Returns: `.quit` if that was commanded, else `nil`, after the peer stopped or the task was cancelled.
/// - Throws: `POSIXError` if the system has no descriptors left.
func runHeadless(
  client: any PeerClient, commands: Commands, json: Bool = false, input: Int32 = STDIN_FILENO,
  output: Int32 = STDOUT_FILENO, log: Int32 = STDERR_FILENO
) async throws -> Leave? {
  signal(SIGPIPE, SIG_IGN)
  let lines = try LineInput(descriptor: input)
  return await withTaskGroup(of: Leave?.self) { group in
    group.addTask {
      await printLog(of: client, to: LineOutput(descriptor: log), json: json)
      return nil
    }
    group.addTask {
      let leave = await answerLines(lines, commands, LineOutput(descriptor: output), json: json)
      if leave != .quit { await sleepUntilCancelled() }
      return leave
    }
    let leave = await group.next() ?? nil
    group.cancelAll()
    return leave == .quit ? .quit : nil
  }
}

/// Answers until the end of input, `exit`, `quit` or cancellation.
private func answerLines(
  _ lines: LineInput, _ commands: Commands, _ output: LineOutput, json: Bool
) async -> Leave? {
  while let line = await lines.next() {
    let answer: Answer?
    switch line {
    case .text(let text): answer = await commands.answer(text)
    case .tooLong: answer = .failure("", "a line is longer than \(LineInput.longestLine) bytes")
    }
    guard let answer else { continue }
    await output.print(json ? [answer.json.text] : answer.output.lines)
    if let leave = answer.leave { return leave }
  }
  return nil
}

/// Every entry of the log once, as long as this keeps up: the snapshots hold the newest
/// `Limits.logLines`, and what was missed is counted.
private func printLog(of client: any PeerClient, to log: LineOutput, json: Bool) async {
  var last: UInt64 = 0
  for await snapshot in client.snapshots() {
    let news = snapshot.log[snapshot.log.partitioningIndex { $0.seq > last }...]
    guard let first = news.first, let newest = news.last else { continue }
    var lines = news.map { json ? $0.json.text : $0.line }
    if first.seq > last + 1, !json { lines.insert("… \(first.seq - last - 1) lines not shown", at: 0) }
    last = newest.seq
    await log.print(lines)
  }
}

private func sleepUntilCancelled() async {
  let (stream, continuation) = AsyncStream.makeStream(of: Never.self)
  await withTaskCancellationHandler {
    for await _ in stream {}
  } onCancel: {
    continuation.finish()
  }
}

extension RandomAccessCollection {
  /// The first index whose element belongs to the second part of a collection that a predicate parts in two.
  fileprivate func partitioningIndex(_ belongsToSecond: (Element) -> Bool) -> Index {
    var (low, high) = (startIndex, endIndex)
    while low < high {
      let middle = index(low, offsetBy: distance(from: low, to: high) / 2)
      if belongsToSecond(self[middle]) { high = middle } else { low = index(after: middle) }
    }
    return low
  }
}
