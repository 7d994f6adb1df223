import Benchmark
import PeerCore

/// The core: one event in, effects out.
func addStepBenchmarks() {
  Benchmark("step: GOSSIP of one of 1,000 tracked peers", configuration: .init(scalingFactor: .kilo)) {
    benchmark in
    var state = Fixtures.state()
    for number in 0..<1_000 {
      receive(.gossip(Fixtures.gossip(from: number, round: 0)), number, &state, at: 1)
    }
    let gossip = (0..<1_000).map { Fixtures.gossip(from: $0, round: 1) }
    benchmark.startMeasurement()
    for (time, index) in benchmark.scaledIterations.enumerated() {
      receive(.gossip(gossip[index % 1_000]), index % 1_000, &state, at: Int64(2 + time))
    }
  }
  let reply = Fixtures.reply(from: 1, files: 100_000)
  Benchmark("step: first GOSSIP_REPLY of 100,000 entries") { benchmark in
    var state = Fixtures.state()
    benchmark.startMeasurement()
    receive(.gossipReply(reply), 1, &state, at: 1)
    benchmark.stopMeasurement()
    blackHole(state)
  }
  Benchmark("step: the same GOSSIP_REPLY again") { benchmark in
    var state = Fixtures.state()
    receive(.gossipReply(reply), 1, &state, at: 1)
    benchmark.startMeasurement()
    receive(.gossipReply(reply), 1, &state, at: 2)
    benchmark.stopMeasurement()
    blackHole(state)
  }
}

private func receive(_ message: Message, _ number: Int, _ state: inout PeerState, at uptime: Int64) {
  blackHole(
    state.step(
      .received(message, from: Fixtures.peer(number).endpoint.host, on: ConnectionID(UInt64(uptime))),
      at: Fixtures.moment(uptime)))
}
