import CoreMetrics
import Hummingbird
import PeerCore
import Testing

@testable import PeerEngine

@Suite struct StatsMetricsTests {
  private func lines(_ metrics: PeerMetrics, _ snapshot: Snapshot = sample) async -> Set<String> {
    let text = await metrics.text(snapshot, connections: 3, listeners: 1)
    return Set(text.split(separator: "\n").map(String.init))
  }

  @Test func `the snapshot's figures are told`() async {
    let lines = await lines(PeerMetrics())
    #expect(
      lines.isSuperset(of: [
        "p2ptui_peers 1", "p2ptui_files 2", "p2ptui_files_local 1",
        "p2ptui_bytes_total{direction=\"in\"} 1000", "p2ptui_bytes_total{direction=\"out\"} 2000",
        "p2ptui_transfers{direction=\"down\",state=\"active\"} 1",
        "p2ptui_transfers{direction=\"up\",state=\"done\"} 1", "p2ptui_connections{kind=\"page\"} 3",
        "p2ptui_connections{kind=\"events\"} 1", "p2ptui_info{version=\"0.1.0\"} 1",
        "# TYPE p2ptui_bytes_total counter", "# TYPE p2ptui_peers gauge",
      ]))
  }

  @Test func `totals grow with the snapshot`() async {
    let metrics = PeerMetrics()
    _ = await lines(metrics)
    var later = sample
    later.bytesReceived = 1_500
    #expect(await lines(metrics, later).contains("p2ptui_bytes_total{direction=\"in\"} 1500"))
  }

  @Test func `messages and failures are counted by kind`() async {
    let metrics = PeerMetrics()
    let message = Message.getFile(GetFile(file: nil))
    metrics.count(.received(message, from: "127.0.0.1", on: ConnectionID(1)))
    metrics.count(.received(.unknown(type: "MADE_UP"), from: "127.0.0.1", on: ConnectionID(1)))
    let here = Endpoint(host: "localhost", port: 1)
    for bytes in [
      MessageEncoder.gossip(from: here, peerID: PeerID("a"), id: "x"),
      MessageEncoder.gossipReply(from: here, peerID: PeerID("a"), files: []),
      MessageEncoder.delete(from: PeerID("a"), file: id("aa")), Array(#"{"id":"1","type":"GOSSIP"}"#.utf8),
    ] {
      metrics.count(.send(bytes, to: here))
    }
    metrics.count(.refuse(ConnectionID(1)))
    metrics.count(.fetchFailed(AttemptID(1), .stalled(seconds: 15)))
    metrics.count(.uploadEnded(UploadID(1), nil))
    metrics.count(.sendFailed(to: here, reason: "connection refused"))
    let lines = await lines(metrics)
    #expect(
      lines.isSuperset(of: [
        "p2ptui_messages_total{direction=\"in\",type=\"GET_FILE\"} 1",
        "p2ptui_messages_total{direction=\"in\",type=\"unknown\"} 1",
        "p2ptui_messages_total{direction=\"out\",type=\"GOSSIP\"} 2",
        "p2ptui_messages_total{direction=\"out\",type=\"GOSSIP_REPLY\"} 1",
        "p2ptui_messages_total{direction=\"out\",type=\"DELETE\"} 1",
        "p2ptui_messages_total{direction=\"out\",type=\"FILE_DATA\"} 1",
        "p2ptui_failures_total{what=\"download\",reason=\"stalled\"} 1",
        "p2ptui_failures_total{what=\"message\",reason=\"undelivered\"} 1",
        "p2ptui_transfers_ended_total{direction=\"up\",outcome=\"done\"} 1",
      ]))
  }

  @Test func `queues and the process are told`() async throws {
    let metrics = PeerMetrics()
    metrics.ask { PeerMetrics.Queues(messages: 4, answers: 3, catalogue: 2, connections: 1) }
    let lines = await lines(metrics)
    #expect(lines.contains("p2ptui_queue_length{queue=\"messages\"} 4"))
    #expect(lines.contains("p2ptui_connections{kind=\"peers\"} 1"))
    let memory = try #require(lines.first { $0.hasPrefix("process_resident_memory_bytes ") })
    #expect(try #require(Int(memory.split(separator: " ")[1])) > 1 << 20)
    #expect(lines.contains { $0.hasPrefix("process_start_time_seconds 1") })
  }

  @Test func `every kind of metric is written`() {
    let registry = MetricsRegistry(help: ["a_total": "How many."])
    Counter(label: "a_total", dimensions: [("what", "\"x\"\\\n")], factory: registry).increment(by: 2)
    Gauge(label: "b", factory: registry).record(1.5)
    Recorder(label: "c", dimensions: [], aggregate: true, factory: registry).record(3)
    Timer(label: "d", factory: registry).recordMilliseconds(250)
    #expect(
      registry.text == #"""
        # HELP a_total How many.
        # TYPE a_total counter
        a_total{what="\"x\"\\\n"} 2
        # TYPE b gauge
        b 1.5
        # TYPE c summary
        c_sum 3
        c_count 1
        # TYPE d summary
        d_sum 0.25
        d_count 1

        """#)
  }

  @Test func `the server counts its answers`() async throws {
    try await application().test(.router) { client in
      for path in ["/healthz", "/healthz", "/nothing"] {
        _ = try await client.execute(uri: path, method: .get)
      }
      let answer = try await client.execute(uri: "/metrics", method: .get)
      #expect(answer.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
      #expect(String(buffer: answer.body).contains("p2ptui_http_responses_total{code=\"200\"} 2\n"))
      #expect(String(buffer: answer.body).contains("p2ptui_http_responses_total{code=\"404\"} 1\n"))
    }
  }
}
