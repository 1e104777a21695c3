internal import HearthEngine
internal import HearthHub
internal import HearthMemory
internal import HearthModel
internal import HearthProtocol
internal import HearthReplica

// Quiet points: everything behaves for a while, everybody comes to rest, and what was promised is looked at.

extension Simulation {
  /// How long everybody may take to come to rest: a few idle times, so that dead lines are found out.
  private static let patience: Int64 = 1_200_000

  /// Lets everybody come to rest and checks all promises.
  func rest() throws {
    trace.note(now, "-- calm --")
    isCalm = true
    hub.diskIsFull = false
    hub.diskFails = false
    let syncMilliseconds = hub.syncMilliseconds
    hub.syncMilliseconds = 0...4
    for device in devices { calm(device) }
    try settle()
    try check()
    isCalm = false
    hub.syncMilliseconds = syncMilliseconds
    trace.note(now, "-- all is well --")
  }

  private func calm(_ device: SimulatedDevice) {
    device.hasNetwork = true
    device.cutOffUntil = 0
    device.disk.crash = nil
    (device.duplicates, device.corrupts, device.truncates) = (0, 0, 0)
    device.line?.stillToHub = 0
    device.line?.stillToDevice = 0
  }

  private func settle() throws {
    let deadline = now + Self.patience
    // Those who were turned away ask again: what they may see has changed, or they have come back into the family.
    for _ in 0..<4 {
      for device in devices where device.isHonest && device.core != nil && !isLive(device) { try connect(device) }
      while !isAtRest() {
        guard now < deadline else { throw restless() }
        try pump(until: now + 500)
        // Some start only now.
        for device in devices where device.isHonest && device.core?.link.condition == .stopped(.disconnected) {
          try connect(device)
        }
      }
    }
  }

  private func isLive(_ device: SimulatedDevice) -> Bool { device.core?.link.condition == .live }

  private func isAtRest() -> Bool {
    guard hub.isRunning, agenda.cargo == 0, !hub.isBusy else { return false }
    return devices.allSatisfy { device in
      guard device.isHonest else { return true }
      guard let core = device.core else { return false }
      switch core.link.condition {
      case .live:
        // A dead line has to be found out first.
        guard let line = device.line, hub.lines[line.id] === line else { return false }
        return core.replica.outbox.isEmpty && core.replica.identity.cursor.revision == head(of: device.household)
      case .stopped(.refused): return true
      case .stopped(.disconnected), .waiting, .connecting, .catchingUp: return false
      }
    }
  }

  private func head(of household: Int) -> Revision { watch.memory.heads[households[household].id] ?? .zero }

  private func restless() -> Violation {
    for device in devices where device.isHonest {
      guard let core = device.core else { return Violation(.nobodyStranded, device.name, "does not start") }
      switch core.link.condition {
      case .live where !core.replica.outbox.isEmpty:
        return Violation(.noPoison, device.name, "\(core.replica.outbox.count) change sets are never decided")
      case .live where core.replica.identity.cursor.revision != head(of: device.household):
        return Violation(
          .convergence, device.name,
          "is live at revision \(core.replica.identity.cursor.revision), the hub at \(head(of: device.household))")
      case .live, .stopped(.refused): continue
      case .stopped(.disconnected), .waiting, .connecting, .catchingUp:
        return Violation(.nobodyStranded, device.name, "does not get through: \(core.link.condition)")
      }
    }
    return Violation(.nobodyStranded, "the hub", "does not come to rest")
  }

  // MARK: What was promised

  private func check() throws {
    try UniqueWatch(pack: pack, store: hub.store).check(households.map(\.id))
    for household in households {
      try watch.memory.models[household.id]?.compare(with: hub.store)
      try RuleWatch.compare(watch.memory.oracles[household.id], hub.store, household.id, pack)
      try checkHistory(household.id)
    }
    for device in devices where device.isHonest {
      try checkAuthored(device)
      if isLive(device) { try checkView(device) } else { try checkRefusal(device) }
    }
  }

  /// What was decided stays retrievable, whole.
  private func checkHistory(_ household: HouseholdID) throws {
    let decided = watch.memory.decided[household] ?? [:]
    for (dot, decision) in decided.sorted(by: { $0.key < $1.key }) {
      if watch.memory.collected[household]?.contains(dot) == true {
        try checkRemnant(of: dot, decision, household)
        continue
      }
      guard let entry = try hub.store.read({ try $0.change(household, dot) }) else {
        throw Violation(.nothingLost, "\(household) \(dot)", "it was decided and is not in the history")
      }
      if AuthoredKey(entry.changeSet) != decision.content {
        throw Violation(.nothingLost, "\(household) \(dot)", "the history holds another change set than was decided")
      }
    }
  }

  /// What was collected still says how it was decided (P3).
  private func checkRemnant(of dot: Dot, _ decision: Watch.Decision, _ household: HouseholdID) throws {
    let remnant = try hub.store.read { try $0.remnant(household, dot) }
    var isRejected = false
    if case .rejected? = remnant?.verdict { isRejected = true }
    guard let remnant, remnant.contentHash == decision.hash, remnant.revision == decision.revision,
      isRejected == decision.isRejected
    else { throw Violation(.exactlyOnce, "\(household) \(dot)", "a resend of it would be answered otherwise") }
  }

  /// Everything that a person typed is decided or waits, and what the device was told holds at the hub.
  private func checkAuthored(_ device: SimulatedDevice) throws {
    let settled = device.disk.content.settledEntries
    let kept = Set(settled.map { AuthoredKey($0.changeSet) })
    let waiting = Set(device.core?.replica.outbox.map { AuthoredKey($0.changeSet) } ?? [])
    let household = households[device.household].id
    let lost = device.authored.filter { !kept.contains($0.key) && !waiting.contains($0.key) }.values
    if let first = lost.map(\.counter).min() {
      throw Violation(.nothingLost, device.name, "the change set \(first) is neither decided nor waiting")
    }
    // A hub that was put back is told again by whom it lets in; it may then decide otherwise. Of what was decided under
    // earlier numbers docs/internals/simulator.md says what is open.
    guard !hub.wasPutBack || isLive(device) else { return }
    for entry in settled
    where !entry.isRejected {
      guard isTakenIn(entry, household) else {
        let dot = Dot(entry.replica, entry.changeSet.counter)
        throw Violation(.durable, device.name, "was told that \(dot) is taken in, the hub does not know it")
      }
    }
  }

  /// Whether the hub has taken in this very content, be it under another dot. One that was put back may have decided it
  /// otherwise the second time, and a device that was put back as well knows of the first time only.
  private func isTakenIn(_ entry: SettledEntry, _ household: HouseholdID) -> Bool {
    let hash = Engine.contentHash(of: entry.changeSet)
    let decided = watch.memory.decided[household] ?? [:]
    // Both were put back, and something else has been made under the same dot since (docs/internals/simulator.md).
    let known = decided[Dot(entry.replica, entry.changeSet.counter)]
    if hub.wasPutBack, let known, known.hash != hash { return true }
    return decided.values.contains { $0.hash == hash && (hub.wasPutBack || !$0.isRejected) }
  }

  /// Whom the hub turns away has no business here.
  private func checkRefusal(_ device: SimulatedDevice) throws {
    let household = households[device.household].id
    guard isMember(device.member, household), case .stopped(.refused(let fault))? = device.core?.link.condition else {
      return
    }
    // A pack may say who may come in; what that is, only the pack knows.
    if pack.roles.session != nil, fault.code == .evicted {
      guard let oracle = watch.memory.oracles[household],
        oracle.shown(Oracle.Key("users", device.member), "is_active") == .bool(true)
      else { return }
    }
    throw Violation(.nobodyStranded, device.name, "is turned away, though its member lives: \(fault)")
  }

  private func isMember(_ member: RecordID, _ household: HouseholdID) -> Bool {
    let records = [(pack.memberCollection, member), (pack.householdCollection, household.record)]
    return records.allSatisfy { number, record in
      guard let collection = pack.collection(number),
        let state = try? hub.store.read({ try $0.record(RecordKey(household, number, record)) })
      else { return false }
      return state.isLive(in: collection)
    }
  }

  // MARK: Views

  /// A device shows what a new device of its member would show.
  private func checkView(_ device: SimulatedDevice) throws {
    let expected = try freshView(of: device)
    guard let replica = device.core?.replica else { return }
    for collection in pack.collections {
      let shown = Dictionary(uniqueKeysWithValues: try replica.view(of: collection, device.disk))
      let wanted = expected[collection.number] ?? [:]
      for record in Set(shown.keys).union(wanted.keys).sorted() {
        let place = "\(device.name) \(collection.name)/\(record)"
        try compare(shown[record], wanted[record], collection, place)
      }
    }
  }

  private func compare(
    _ shown: VisibleRecord?, _ wanted: VisibleRecord?, _ collection: CollectionSchema, _ place: String
  ) throws {
    guard let wanted, wanted.life == .live else {
      if shown?.life == .live {
        throw Violation(.convergence, place, "is shown, though it is not there for its member")
      }
      return
    }
    guard let shown, shown.life == .live else { throw Violation(.convergence, place, "is not shown") }
    for field in collection.fields where field.isPublished && shown[field] != wanted[field] {
      throw Violation(
        .convergence, "\(place).\(field.name)", "shows \(shown[field]), a new device shows \(wanted[field])")
    }
    if Set(shown.conflicts) != Set(wanted.conflicts) {
      throw Violation(
        .nothingLost, place, "lists \(shown.conflicts.count) conflicts, a new device \(wanted.conflicts.count)")
    }
    if shown.versions != wanted.versions {
      throw Violation(.convergence, place, "is known as of \(shown.versions), a new device has \(wanted.versions)")
    }
  }

  private func freshView(of device: SimulatedDevice) throws -> [CollectionNumber: [RecordID: VisibleRecord]] {
    guard let replica = device.core?.replica else { return [:] }
    var hello = replica.hello(token: device.token, now: Instant(milliseconds: now), software: "witness")
    hello.cursor = .start
    let admitted = try doorkeeper.admit(
      hello, hub.store.copy(), Doorkeeper.Circumstances(session: 0, now: hubClock))
    let household = households[device.household].id
    let request = PageRequest(
      household: household, revision: .zero, view: admitted.view, emptyThrough: admitted.grant.welcome.head,
      horizon: admitted.horizon)
    var records: [CollectionNumber: [RecordID: VisibleRecord]] = [:]
    for patch in try request.page(from: hub.store, bytesMax: .max).records {
      guard let collection = pack.collection(patch.collection) else { continue }
      var record = VisibleRecord(in: collection)
      record.apply(patch, dot: nil, in: collection)
      records[patch.collection, default: [:]][patch.record] = record
    }
    return records
  }
}
