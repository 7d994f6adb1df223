import PeerCore
import PeerEngine

/// Commands that a snapshot answers.
extension Commands {
  /// Files told by one `list`: more than anybody reads, and an answer of a few megabytes at most.
  static let listedFiles = 10_000
  /// Lines told by `log` unless a number is given.
  static let loggedLines = 20

  func list(_ text: String, _ snapshot: Snapshot) -> Answer {
    let slots = FileQuery(text: text).slots(in: snapshot.files, peers: snapshot.peers)
    let records = slots.prefix(Self.listedFiles).compactMap { snapshot.files[$0] }
    var table = TextTable("ID", "STATE", ">SIZE", ">HOLDERS", "OWNER", "NAME")
    for record in records {
      table.add(
        record.entry.id.short, record.state.rawValue, record.size.map(Units.bytes) ?? "?",
        "\(record.holders.count)", Visible.text(record.entry.owner, limit: 24),
        Visible.text(record.entry.name, limit: 255))
    }
    var lines = records.isEmpty ? [] : table.lines
    if slots.count > records.count {
      lines.append("… and \(slots.count - records.count) more: narrow them with list <text>")
    }
    lines.append(
      text.isEmpty
        ? "\(Units.count(slots.count, "file")), \(snapshot.filesLocal) here"
        : "\(slots.count) of \(Units.count(snapshot.files.count, "file"))")
    return Answer(
      command: "list", lines: lines,
      fields: [
        .init("files", .array(records.map { snapshot.json($0) })),
        .init("total", .integer(Int64(slots.count))),
      ])
  }

  func peers(_ snapshot: Snapshot) -> Answer {
    var table = TextTable("PEER", "ADDRESS", ">SEEN", ">FILES", ">FAILURES")
    for peer in snapshot.peers {
      table.add(
        Visible.text(peer.id.text, limit: 40), Visible.text(peer.endpoint.description, limit: 60),
        "\(Units.duration(snapshot.lastSeenSeconds(peer))) ago", "\(peer.files)", "\(peer.failures)")
    }
    let lines = snapshot.peers.isEmpty ? [] : table.lines
    return Answer(
      command: "peers", lines: lines + [Units.count(snapshot.peers.count, "peer")],
      fields: [.init("peers", .array(snapshot.peers.map { snapshot.json($0) }))])
  }

  func transfers(_ snapshot: Snapshot) -> Answer {
    var table = TextTable(
      "ID", "", "STATE", ">DONE", ">RATE", ">LEFT", ">HOLDERS", ">TRIES", "PRIORITY", "PEER", "FILE")
    for transfer in snapshot.transfers {
      let reason = transfer.error.map { " (\(Visible.text($0, limit: 200)))" } ?? ""
      table.add(
        transfer.file.short, transfer.direction.rawValue, transfer.state.rawValue, transfer.progress,
        transfer.state == .active ? Units.rate(transfer.rate) : "",
        transfer.secondsLeft.map { Units.duration($0) } ?? "", "\(transfer.holders)", "\(transfer.tries)",
        transfer.direction == .down ? transfer.priority.rawValue : "",
        Visible.text(transfer.peer ?? "", limit: 24),
        Visible.text(transfer.fileName, limit: 255) + reason)
    }
    let lines = snapshot.transfers.isEmpty ? [] : table.lines
    return Answer(
      command: "transfers", lines: lines + [Units.count(snapshot.transfers.count, "transfer")],
      fields: [.init("transfers", .array(snapshot.transfers.map { snapshot.json($0) }))])
  }

  func log(_ text: String?, _ snapshot: Snapshot) -> Answer {
    let count = text.map { Int($0) ?? 0 } ?? Self.loggedLines
    guard count > 0 else {
      return .failure("log", "'\(Visible.text(text ?? "", limit: 40))' is no number of lines. Usage: log [n]")
    }
    let entries = snapshot.log.suffix(count)
    return Answer(
      command: "log", lines: entries.map(\.line),
      fields: [
        .init("entries", .array(entries.map(\.json))),
        .init("next", .unsigned(snapshot.log.last?.seq ?? 0)),
      ])
  }

  func stats(_ snapshot: Snapshot) -> Answer {
    let me = snapshot.me
    var table = TextTable("peer", Visible.text(me.peerID.text, limit: 255))
    table.add("address", me.endpoint.description)
    table.add("page", me.pageURL ?? "none")
    table.add("version", me.version)
    table.add("running for", Units.duration(snapshot.uptimeSeconds))
    table.add("shared in", Visible.text(me.filesPath))
    table.add("peers", "\(snapshot.peers.count)")
    table.add("files", "\(snapshot.files.count), \(snapshot.filesLocal) here")
    table.add("transfers", "\(snapshot.openTransfers)")
    table.add("received", "\(Units.bytes(snapshot.bytesReceived)), \(Units.rate(snapshot.rate(.down))) now")
    table.add("sent", "\(Units.bytes(snapshot.bytesSent)), \(Units.rate(snapshot.rate(.up))) now")
    table.add("downloads", bounds(snapshot.slotsDown, snapshot.limitDown))
    table.add("uploads", bounds(snapshot.slotsUp, snapshot.limitUp))
    return Answer(
      command: "stats", lines: table.lines, fields: [.init("status", snapshot.statusJSON)])
  }

  private func bounds(_ slots: Int, _ limit: UInt64?) -> String {
    "\(slots) at once, \(limit.map { "\(Units.rate(Double($0))) at most" } ?? "no limit")"
  }

  func help(_ text: String?) -> Answer {
    if let text {
      guard let spec = CommandName(rawValue: text.lowercased())?.spec else {
        return .failure("help", "no command is called '\(Visible.text(text, limit: 40))'")
      }
      return Answer(
        command: "help", lines: [spec.usage, spec.help] + spec.notes,
        fields: [.init("commands", [json(spec)])])
    }
    let specs = CommandName.allCases.map(\.spec)
    let width = specs.map(\.usage.count).max() ?? 0
    let lines = specs.map { spec in
      spec.usage + String(repeating: " ", count: width + 2 - spec.usage.count) + spec.help
    }
    return Answer(
      command: "help", lines: lines + CommandName.get.spec.notes,
      fields: [.init("commands", .array(specs.map(json)))])
  }

  private func json(_ spec: CommandSpec) -> JSONValue {
    [
      "name": .string(spec.name.rawValue), "arguments": .string(spec.arguments), "help": .string(spec.help),
    ]
  }
}

extension LogEntry {
  /// `2025-04-09T03:49:22.000Z warning  text`, as headless mode and `log` write it.
  var line: String {
    let padding = String(repeating: " ", count: max(0, 7 - level.rawValue.count))
    return
      "\(UTCTime(milliseconds: time).iso8601) \(level.rawValue)\(padding) \(Visible.text(text, limit: 4096))"
  }
}
