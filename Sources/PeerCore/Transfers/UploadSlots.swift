/// Which uploads may run (PROTOCOL.md, "Protection").
///
/// A slow reader is not cut off as long as it moves, so readers from one address could hold every slot. The last
/// slots, `1 / Limits.reservedSlotShare` of them and one at least if there are two, go to addresses that have none. On
/// loopback, where one address is many peers, nothing is kept back.
struct UploadSlots {
  private var free: Int
  private let reserved: Int
  private var taken: [String: Int] = [:]

  /// - Parameter running: addresses of the uploads that run.
  init(_ count: Int, limits: Limits, running: some Sequence<String>) {
    reserved = count < 2 ? 0 : max(1, count / limits.reservedSlotShare)
    free = count
    for address in running {
      taken[address, default: 0] += 1
      free -= 1
    }
  }

  /// - Returns: whether an upload to that address may begin; then it has its slot.
  mutating func take(for address: String) -> Bool {
    let isSpare = free > reserved || taken[address] == nil || Endpoint.isLoopback(address)
    guard free > 0, isSpare else { return false }
    free -= 1
    taken[address, default: 0] += 1
    return true
  }
}
