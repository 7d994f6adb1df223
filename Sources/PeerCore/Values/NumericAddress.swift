/// IP addresses as numeric texts, as the system writes them.
public enum NumericAddress {
  private static let mapped = "::ffff:"

  /// An address in the form in which it is used everywhere: one of IPv4 that came through a socket of IPv6 loses its
  /// prefix `::ffff:`.
  public static func plain(_ address: String) -> String {
    address.hasPrefix(mapped) && address.contains(".") ? String(address.dropFirst(mapped.count)) : address
  }

  /// What a bound by address counts by. Whoever has one address of IPv6 has all 2^64 of its network, so that these
  /// count as one; addresses of IPv4, and those of loopback, stand for themselves.
  ///
  /// - Parameter address: as `plain` gives it.
  public static func network(of address: String) -> String {
    guard address.contains(":"), !isLoopback(address) else { return address }
    let halves = address.prefix { $0 != "%" }.split(separator: "::", omittingEmptySubsequences: false)
    let groups = halves.map { $0.split(separator: ":") }
    guard let first = groups.first else { return address }
    let zeros = max(0, 8 - groups.reduce(0) { $0 + $1.count })
    let all = halves.count < 2 ? first : first + Array(repeating: "0", count: zeros) + groups[1]
    return all.prefix(4).joined(separator: ":") + "::/64"
  }

  /// Whether an address means something on one machine or in one network only, and cannot be reached from the Internet:
  /// loopback, link-local, private and shared addresses (RFC 1918, 3927, 4193, 6598).
  public static func isPrivate(_ address: String) -> Bool {
    if isLoopback(address) { return true }
    let plain = plain(address)
    let numbers = plain.split(separator: ".").compactMap { UInt8($0) }
    guard numbers.count == 4 else {
      let group = UInt16(plain.prefix { $0 != ":" }, radix: 16) ?? 0
      return group & 0xFFC0 == 0xFE80 || group & 0xFE00 == 0xFC00
    }
    switch (numbers[0], numbers[1]) {
    case (10, _), (192, 168), (169, 254), (172, 16...31), (100, 64...127): return true
    default: return false
    }
  }

  /// Whether a text is an address rather than a name: four numbers, or one of IPv6.
  public static func isNumeric(_ text: String) -> Bool {
    if text.contains(":") { return text.allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." } }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
  }

  /// Whether an address is a loopback address, by which the peers of one machine reach each other. Many peers may share
  /// it.
  public static func isLoopback(_ address: String) -> Bool {
    address == "::1" || plain(address).hasPrefix("127.")
  }
}
