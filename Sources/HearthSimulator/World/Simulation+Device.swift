internal import HearthModel
internal import HearthProtocol
internal import HearthReplica

// A device's shell: what the device library does with sockets, timers and the disk, on the virtual clock.

extension Simulation {
  /// Lets the core do something and carries out what it asks for; a crash of the process on the way ends it.
  func act(_ device: SimulatedDevice, _ body: (inout DeviceCore) throws -> [DeviceCore.Effect]) throws {
    guard var core = device.core else { return }
    do {
      let effects = try body(&core)
      device.core = core
      try carryOut(effects, device)
    } catch is DeviceCrash {
      crashed(device)
    }
  }

  /// The process is gone, and with it what it had in memory and on its lips.
  func crashed(_ device: SimulatedDevice) {
    trace.note(now, "\(device.name) crashes")
    device.core = nil
    device.disk.crash = nil
    device.attempts += 1
    if let line = device.line {
      device.line = nil
      if noise.oneIn(3) { line.isDead = true } else { tellHubOfEnd(line) }
    }
    agenda.arrange(.deviceStarts(device: device.index), at: now + noise.within(50...20_000))
  }

  func deviceStarts(_ device: SimulatedDevice) throws {
    guard device.core == nil, !device.isGone else { return }
    trace.note(now, "\(device.name) starts")
    device.start(pack)
    if device.isWanted { try connect(device) }
  }

  func connect(_ device: SimulatedDevice) throws {
    device.isWanted = true
    try act(device) { core in try core.connect(device.moment(at: now), device.disk) }
  }

  func disconnect(_ device: SimulatedDevice) throws {
    device.isWanted = false
    try act(device) { core in try core.disconnect(device.moment(at: now), device.disk) }
  }

  func wake(_ device: SimulatedDevice) throws {
    guard let at = device.wakesAt, at <= now else { return }
    device.wakesAt = nil
    try act(device) { core in try core.tick(device.moment(at: now), device.disk) }
  }

  // MARK: Effects

  private func carryOut(_ effects: [DeviceCore.Effect], _ device: SimulatedDevice) throws {
    for effect in effects {
      switch effect {
      case .open:
        device.attempts += 1
        let at = now + (isCalm ? 5 : noise.within(5...400))
        agenda.arrange(.opens(device: device.index, attempt: device.attempts), at: at)
      case .write(let bytes): if let line = device.line { sendToHub(bytes, line) }
      case .close:
        device.attempts += 1
        guard let line = device.line else { continue }
        device.line = nil
        tellHubOfEnd(line)
      case .wake(let at): arrangeWake(device, at: at)
      case .settled(let entries):
        try watch.settled(entries, on: device)
        device.told(entries)
      case .condition(.stopped(.refused(let fault))) where fault.code.action == .wipe: device.forgetTakenIn()
      case .changed, .seen, .condition, .answered: break
      }
    }
  }

  private func arrangeWake(_ device: SimulatedDevice, at time: Int64) {
    if let earlier = device.wakesAt, earlier <= time, earlier > now { return }
    device.wakesAt = time
    agenda.arrange(.wake(device: device.index), at: time)
  }
}
