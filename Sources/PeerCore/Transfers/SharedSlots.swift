/// Which uploads may run (PROTOCOL.md, "Protection").
///
/// A slow reader is not cut off as long as it moves, so readers from one address could hold every slot. The last
/// slots, `1 / Limits.reservedSlotShare` of them and one at least if there are two, go to addresses that have none. On
/// loopback, where one address is many peers, nothing is kept back.
struct UploadSlots {
  private var free: Int
  private let reserved: Int
  /// Addresses that have a slot.
  private var served: Set<String>

  /// - Parameter running: addresses of the uploads that run.
  init(_ count: Int, limits: Limits, running: [String]) {
    reserved = count < 2 ? 0 : max(1, count / limits.reservedSlotShare)
    free = count - running.count
    served = Set(running)
  }

  /// - Returns: whether an upload to that address may begin; then it has its slot.
  mutating func take(for address: String) -> Bool {
    let isSpare = free > reserved || !served.contains(address) || Endpoint.isLoopback(address)
    guard free > 0, isSpare else { return false }
    free -= 1
    served.insert(address)
    return true
  }
}
