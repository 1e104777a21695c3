internal import HearthEngine
internal import HearthHub
internal import HearthMemory
internal import HearthModel
internal import HearthProtocol

// The hub's shell: what the server does with sockets, timers and the commit thread, on the virtual clock.

extension Simulation {
  var hubClock: Int64 { now + hub.ahead }

  // MARK: Life

  func hubStarts() throws {
    hub.life += 1
    hub.isRunning = true
    hub.core = HubCore(limits: limits)
    try hub.store.beginLife(Epoch(rawValue: noise.next() | 1))
    hub.lines = [:]
    (hub.admissions, hub.tickets, hub.isBusy) = ([], [], false)
    hub.diskFails = false
    trace.note(now, "the hub starts")
    arrangeTick(in: 2000)
  }

  private func arrangeTick(in milliseconds: Int64) {
    hub.ticksAt = now + milliseconds
    agenda.arrange(.hubTicks(life: hub.life), at: hub.ticksAt)
  }

  /// Nobody was there, and the clock has leapt from hour to hour.
  func hurryTick() {
    if hub.ticksAt > now + 2000 { arrangeTick(in: 2000) }
  }

  /// The process ends between two instructions. What was written and not synced may be on the disk or not.
  ///
  /// - Parameter isSilent: whether its peers are left to find out by themselves.
  func hubCrashes(isSilent: Bool, restartAfter pause: Int64) throws {
    guard hub.isRunning else { return }
    trace.note(now, "the hub crashes\(isSilent ? ", and nobody is told" : "")")
    if let pending = hub.pending, noise.oneIn(2) { try adopt(pending) }
    hub.pending = nil
    hub.isRunning = false
    for line in hub.lines.values.sorted(by: { $0.id < $1.id }) {
      if isSilent { line.isDead = true } else { tellDeviceOfEnd(line) }
    }
    hub.lines = [:]
    agenda.arrange(.hubStarts(life: hub.life), at: now + pause)
  }

  /// An orderly end: outcomes are given, everybody is told when to come back.
  func hubRestarts() throws {
    guard hub.isRunning else { return }
    trace.note(now, "the hub goes down in good order")
    let jitter = { (_: HubCore.ConnectionID) in UInt32(self.noise.below(3000)) }
    try carryOut(hub.core.drain(retryAfterMilliseconds: jitter))
    // The shell gives what it owes a few seconds; whoever still hangs then is cut off.
    try pump(until: now + 3000)
    try hubCrashes(isSilent: false, restartAfter: 500)
  }

  func hubTicks(_ life: Int) throws {
    guard hub.life == life, hub.isRunning, hub.ticksAt == now else { return }
    try turnDays()
    try carryOut(hub.core.tick(now: now))
    try watch.bounds(of: hub, limits: limits)
    // Where nobody is, the clock may leap.
    arrangeTick(in: hub.lines.isEmpty ? 3_600_000 : 2000)
  }

  // MARK: Effects

  func carryOut(_ effects: [HubCore.Effect]) throws {
    for effect in effects {
      switch effect {
      case .write(let id, let bytes, _): try write(bytes, id)
      case .close(let id, _): closeAtHub(id)
      case .admit(let id, let hello):
        guard let line = hub.lines[id] else { continue }
        hub.admissions.append((line, hello))
        arrangeWork()
      case .read(let id, let request):
        guard let line = hub.lines[id] else { continue }
        agenda.arrange(.hubReads(line, request), at: now + noise.within(0...3))
      case .submit(let tickets):
        hub.tickets += tickets
        arrangeWork()
      case .inquire(let id, let question):
        try carryOut(hub.core.answered(id, try question.answer(hub.store)))
      case .acknowledge(let acknowledgement):
        try watch.acknowledged(acknowledgement, hub.store, now: hubClock)
        try hub.store.acknowledge([acknowledgement], now: Instant(milliseconds: hubClock))
      case .note: break
      }
    }
  }

  private func write(_ bytes: [UInt8], _ id: HubCore.ConnectionID) throws {
    guard let line = hub.lines[id] else { return }
    let device = devices[line.device]
    try watch.hubSays(bytes, on: id, to: device, households[device.household].id, hub.store)
    sendToDevice(bytes, line)
    guard line.unread > outboundBytesMax else { return }
    // A reader that is too slow loses its connection, not its data.
    trace.note(now, "\(device.name) reads too slowly and is cut off")
    let fault = ProtocolFault(.slowReader, "More than \(outboundBytesMax) bytes wait for this reader.")
    _ = hub.core.end(id, fault)
    closeAtHub(id)
  }

  private func closeAtHub(_ id: HubCore.ConnectionID) {
    guard let line = hub.lines[id], hubLearnsOfEnd(line) else { return }
    tellDeviceOfEnd(line)
  }

  func hubReads(_ line: Line, _ request: PageRequest) throws {
    guard hub.lines[line.id] === line else { return }
    let page = try request.page(from: hub.store, bytesMax: pageBytes)
    try watch.read(page, request, hub.store)
    agenda.arrange(.hubHasRead(line, page), at: now + noise.within(0...3))
  }

  /// A page is at the sessions some time after it was read: commits may lie between.
  func hubHasRead(_ line: Line, _ page: Page) throws {
    guard hub.lines[line.id] === line else { return }
    try carryOut(hub.core.read(line.id, page))
  }

  // MARK: The commit thread

  private func arrangeWork() {
    guard !hub.isBusy else { return }
    hub.isBusy = true
    agenda.arrange(.hubWorks(life: hub.life), at: now + noise.within(0...1))
  }

  func hubWorks(_ life: Int) throws {
    guard hub.life == life, hub.isRunning else { return }
    let admissions = hub.admissions
    hub.admissions = []
    for (line, hello) in admissions { try admit(line, hello) }
    guard hub.isRunning, !hub.tickets.isEmpty else { return try endWork() }
    let batch = Array(hub.tickets.prefix(hub.batchMax))
    hub.tickets.removeFirst(batch.count)
    if hub.diskIsFull || hub.diskFails { return try refuse(batch) }
    try decide(batch)
    agenda.arrange(.hubSynced(life: life), at: now + noise.within(hub.syncMilliseconds))
  }

  private func endWork() throws {
    hub.isBusy = false
    if !hub.tickets.isEmpty || !hub.admissions.isEmpty { arrangeWork() }
  }

  private func refuse(_ batch: [HubCore.Ticket]) throws {
    let fault = StoreFault(hub.diskFails ? .failed : .diskFull, "simulated")
    trace.note(now, "the disk refuses \(batch.count) change sets: \(fault.kind.rawValue)")
    try carryOut(hub.core.refused(batch, ProtocolFault(answering: fault)))
    try endWork()
    // The first failed sync is the end of the process.
    if hub.diskFails { try hubCrashes(isSilent: false, restartAfter: noise.within(200...5000)) }
  }

  private func decide(_ tickets: [HubCore.Ticket]) throws {
    let next = hub.store.copy()
    var batch: DecidedBatch?
    try next.commit { reader in
      let decided = try engine.decide(
        tickets.map(\.submission), reader: reader, now: Instant(milliseconds: hubClock))
      batch = decided
      return decided.commit
    }
    guard let batch else { return }
    hub.pending = PendingCommit(store: next, batch: batch, tickets: tickets)
  }

  func hubSynced(_ life: Int) throws {
    guard hub.life == life, hub.isRunning, let pending = hub.pending else { return }
    hub.pending = nil
    try adopt(pending)
    let results = Array(zip(pending.tickets, pending.batch.results).map { (ticket: $0, result: $1) })
    try watch.answered(results)
    try carryOut(hub.core.decided(results, announcements: pending.batch.announcements))
    try endWork()
  }

  /// The commit is on the disk.
  private func adopt(_ pending: PendingCommit) throws {
    hub.store = pending.store
    for household in pending.batch.commit.households {
      for change in household.changes {
        trace.note(now, "  \(name(of: household.household)) \(change.dot): \(change.verdict.word)")
      }
      try watch.committed(household, hub.store)
    }
  }

  func name(of household: HouseholdID) -> String {
    households.firstIndex { $0.id == household }.map { "household \($0)" } ?? "\(household)"
  }

  private func admit(_ line: Line, _ hello: Hello) throws {
    guard hub.lines[line.id] === line else { return }
    let circumstances = Doorkeeper.Circumstances(session: line.id.rawValue, now: hubClock)
    guard !hub.diskIsFull else {
      return try carryOut(hub.core.end(line.id, ProtocolFault(answering: StoreFault(.diskFull, "simulated"))))
    }
    do {
      let admitted = try doorkeeper.admit(hello, hub.store, circumstances)
      if admitted.offset.milliseconds != min(max(hello.clock, 0), HybridTime.millisecondsMax) - hubClock {
        throw Violation(.merge, "connection \(line.id.rawValue)", "the offset of its clock is measured otherwise")
      }
      watch.admitted(admitted, hello)
      try carryOut(hub.core.admitted(line.id, admitted))
      line.deflates = hub.core.mayDeflate(to: line.id)
    } catch let fault as ProtocolFault {
      try carryOut(hub.core.refused(line.id, fault))
    }
  }

  // MARK: Days

  private func turnDays() throws {
    guard engine.hasDays, hub.pending == nil, !hub.diskIsFull else { return }
    let at = Instant(milliseconds: hubClock)
    let due = try hub.store.read { reader in
      try households.map(\.id).compactMap { id -> (HouseholdID, Day)? in
        guard let day = try engine.day(of: id, reader: reader, now: at), hub.turned[id] != day else { return nil }
        return (id, day)
      }
    }
    guard !due.isEmpty else { return }
    let next = hub.store.copy()
    var turn: DayTurn?
    try next.commit { reader in
      let turned = try engine.turnDay(of: due.map(\.0), reader: reader, now: at)
      turn = turned
      return turned.batch.commit
    }
    for (id, day) in due { hub.turned[id] = day }
    guard let turn else { return }
    try adopt(PendingCommit(store: next, batch: turn.batch, tickets: []))
    try carryOut(hub.core.announced(turn.batch.announcements))
  }
}

extension Outcome.Verdict {
  /// The verdict in a word or two.
  var word: String {
    switch self {
    case .accepted: "accepted"
    case .merged: "merged"
    case .rejected(let rejection): "rejected \(rejection.code.name)\(rejection.rule.map { " \($0)" } ?? "")"
    }
  }
}
