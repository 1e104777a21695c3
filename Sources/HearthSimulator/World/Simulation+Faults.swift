internal import HearthEngine
internal import HearthHub
internal import HearthMemory
internal import HearthModel
internal import HearthProtocol
internal import HearthReplica
internal import HearthWire

// What goes wrong, one thing at a time.

extension Simulation {
  func goWrong(_ dice: inout Dice) throws {
    // Drawn of all faults, so that a fault that is switched off changes no other.
    let choices = Fault.allCases.map { ($0, plan.faults.contains($0) ? $0.weight : 0) }
    guard let fault = dice.weighted(choices) else { return }
    let index = dice.below(plan.households * plan.devicesPerHousehold)
    guard !plan.omittedDevices.contains(index) else { return }
    let device = successor(of: devices[index])
    guard !device.isGone else { return }
    faults[fault, default: 0] += 1
    trace.note(now, "fault \(fault.rawValue) (\(device.name))")
    switch fault {
    case .delay, .reset, .halfOpen, .partition, .oneWay, .duplicate, .truncate, .corrupt, .slowReader, .stampede:
      try breakNetwork(fault, device, &dice)
    case .deviceCrash, .deviceRestore, .deviceClone, .deviceReplace, .deviceLapse, .resend:
      try breakDevice(fault, device, &dice)
    case .clockJump, .clockYears, .clockBackwards, .clockSpeed: breakClock(fault, device, &dice)
    case .hubCrash, .hubRestart, .hubRestore, .diskFull, .diskError, .slowDisk, .compaction: try breakHub(fault, &dice)
    case .forgery, .noise: try intrude(fault, device, &dice)
    }
  }

  // MARK: The network

  private func breakNetwork(_ fault: Fault, _ device: SimulatedDevice, _ dice: inout Dice) throws {
    let until = now + dice.within(100...(dice.oneIn(4) ? 200_000 : 20_000))
    switch fault {
    case .delay: still(device, toHub: now + dice.within(500...5000), toDevice: now + dice.within(500...5000))
    case .reset: if let line = device.line { endsSoon(line) }
    case .halfOpen: device.line?.isDead = true
    case .partition:
      // A stable one: a part of the devices is cut off.
      for other in devices where other === device || dice.oneIn(2) {
        other.cutOffUntil = until
        still(other, toHub: until, toDevice: until)
      }
    case .oneWay: dice.oneIn(2) ? still(device, toHub: until, toDevice: 0) : still(device, toHub: 0, toDevice: until)
    case .duplicate: device.duplicates += 1
    case .truncate: device.truncates += 1
    case .corrupt: device.corrupts += 1
    case .slowReader: still(device, toHub: 0, toDevice: until)
    case .stampede:
      for other in devices { if let line = other.line { endsSoon(line) } }
    default: break
    }
  }

  private func still(_ device: SimulatedDevice, toHub: Int64, toDevice: Int64) {
    guard let line = device.line else { return }
    line.stillToHub = max(line.stillToHub, toHub)
    line.stillToDevice = max(line.stillToDevice, toDevice)
  }

  // MARK: Devices

  private func breakDevice(_ fault: Fault, _ device: SimulatedDevice, _ dice: inout Dice) throws {
    switch fault {
    case .deviceCrash:
      if dice.oneIn(3) { return crashed(device) }
      // At one of the next writes, before it or behind it.
      device.disk.crash = (dice.below(6), dice.oneIn(2))
    case .deviceRestore: restore(device, &dice)
    case .deviceClone: try clone(device, &dice)
    case .deviceReplace: try replace(device, &dice)
    case .deviceLapse:
      try disconnect(device)
      try leap(by: dice.within(1...90) * 86_400_000)
    case .resend: try act(device) { core in try core.resend(device.disk) }
    default: break
    }
  }

  /// Takes a backup, or puts the last one back.
  private func restore(_ device: SimulatedDevice, _ dice: inout Dice) {
    guard let backup = device.backups.popLast() else { return device.backups.append(device.disk.content.copy()) }
    crashed(device)
    device.disk.restore(backup)
    if dice.oneIn(2) { device.backups.append(backup.copy()) }
    let kept = Set(backup.load(pack: pack).outbox.map { AuthoredKey($0.changeSet) })
      .union(backup.settledEntries.map { AuthoredKey($0.changeSet) })
    device.authored = device.authored.filter { kept.contains($0.key) }
    trace.note(now, "\(device.name) is put back from a backup")
  }

  /// Another phone gets a copy of this one's app, and both go on.
  private func clone(_ device: SimulatedDevice, _ dice: inout Dice) throws {
    guard devices.count < 24 else { return }
    let copy = SimulatedDevice(
      index: devices.count, name: "\(device.name)-copy\(devices.count)", household: device.household,
      member: device.member, token: device.token, disk: DeviceDisk(device.disk.content.copy()), clock: device.clock,
      random: Dice(seed: plan.seed, "copy", UInt64(devices.count)))
    (copy.authored, copy.takenIn) = (device.authored, device.takenIn)
    (copy.wasCopied, device.wasCopied) = (true, true)
    copy.isHostile = device.isHostile
    copy.start(pack)
    devices.append(copy)
    // Both give the next numbers to something of their own.
    if dice.oneIn(2) { for twin in [copy, device] where twin.core != nil { try edit(twin, &dice) } }
    try connect(copy)
  }

  /// The device is lost; its owner gets a new one.
  private func replace(_ device: SimulatedDevice, _ dice: inout Dice) throws {
    guard devices.count < 24, hub.pending == nil else { return }
    if let line = device.line { line.isDead = true }
    (device.core, device.line, device.isGone) = (nil, nil, true)
    let new = try addDevice(to: device.household, member: device.member, &dice)
    trace.note(now, "\(device.name) is lost, \(new.name) takes its place")
    try connect(new)
  }

  /// Nobody is there for long: all lines end in good order, so that the clock may leap.
  private func leap(by milliseconds: Int64) throws {
    let wanted = devices.filter(\.isWanted)
    for device in devices { try disconnect(device) }
    try pump(until: now + 10_000)
    try pump(until: now + milliseconds)
    for device in wanted where !device.isGone { try connect(device) }
  }

  // MARK: Clocks

  private func breakClock(_ fault: Fault, _ device: SimulatedDevice, _ dice: inout Dice) {
    switch fault {
    case .clockJump:
      if dice.oneIn(6) {
        hub.ahead += dice.within(-60_000...60_000)
      } else {
        let jump = dice.within(-3_600_000...3_600_000)
        // An hour of a summer that begins or ends is everybody's.
        let isEverybodys = dice.oneIn(3)
        for other in devices where isEverybodys ? other.household == device.household : other === device {
          other.clock.jump(by: isEverybodys ? 3_600_000 : jump, at: now)
        }
      }
    case .clockYears: device.clock.set(aheadBy: dice.within(-50...50) * 31_536_000_000, at: now)
    case .clockBackwards: device.clock.run(fastBy: -dice.within(1001...3000), at: now)
    case .clockSpeed: device.clock.run(fastBy: dice.within(-900...900), at: now)
    default: break
    }
  }

  // MARK: The hub

  private func breakHub(_ fault: Fault, _ dice: inout Dice) throws {
    switch fault {
    case .hubCrash: try hubCrashes(isSilent: dice.oneIn(3), restartAfter: dice.within(100...30_000))
    case .hubRestart: try hubRestarts()
    case .hubRestore: try restoreHub(&dice)
    case .diskFull:
      hub.diskIsFull = true
      agenda.arrange(.diskMends, at: now + dice.within(1000...30_000))
    case .diskError: hub.diskFails = true
    case .compaction: try compact(&dice)
    case .slowDisk: hub.syncMilliseconds = dice.oneIn(2) ? 0...4 : 50...600
    default: break
    }
  }

  /// Takes a backup of the database, or puts the last one back.
  private func restoreHub(_ dice: inout Dice) throws {
    guard let backup = hub.backup else {
      hub.backup = (hub.store.copy(), watch.memory)
      return trace.note(now, "a backup of the hub is made")
    }
    guard hub.isRunning else { return }
    try hubCrashes(isSilent: dice.oneIn(2), restartAfter: dice.within(100...10_000))
    hub.backup = nil
    hub.store = try merged(backup.store)
    watch.memory = backup.watch
    hub.wasPutBack = true
    trace.note(now, "the hub is put back from a backup")
  }

  /// The backup, with the devices that were paired since: they would have to be paired again.
  private func merged(_ backup: MemoryStore) throws -> MemoryStore {
    let store = backup.copy()
    for household in households {
      let known = Set(try store.devices(of: household.id).map(\.id))
      for device in try hub.store.devices(of: household.id) where !known.contains(device.id) {
        try store.addDevice(device)
      }
    }
    return store
  }
}
