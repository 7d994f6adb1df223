import Foundation
import Hummingbird
import HummingbirdTesting
import PeerCore
import TestSupport
import Testing

@testable import PeerEngine

@Suite(.timeLimit(.minutes(1))) struct StatsServerTests {
  private func server(port: Int, address: String = "127.0.0.1") -> StatsServer {
    StatsServer(
      client: StillClient(snapshot: sample), address: address, port: port, hostName: "localhost")
  }

  @Test func aPortThatIsTakenIsToldInOneLine() async throws {
    let port = try FreePort.take()
    let first = server(port: port)
    #expect(try await first.start() == port)
    let second = server(port: port)
    await #expect(throws: StatsServerError.addressInUse(address: "127.0.0.1", port: port)) {
      try await second.start()
    }
    await first.stop()
    // On a busy machine the system takes a moment to let go of the port.
    let third = try await eventually("the port is free again") { () -> StatsServer? in
      let server = server(port: port)
      return try await server.start() == port ? server : nil
    }
    await third.stop()
  }

  @Test func anAddressThatIsNotOursIsTold() async throws {
    await #expect(throws: StatsServerError.addressUnknown(address: "192.0.2.1", port: 0)) {
      try await server(port: 0, address: "192.0.2.1").start()
    }
  }

  @Test func errorsSayWhatToDo() {
    #expect(
      StatsServerError.addressInUse(address: "localhost", port: 8041).description
        == "cannot serve the page on localhost:8041: address already in use. "
        + "Is another peer running? Choose another <http_port>.")
    #expect("\(StatsServerError.permissionDenied(address: "::", port: 80))".contains("[::]:80"))
  }

  @Test func connectionsAreCountedByAddress() {
    let counter = ConnectionCounter(limit: 2)
    #expect(counter.opened("a") && counter.opened("a") && !counter.opened("a"))
    #expect(counter.opened("b"))
    counter.closed("a")
    #expect(counter.opened("a"))
  }
}
