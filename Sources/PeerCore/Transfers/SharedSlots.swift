/// Which of many transfers may run (PROTOCOL.md, "Protection").
///
/// A slow peer is not cut off as long as it moves, so those at one address could hold every slot. The last slots,
/// `1 / Limits.reservedSlotShare` of them and one at least if there are two, go to addresses that have none. On
/// loopback, where one address is many peers, nothing is kept back.
package struct SharedSlots {
  private var free: Int
  private let reserved: Int
  /// Where those are that have a slot.
  private var served: Set<String>

  /// - Parameter running: addresses of the transfers that run.
  package init(_ count: Int, limits: Limits, running: some Collection<String>) {
    reserved = count < 2 ? 0 : max(1, count / limits.reservedSlotShare)
    free = count - running.count
    served = Set(running.lazy.map { NumericAddress.network(of: $0) })
  }

  /// - Returns: whether a transfer with that address may begin; then it has its slot.
  package mutating func take(for address: String) -> Bool {
    let network = NumericAddress.network(of: address)
    let isSpare = free > reserved || !served.contains(network) || NumericAddress.isLoopback(address)
    guard free > 0, isSpare else { return false }
    free -= 1
    served.insert(network)
    return true
  }
}
