import PeerCore

/// What befalls machines and links.
final class Storm {
  private unowned let world: World
  private var partitions = 0

  init(_ world: World) { self.world = world }

  func begin() {
    world.schedule.after(Int64(world.pick(500...9_000))) { [weak self] in
      guard let self, self.world.isChaotic else { return }
      self.strike()
      self.begin()
    }
  }

  private func strike() {
    guard let machine = world.pick(from: world.machines) else { return }
    switch world.pick(0...9) {
    case 0...3: crash(machine)
    case 4...5: part()
    case 6: fill(machine)
    case 7: spoil(machine)
    default: jump(machine)
    }
  }

  private func crash(_ machine: Machine) {
    guard machine.isUp else { return }
    let losesPower = world.chance(1, in: 2)
    world.faults.note(losesPower ? .powerLoss : .kill)
    world.tell("\(machine.id.text) \(losesPower ? "loses its power" : "is killed")")
    machine.crash(losesPower: losesPower)
    let rest = world.chance(1, in: 5) ? world.pick(60_000...120_000) : world.pick(100...30_000)
    world.schedule.after(Int64(rest)) { [world] in
      world.tell("\(machine.id.text) starts")
      machine.start()
    }
  }

  /// Some can't reach some others, for a time; every third time they can still be reached by them.
  private func part() {
    let some = world.machines.filter { _ in world.chance(1, in: 2) }
    let others = world.machines.filter { machine in !some.contains { $0 === machine } }
    guard !some.isEmpty, !others.isEmpty else { return }
    world.faults.note(.partition)
    world.tell("\(some.map(\.id.text)) cannot reach \(others.map(\.id.text))")
    let isOneWay = world.chance(1, in: 3)
    for a in some {
      for b in others {
        world.network.cut(from: a.address, to: b.address)
        if !isOneWay { world.network.cut(from: b.address, to: a.address) }
      }
    }
    partitions += 1
    let number = partitions
    let rest = world.chance(1, in: 4) ? world.pick(60_000...150_000) : world.pick(1_000...40_000)
    world.schedule.after(Int64(rest)) { [weak self] in
      if let self, self.partitions == number { self.world.network.heal() }
    }
  }

  private func fill(_ machine: Machine) {
    world.faults.note(.diskFull)
    machine.disk.capacity = machine.disk.used + world.pick(0...50_000)
    world.schedule.after(Int64(world.pick(1_000...30_000))) { machine.disk.capacity = .max }
  }

  private func spoil(_ machine: Machine) {
    world.faults.note(.diskError)
    machine.disk.isFailing = true
    world.schedule.after(Int64(world.pick(100...15_000))) { machine.disk.isFailing = false }
  }

  private func jump(_ machine: Machine) {
    world.faults.note(.clockJump)
    machine.wallError += Int64(world.pick(-100_000_000...100_000_000))
  }

  /// Everything works again.
  func end() {
    world.tell("the storm is over")
    world.isChaotic = false
    world.network.heal()
    for machine in world.machines {
      machine.disk.capacity = .max
      machine.disk.isFailing = false
      machine.start()
    }
    for stranger in world.strangers { stranger.leave() }
  }
}
