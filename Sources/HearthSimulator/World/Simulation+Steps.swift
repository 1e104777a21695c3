internal import HearthHub
internal import HearthModel
internal import HearthProtocol
internal import HearthReplica

// One step of a run: somebody does something, or something goes wrong. All that a step draws comes from its own dice.

extension Simulation {
  func perform(_ dice: inout Dice) throws {
    if !plan.faults.isEmpty, dice.oneIn(plan.faultEvery) { return try goWrong(&dice) }
    // Drawn of all there ever were at the beginning, so that a device that is left out changes nobody else's turn.
    let index = dice.below(plan.households * plan.devicesPerHousehold)
    guard !plan.omittedDevices.contains(index) else { return }
    let device = successor(of: devices[index])
    guard device.core != nil, !device.isGone else { return }
    switch dice.below(100) {
    case 0..<84: for _ in 0..<plan.profile.repeats(&dice) { try edit(device, &dice) }
    case 84..<92: try toggle(device, &dice)
    case 92..<96: device.hasNetwork.toggle()
    default: try connect(device)
    }
  }

  /// The device that its owner uses now.
  func successor(of device: SimulatedDevice) -> SimulatedDevice {
    guard device.isGone else { return device }
    return devices.last { $0.household == device.household && $0.member == device.member && !$0.isGone } ?? device
  }

  func edit(_ device: SimulatedDevice, _ dice: inout Dice) throws {
    guard let role = device.core?.replica.identity.role else { return }
    let rights = rights[role] ?? RoleRights(pack, role: role)
    self.rights[role] = rights
    let clock = Instant(milliseconds: device.clock.shown(at: now))
    let workload = PackWorkload(
      pack: pack, profile: plan.profile, device: device, now: clock, rights: rights,
      avoidsTakeOver: plan.asksOracle)
    guard let draft = try workload.draft(&dice) else { return }
    do {
      try act(device) { core in
        let committed = try core.commit(draft, device.moment(at: now), device.disk)
        remember(core.replica.outbox, committed.counter, device)
        return committed.effects
      }
      made += 1
      trace.note(now, "\(device.name): \(draft.words(pack))")
    } catch let rejection as Rejection {
      // The device knows by itself that nobody would take this.
      trace.note(now, "\(device.name) is told by itself: \(rejection.code.name)")
    }
  }

  private func remember(_ outbox: Outbox, _ counter: UInt64, _ device: SimulatedDevice) {
    guard let entry = outbox[counter] else { return }
    device.authored[AuthoredKey(entry.changeSet)] = entry.changeSet
    watch.made(entry.changeSet, by: device.member, in: households[device.household].id)
  }

  private func toggle(_ device: SimulatedDevice, _ dice: inout Dice) throws {
    if device.isWanted, !plan.profile.staysAway || dice.oneIn(2) {
      trace.note(now, "\(device.name) goes offline")
      try disconnect(device)
    } else if !plan.profile.staysAway || dice.oneIn(3) {
      trace.note(now, "\(device.name) goes online")
      try connect(device)
    }
  }
}

extension Draft {
  /// The draft in a line, for people.
  func words(_ pack: Pack) -> String {
    changes.map { change in
      let record = change.record.map { "\($0)".prefix(8) } ?? "by key"
      let actions = change.actions.map { "\($0.field) \($0.action.words)" }.joined(separator: ", ")
      return "\(change.kind) \(change.collection)/\(record) \(actions)\(change.expectsUnchanged ? " if unchanged" : "")"
    }.joined(separator: "; ")
  }
}

extension Draft.Action {
  fileprivate var words: String {
    switch self {
    case .set(let value): "= \(value)"
    case .add(let increment): "+ \(increment)"
    case .insert(let value): "with \(value)"
    case .remove(let value): "without \(value)"
    case .put(let path, let value): "at \(path.joined(separator: ".")) = \(value)"
    case .drop(let path): "without \(path.joined(separator: "."))"
    }
  }
}
