import CoreMetrics
import PeerCore
import Synchronization

/// What a peer counts of its work, for `/metrics`. It is told of each event and each effect as they pass; the rest is
/// read when somebody asks.
public final class PeerMetrics: Sendable {
  /// The lengths of the engine's queues, which no snapshot shows.
  struct Queues {
    /// Messages that wait for a connection.
    var messages = 0
    /// Answers that wait for their turn (PROTOCOL.md, "Protection").
    var answers = 0
    /// Changes that wait for the disk.
    var catalogue = 0
    /// Open connections with other peers.
    var connections = 0
  }

  private static let help = [
    "p2ptui_info": "Version of the program; always 1.",
    "p2ptui_peers": "Peers that are tracked.",
    "p2ptui_files": "Files in the catalogue.",
    "p2ptui_files_local": "Files that are here.",
    "p2ptui_transfers": "Transfers by direction and state, those that ended lately included.",
    "p2ptui_bytes_total": "Bytes of files, received and sent.",
    "p2ptui_messages_total": "Messages by direction and type.",
    "p2ptui_failures_total": "What failed, and why.",
    "p2ptui_transfers_ended_total": "Transfers that ended, by direction and outcome.",
    "p2ptui_connections": "Open connections: with peers, of the page, and those that listen to events.",
    "p2ptui_queue_length": "What waits: messages, answers, downloads, uploads, changes of the catalogue.",
    "p2ptui_http_responses_total": "Answers of the page and the API by status.",
    "process_cpu_seconds_total": "Time of all cores, in seconds.",
    "process_resident_memory_bytes": "Memory that is resident.",
    "process_virtual_memory_bytes": "Memory that is mapped.",
    "process_open_fds": "Open file descriptors.",
    "process_max_fds": "File descriptors that may be open.",
    "process_threads": "Threads.",
    "process_start_time_seconds": "When the process started, in seconds since 1970-01-01 UTC.",
  ]

  private let registry = MetricsRegistry(help: help)
  /// Totals that are kept elsewhere, as they were when they were last looked at.
  private let totals = Mutex<[String: Double]>([:])
  /// Gives the lengths of the queues, each time that somebody asks for the metrics.
  private let queues = Mutex<(@Sendable () async -> Queues)?>(nil)

  public init() {}

  func ask(_ queues: @escaping @Sendable () async -> Queues) { self.queues.withLock { $0 = queues } }

  // MARK: As it happens

  func count(_ event: Event) {
    switch event {
    case .received(let message, _, _): countMessage("in", message)
    case .pushed: countMessage("in", .fileData)
    case .fetched: countMessage("in", .fileData)
    case .blocksFetched(_, _?): countMessage("in", .blocks)
    case .fetchFailed(_, let failure), .openFailed(_, let failure), .verifyFailed(_, let failure):
      countFailure("download", failure)
    case .kept: countEnd("down", "done")
    case .keepFailed(_, let failure): countFailure("keep", failure)
    case .uploadEnded(_, nil): countEnd("up", "done")
    case .uploadEnded(_, let failure?):
      countEnd("up", "failed")
      countFailure("upload", failure)
    case .sendFailed: countFailure("message", reason: "undelivered")
    case .importFailed: countFailure("push", reason: "refused")
    default: break
    }
  }

  func count(_ effect: Effect) {
    switch effect {
    case .send(let message, _, _): countMessage("out", MessageType(ofSent: message))
    case .fetch: countMessage("out", .getFile)
    case .fetchBlocks: countMessage("out", .getBlocks)
    case .serve, .replicate, .refuse: countMessage("out", .fileData)
    case .serveBlocks: countMessage("out", .blocks)
    default: break
    }
  }

  func countResponse(status: Int) {
    Counter(label: "p2ptui_http_responses_total", dimensions: [("code", "\(status)")], factory: registry)
      .increment()
  }

  /// A type that this peer does not know counts as `unknown`: others could make up any number of them.
  private func countMessage(_ direction: String, _ message: Message) {
    switch message {
    case .unknown: countMessage(direction, named: "unknown")
    case .invalid: countMessage(direction, named: "invalid")
    default: if let type = message.type { countMessage(direction, type) }
    }
  }

  private func countMessage(_ direction: String, _ type: MessageType) {
    countMessage(direction, named: type.rawValue)
  }

  private func countMessage(_ direction: String, named type: String) {
    Counter(
      label: "p2ptui_messages_total", dimensions: [("direction", direction), ("type", type)],
      factory: registry
    ).increment()
  }

  private func countEnd(_ direction: String, _ outcome: String) {
    Counter(
      label: "p2ptui_transfers_ended_total", dimensions: [("direction", direction), ("outcome", outcome)],
      factory: registry
    ).increment()
  }

  private func countFailure(_ what: String, _ failure: TransferFailure) {
    countFailure(what, reason: failure.metricReason)
  }

  private func countFailure(_ what: String, reason: String) {
    Counter(
      label: "p2ptui_failures_total", dimensions: [("what", what), ("reason", reason)], factory: registry
    ).increment()
  }

  // MARK: When asked

  /// All metrics in Prometheus's text format.
  ///
  /// - Parameters:
  ///   - snapshot: what most of them are read from.
  ///   - connections: open connections of the page.
  ///   - listeners: those among them that listen to events.
  func text(_ snapshot: Snapshot, connections: Int, listeners: Int) async -> String {
    if let queues = queues.withLock({ $0 }) { set(await queues()) }
    set("p2ptui_info", [("version", snapshot.me.version)], 1)
    set("p2ptui_peers", [], Double(snapshot.peers.count))
    set("p2ptui_files", [], Double(snapshot.files.count))
    set("p2ptui_files_local", [], Double(snapshot.filesLocal))
    setConnections("page", connections)
    setConnections("events", listeners)
    setTransfers(snapshot)
    raise("p2ptui_bytes_total", [("direction", "in")], to: Double(snapshot.bytesReceived))
    raise("p2ptui_bytes_total", [("direction", "out")], to: Double(snapshot.bytesSent))
    setProcess()
    return registry.text
  }

  private func set(_ queues: Queues) {
    setQueue("messages", queues.messages)
    setQueue("answers", queues.answers)
    setQueue("catalogue", queues.catalogue)
    setConnections("peers", queues.connections)
  }

  private func setTransfers(_ snapshot: Snapshot) {
    let directions: [TransferView.Direction] = [.down, .up]
    let states: [TransferView.State] = [.queued, .active, .verifying, .paused, .failed, .done]
    for direction in directions {
      for state in states {
        let count = snapshot.transfers.count { $0.direction == direction && $0.state == state }
        let dimensions = [("direction", direction.rawValue), ("state", state.rawValue)]
        set("p2ptui_transfers", dimensions, Double(count))
        if state == .queued { setQueue(direction == .down ? "downloads" : "uploads", count) }
      }
    }
  }

  private func setProcess() {
    guard let figures = ProcessFigures.now() else { return }
    raise("process_cpu_seconds_total", [], to: figures.cpuSeconds)
    set("process_resident_memory_bytes", [], Double(figures.residentBytes))
    set("process_virtual_memory_bytes", [], Double(figures.virtualBytes))
    set("process_open_fds", [], Double(figures.openDescriptors))
    set("process_max_fds", [], Double(figures.maxDescriptors))
    set("process_threads", [], Double(figures.threads))
    set("process_start_time_seconds", [], figures.startTime)
  }

  private func setQueue(_ queue: String, _ length: Int) {
    set("p2ptui_queue_length", [("queue", queue)], Double(length))
  }

  private func setConnections(_ kind: String, _ count: Int) {
    set("p2ptui_connections", [("kind", kind)], Double(count))
  }

  private func set(_ label: String, _ dimensions: [(String, String)], _ value: Double) {
    Meter(label: label, dimensions: dimensions, factory: registry).set(value)
  }

  /// Counts what was added to a total since it was last looked at.
  private func raise(_ label: String, _ dimensions: [(String, String)], to total: Double) {
    let added = totals.withLock { totals in
      let name = label + dimensions.map(\.1).joined()
      defer { totals[name] = max(total, totals[name] ?? 0) }
      return max(0, total - (totals[name] ?? 0))
    }
    FloatingPointCounter(label: label, dimensions: dimensions, factory: registry).increment(by: added)
  }
}

extension TransferFailure {
  fileprivate var metricReason: String {
    switch self {
    case .unreachable: "unreachable"
    case .closedWithoutAnswer: "closed_without_answer"
    case .notHeld: "not_held"
    case .truncated: "truncated"
    case .stalled: "stalled"
    case .tooSlow: "too_slow"
    case .malformed: "malformed"
    case .tooLarge: "too_large"
    case .mismatch: "mismatch"
    case .wrongBlock, .wrongBlocks, .wrongBlockList: "wrong_blocks"
    case .reset: "reset"
    case .quota: "quota"
    case .cancelled: "cancelled"
    case .diskFull: "disk_full"
    case .disk: "disk"
    }
  }
}
