internal import HearthEngine
internal import HearthHub
internal import HearthModel
internal import HearthProtocol
internal import HearthTransport
internal import HearthWire
internal import Logging
internal import NIOCore
internal import NIOPosix

/// Carries out what the hub core asks for: sockets, timers, the commit thread, the reader threads.
///
/// Everything here runs on one event loop; the commit thread and the readers hand their results to it.
final class HubShell: @unchecked Sendable {
  let loop: any EventLoop
  let configuration: ServerConfiguration
  private var core: HubCore
  private let doorkeeper: Doorkeeper
  private let store: any Store
  private let readers: NIOThreadPool
  private let logger: Logger
  private var committer: Committer!
  private let onFailure: @Sendable (StoreFault) -> Void

  private var connections: [HubCore.ConnectionID: ConnectionHandler] = [:]
  private var nextConnection: UInt64 = 1
  private var unflushed: [HubCore.ConnectionID] = []
  /// What this turn of the loop has for the commit thread.
  private var submitted: [HubCore.Ticket] = []
  private var isTurnEndScheduled = false
  private var isReading = true
  private var waitingReads: [HubCore.ConnectionID: PageRequest] = [:]
  private var phase = Phase.running
  /// One for all connections, made when the first large turn needs it.
  private(set) lazy var deflater = Deflater()
  private var slowReaders = 0
  private var refusedConnections = 0

  private enum Phase {
    case running
    case draining(EventLoopPromise<Void>)
    /// No connection is left; the commit thread does what it was given.
    case ending(EventLoopPromise<Void>)
  }

  init(
    loop: any EventLoop, configuration: ServerConfiguration, engine: Engine, store: any Store, readers: NIOThreadPool,
    logger: Logger, onFailure: @escaping @Sendable (StoreFault) -> Void
  ) {
    self.loop = loop
    self.configuration = configuration
    self.store = store
    self.readers = readers
    self.logger = logger
    self.onFailure = onFailure
    core = HubCore(limits: configuration.limits)
    doorkeeper = Doorkeeper(packs: engine.packs, limits: configuration.limits)
    committer = Committer(
      engine: engine, store: store, batchMax: configuration.batchMax, compaction: configuration.compaction
    ) { [unowned self] report in
      loop.execute { self.committed(report) }
    }
  }

  func start() {
    committer.start()
    beginLife()
    committer.renewCatalogues()
    if configuration.turnsDays { turnDays() }
    compactLater()
    loop.scheduleRepeatedTask(initialDelay: .seconds(2), delay: .seconds(2)) { [weak self] task in
      guard let self, case .running = self.phase else { return task.cancel() }
      self.carryOut(self.core.tick(now: Clocks.monotonicMilliseconds))
    }
  }

  /// Before anybody is let in, since the commit thread does one thing after the other.
  private func beginLife() {
    let epoch = Epoch(rawValue: UInt64.random(in: 1 ... .max))
    let onFailure = onFailure
    committer.perform { store in
      do {
        try store.beginLife(epoch)
      } catch {
        onFailure(error as? StoreFault ?? StoreFault(.failed, "The store took no new life: \(error)"))
      }
    }
  }

  /// Turns days now, and whenever one may begin somewhere.
  private func turnDays() {
    let quarter = TimeAmount.seconds(DayTurner.seconds)
    let untilNext = DayTurner.seconds - Clocks.wallMilliseconds / 1000 % DayTurner.seconds
    committer.turnDays()
    loop.scheduleRepeatedTask(initialDelay: .seconds(untilNext + 1), delay: quarter) { [weak self] task in
      guard let self, case .running = self.phase else { return task.cancel() }
      self.committer.turnDays()
    }
  }

  /// Looks through the past of all households, an hour after the start and after each such walk.
  private func compactLater() {
    loop.scheduleTask(in: .hours(1)) { [weak self] in
      guard let self, case .running = self.phase else { return }
      self.committer.compact()
    }
  }

  private func compacted(_ tally: CompactionKeeper.Tally?) {
    if let tally, tally.changeSets + tally.decisions + tally.records > 0 {
      logger.info(
        "the past was collected",
        metadata: [
          "households": "\(tally.households)", "change_sets": "\(tally.changeSets)",
          "decisions": "\(tally.decisions)", "records": "\(tally.records)",
        ])
    }
    compactLater()
  }

  /// Runs a job on the commit thread.
  func perform(_ job: @escaping @Sendable (any Store) -> Void) {
    committer.perform(job)
  }

  // MARK: Connections

  func opened(_ handler: ConnectionHandler) {
    loop.preconditionInEventLoop()
    let id = HubCore.ConnectionID(rawValue: nextConnection)
    nextConnection += 1
    handler.id = id
    guard connections.count < configuration.connectionsMax else {
      refusedConnections += 1
      handler.channel?.close(promise: nil)
      return
    }
    connections[id] = handler
    core.opened(id, now: Clocks.monotonicMilliseconds)
    if !isReading { handler.setReading(false) }
  }

  func received(_ frame: TransportFrame, _ id: HubCore.ConnectionID) {
    carryOut(core.received(frame.bytes, frame.form, from: id, now: Clocks.monotonicMilliseconds))
  }

  func failed(_ fault: ProtocolFault, _ id: HubCore.ConnectionID) {
    carryOut(core.malformed(fault, from: id))
  }

  func closed(_ id: HubCore.ConnectionID) {
    connections[id] = nil
    waitingReads[id] = nil
    core.closed(id)
    finishDrainIfDone()
  }

  func becameWritable(_ id: HubCore.ConnectionID) {
    if let request = waitingReads.removeValue(forKey: id) { read(id, request) }
  }

  // MARK: Effects

  private func carryOut(_ effects: [HubCore.Effect]) {
    for effect in effects {
      switch effect {
      case .write(let id, let bytes, let form): write(TransportFrame(bytes: bytes, form: form), id)
      case .close(let id, let ending): connections[id]?.close(ending)
      case .admit(let id, let hello): admit(id, hello)
      case .read(let id, let request):
        if connections[id]?.channel?.isWritable == false {
          waitingReads[id] = request
        } else {
          read(id, request)
        }
      case .submit(let tickets):
        submitted += tickets
        endTurn()
      case .inquire(let id, let question): inquire(id, question)
      case .acknowledge(let acknowledgement): committer.acknowledge(acknowledgement)
      case .note(let id, let note): log(note, id)
      }
    }
  }

  private func write(_ frame: TransportFrame, _ id: HubCore.ConnectionID) {
    guard let connection = connections[id] else { return }
    connection.write(frame)
    if !connection.isUnflushed {
      connection.isUnflushed = true
      unflushed.append(id)
    }
    endTurn()
  }

  /// Hands things on when this turn of the loop is over: all change sets to the commit thread at once, and one write to
  /// each socket for all that there is to say.
  private func endTurn() {
    guard !isTurnEndScheduled else { return }
    isTurnEndScheduled = true
    loop.execute { [self] in
      isTurnEndScheduled = false
      submit()
      flush()
    }
  }

  private func submit() {
    guard !submitted.isEmpty else { return }
    committer.submit(submitted)
    submitted = []
    throttle()
  }

  private func flush() {
    let ids = unflushed
    unflushed = []
    for id in ids {
      guard let connection = connections[id] else { continue }
      connection.isUnflushed = false
      if connection.flush() > configuration.outboundBytesMax { cutOff(id) }
    }
  }

  /// A reader that is too slow loses its connection, not its data: it resumes from its cursor.
  private func cutOff(_ id: HubCore.ConnectionID) {
    slowReaders += 1
    let fault = ProtocolFault(.slowReader, "More than \(configuration.outboundBytesMax) bytes wait for this reader.")
    carryOut(core.end(id, fault))
    connections[id]?.channel?.close(promise: nil)
  }

  private func admit(_ id: HubCore.ConnectionID, _ hello: Hello) {
    let doorkeeper = doorkeeper
    let circumstances = Doorkeeper.Circumstances(session: id.rawValue, now: Clocks.wallMilliseconds)
    let loop = loop
    committer.perform { [unowned self] store in
      let answer = Result { try doorkeeper.admit(hello, store, circumstances) }
      loop.execute { self.admitted(id, answer) }
    }
  }

  private func admitted(_ id: HubCore.ConnectionID, _ answer: Result<Doorkeeper.Admitted, any Error>) {
    switch answer {
    case .success(let admitted):
      carryOut(core.admitted(id, admitted))
      // Behind Welcome, which is written by now.
      connections[id]?.deflates = core.mayDeflate(to: id)
    case .failure(let fault as ProtocolFault): carryOut(core.refused(id, fault))
    case .failure(let error): storeFailed(error, id)
    }
  }

  private func read(_ id: HubCore.ConnectionID, _ request: PageRequest) {
    let store: any StoreSnapshots = store
    let loop = loop
    readers.submit { [unowned self] _ in
      let page = Result { try request.page(from: store) }
      loop.execute {
        switch page {
        case .success(let page): self.carryOut(self.core.read(id, page))
        case .failure(let error): self.storeFailed(error, id)
        }
      }
    }
  }

  private func inquire(_ id: HubCore.ConnectionID, _ question: HubCore.Question) {
    let store: any StoreInquiries = store
    let loop = loop
    readers.submit { [unowned self] _ in
      let answer = Result { try question.answer(store) }
      loop.execute {
        switch answer {
        case .success(let answer): self.carryOut(self.core.answered(id, answer))
        case .failure(let error): self.storeFailed(error, id)
        }
      }
    }
  }

  private func storeFailed(_ error: any Error, _ id: HubCore.ConnectionID) {
    logger.error("the store failed", metadata: ["error": "\(error)", "connection": "\(id.rawValue)"])
    let fault = ProtocolFault(.storeFailed, "The hub's store has failed.", retryAfterMilliseconds: 5000)
    carryOut(core.end(id, fault))
  }

  private func committed(_ report: Committer.Report) {
    switch report {
    case .decided(let results, let announcements):
      carryOut(core.decided(results, announcements: announcements))
    case .announced(let announcements): carryOut(core.announced(announcements))
    case .withheld(let refused):
      for part in refused {
        logger.warning(
          "a rule of the pack refuses what the hub would do of its own accord",
          metadata: [
            "household": "\(part.household)", "record": "\(part.collection)/\(part.record)",
            "rule": "\(part.rejection.rule ?? part.rejection.code.name)", "message": "\(part.rejection.message)",
          ])
      }
    case .compacted(let tally): compacted(tally)
    case .refused(let tickets, let fault):
      carryOut(core.refused(tickets, fault))
      guard let storeFault = committer.statistics.lastFault?.fault else { break }
      logger.critical("a commit failed", metadata: ["error": "\(storeFault)", "change_sets": "\(tickets.count)"])
      if storeFault.kind != .diskFull { onFailure(storeFault) }
    }
    throttle()
    finishDrainIfDone()
  }

  // MARK: Back-pressure

  /// Stops reading from sockets while the commit thread is behind, and goes on when it has caught up by half.
  private func throttle() {
    let length = committer.queueLength
    if isReading, length > configuration.queueMax {
      isReading = false
    } else if !isReading, length <= configuration.queueMax / 2 {
      isReading = true
    } else {
      return
    }
    logger.info("reading from sockets", metadata: ["on": "\(isReading)", "queue": "\(length)"])
    for connection in connections.values { connection.setReading(isReading) }
  }

  // MARK: The end

  /// Takes nothing more in, answers what was taken in, and tells devices when to come back.
  func drain() -> EventLoopFuture<Void> {
    loop.flatSubmit { [self] in
      switch phase {
      case .draining(let promise), .ending(let promise): return promise.futureResult
      case .running: break
      }
      let promise = loop.makePromise(of: Void.self)
      phase = .draining(promise)
      carryOut(core.drain { _ in UInt32.random(in: 1000...5000) })
      let seconds = TimeAmount.seconds(Int64(configuration.drainSeconds))
      let timer = loop.scheduleTask(in: seconds) { [self] in
        for connection in connections.values { connection.channel?.close(promise: nil) }
      }
      promise.futureResult.whenComplete { _ in timer.cancel() }
      finishDrainIfDone()
      return promise.futureResult
    }
  }

  private func finishDrainIfDone() {
    guard case .draining(let promise) = phase, connections.isEmpty else { return }
    phase = .ending(promise)
    submit()
    committer.stop { promise.succeed() }
  }

  // MARK: What operators see

  private func log(_ note: HubCore.Note, _ id: HubCore.ConnectionID) {
    switch note {
    case .opened(let household, let replica, let isSnapshot):
      logger.info(
        "session opened",
        metadata: [
          "connection": "\(id.rawValue)", "household": "\(household)", "replica": "\(replica)",
          "snapshot": "\(isSnapshot)",
        ])
    case .failed(let fault):
      logger.notice(
        "session failed",
        metadata: ["connection": "\(id.rawValue)", "error": "E\(fault.code.rawValue) \(fault.code.name)"])
    case .rejected(let code):
      logger.debug(
        "change set rejected", metadata: ["connection": "\(id.rawValue)", "error": "E\(code.rawValue) \(code.name)"])
    }
  }

  /// Why the hub cannot take change sets in just now; nil when it can.
  var reasonNotReady: String? {
    loop.preconditionInEventLoop()
    guard case .running = phase else { return "draining" }
    if let (fault, at) = committer.statistics.lastFault, !isWorthAnotherTry(fault, since: at) { return fault.message }
    return isReading ? nil : "the commit queue is full"
  }

  /// Space may be free again, which only the next commit finds out; a balancer that sends nothing to a hub that is not
  /// ready would wait for that forever.
  private func isWorthAnotherTry(_ fault: StoreFault, since: Int64) -> Bool {
    fault.kind == .diskFull && Clocks.monotonicMilliseconds - since > Self.diskFullMilliseconds
  }

  /// How long after a commit that found the disk full the hub says that it is not ready.
  private static let diskFullMilliseconds: Int64 = 10_000

  func measurements() -> Measurements {
    loop.preconditionInEventLoop()
    return Measurements(
      tally: core.tally, connections: core.connectionCount.all, liveSessions: core.connectionCount.live,
      queueLength: committer.queueLength, commits: committer.statistics, slowReaders: slowReaders,
      refusedConnections: refusedConnections, isReading: isReading)
  }
}
