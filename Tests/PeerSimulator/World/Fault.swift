/// What goes wrong, by name. How often is counted.
public enum Fault: String, CaseIterable, Sendable {
  case latency, stall, reset, halfOpen = "half-open", refused, partition, resolver
  case kill, powerLoss = "power loss", lostWrite = "lost write"
  case diskFull = "full disk", diskError = "failing disk", slowDisk = "slow disk"
  case clockJump = "clock jump"
  case lie, flood, repeatedID = "repeated id", resurrection, spoofedDelete = "spoofed delete"
  case stolenID = "stolen id", takenName = "taken name", hoardedSlots = "hoarded slots", junk, wrongBytes =
    "wrong bytes", wrongBlocks = "wrong blocks"
  case unaskedFile = "unasked file", thirdParty = "third party"
  case putByHand = "put by hand", takenByHand = "taken by hand"
}

/// How often each name came up.
public struct Tally<Name: Hashable & CaseIterable & RawRepresentable<String> & Sendable>: Sendable {
  private var counts: [Name: Int] = [:]

  public init() {}

  public subscript(name: Name) -> Int { counts[name] ?? 0 }
  public var total: Int { Name.allCases.reduce(0) { $0 + self[$1] } }

  mutating func note(_ name: Name, _ count: Int = 1) { counts[name, default: 0] += count }

  public mutating func add(_ other: Tally) {
    for name in Name.allCases { counts[name, default: 0] += other[name] }
  }
}
