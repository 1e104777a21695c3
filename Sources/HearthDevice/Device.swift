public import HearthModel
internal import HearthProtocol
package import HearthReplica
internal import HearthTransport
internal import HearthWire
internal import NIOCore

/// A device of a household: a replica that works offline from the first launch, and a link that keeps it in step with
/// the hub.
///
/// Edits are applied at once and kept on the disk when `commit` returns; the hub decides them when there is a
/// connection. The device reads and writes its file inside its own actor and does nothing on its own but what `connect`
/// asked for.
public actor Device {
  private(set) var core: DeviceCore
  let storage: SQLiteReplica
  let configuration: DeviceConfiguration
  private let address: HubAddress
  private let form: WireCodec.Form

  private var connection: Connection?
  private var nextConnection = 1
  private var wakeTask: Task<Void, Never>?
  private var wakeAt: Int64?
  private var observers = Observers()
  private var waiters: [UInt64: CheckedContinuation<Void, any Error>] = [:]
  /// The last change set that each of them waits for. Its number may change, its stamp does not.
  private var waitedStamps: [UInt64: HybridTime] = [:]
  private var nextWaiter: UInt64 = 0
  private var lastSettled: SettledChange?
  private var lastFault: HubFault?
  private var seen: [ReplicaNumber: Revision] = [:]
  private var storageFault: (any Error)?
  var questions = Questions()

  private struct Connection {
    let number: Int
    var task: Task<Void, Never>?
    var channel: (any Channel)?
  }

  /// Opens the replica; no connection is made before `connect`.
  ///
  /// - Throws: ``DeviceError`` when the file or the address cannot be used.
  public init(_ configuration: DeviceConfiguration) throws(DeviceError) {
    let address = try HubAddress(configuration.hub)
    let isReadable = configuration.usesReadableFrames && address.transport != .tcp
    let form: WireCodec.Form = isReadable ? .text : .binary
    let opened = try SQLiteReplica.open(
      configuration.path, pack: configuration.pack,
      identity: ReplicaIdentity(
        incarnation: max(configuration.random(), 1), household: configuration.household,
        member: configuration.member))
    core = DeviceCore(
      replica: opened.replica, token: configuration.token, software: configuration.software, form: form,
      deflatingFrom: configuration.deflatesMessages ? DeflatedFrames.thresholdBytes : nil)
    storage = opened.storage
    self.configuration = configuration
    self.address = address
    self.form = form
  }

  deinit {
    connection?.task?.cancel()
    wakeTask?.cancel()
  }

  // MARK: The link

  /// Wants a connection, now and whenever it breaks. Harmless when there is one.
  public func connect() {
    run { core, moment, storage in try core.connect(moment, storage) }
  }

  /// Wants no connection until the next `connect`.
  public func disconnect() {
    run { core, moment, storage in try core.disconnect(moment, storage) }
  }

  // MARK: Edits

  /// Takes edits that belong together: they are on the disk and in the view when this returns, and on their way to the
  /// hub when there is a connection.
  ///
  /// - Throws: ``HearthModel/Rejection`` for what the hub would refuse in any case; ``DeviceError`` when the file
  /// fails.
  @discardableResult
  public func commit(_ draft: Draft) throws -> ChangeTicket {
    let committed: (effects: [DeviceCore.Effect], counter: UInt64)
    do {
      committed = try core.commit(draft, moment(), storage)
    } catch let error as DeviceError {
      fail(error)
      statusChanged()
      throw error
    }
    // The commit put it last; what follows may renumber it, or even decide it.
    guard let entry = core.replica.outbox.last else {
      throw DeviceError(.storage, "The edit was taken and is not in the outbox.")
    }
    let ticket = ChangeTicket(entry.changeSet)
    carryOut(committed.effects)
    statusChanged()
    return ticket
  }

  /// Takes edits that belong together, written in a closure.
  @discardableResult
  public func edit(_ body: (inout Draft) -> Void) throws -> ChangeTicket {
    var draft = Draft()
    body(&draft)
    return try commit(draft)
  }

  /// Where a change set is on its way.
  public func status(of ticket: ChangeTicket) throws -> ChangeStatus {
    if let entry = core.replica.outbox.first(where: { $0.changeSet.stamp == ticket.stamp }) {
      return entry.isSent ? .sent : .local
    }
    guard let entry = try storage.settled(ticket) else { return .unknown }
    let settled = SettledChange(entry)
    let names = seen.filter { $0.value >= entry.revision && !entry.isRejected }.keys.sorted()
      .compactMap { core.replica.roster[$0]?.device }
    return names.isEmpty ? .settled(settled) : .seen(settled, by: names)
  }

  /// Waits until the hub has decided every change set that was committed before the call.
  ///
  /// - Throws: ``DeviceError`` `.timeout` when that takes longer; ``HubFault`` when the hub refuses the device for
  ///   good; `CancellationError` when the task is cancelled.
  public func waitUntilSynced(timeout: Duration) async throws {
    guard let last = core.replica.outbox.last?.changeSet.stamp else { return }
    let waiter = nextWaiter
    nextWaiter += 1
    let timer = Task { [weak self] in
      try? await Task.sleep(for: timeout)
      guard !Task.isCancelled else { return }
      await self?.resume(
        waiter, .failure(DeviceError(.timeout, "The hub did not decide everything within \(timeout).")))
    }
    defer { timer.cancel() }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        waiters[waiter] = continuation
        waitedStamps[waiter] = last
        resumeWaiters()
      }
    } onCancel: {
      Task { await self.resume(waiter, .failure(CancellationError())) }
    }
  }

  private func resume(_ waiter: UInt64, _ result: Result<Void, any Error>) {
    waitedStamps[waiter] = nil
    waiters.removeValue(forKey: waiter)?.resume(with: result)
  }

  private func resumeWaiters() {
    let first = core.replica.outbox.first?.changeSet.stamp
    for (waiter, last) in waitedStamps where first.map({ $0 > last }) ?? true { resume(waiter, .success(())) }
    if case .stopped(.refused(let fault)) = core.link.condition {
      for waiter in Array(waiters.keys) { resume(waiter, .failure(HubFault(fault))) }
    }
  }

  // MARK: What can be seen

  /// A record as the person sees it; nil when this device knows none.
  public func record(_ collection: String, _ id: RecordID) throws -> Record? {
    let schema = try self.collection(named: collection)
    let key = ReplicaKey(schema.number, id)
    return try core.replica.view(key, storage).map {
      Record(collection: schema, id: id, content: $0, isPending: core.replica.isPending(key))
    }
  }

  /// The records of a collection that are there, ascending by id.
  ///
  /// - Parameter includingGone: also those that are deleted or hidden.
  public func records(in collection: String, includingGone: Bool = false) throws -> [Record] {
    let schema = try self.collection(named: collection)
    return try core.replica.view(of: schema, storage)
      .filter { includingGone || $0.1.life == .live }
      .map { id, content in
        Record(
          collection: schema, id: id, content: content,
          isPending: core.replica.isPending(ReplicaKey(schema.number, id)))
      }
  }

  /// The records with open conflicts.
  public func conflicts() throws -> [Record] {
    try configuration.pack.collections.flatMap { collection in
      try records(in: collection.name, includingGone: true).filter { !$0.content.conflicts.isEmpty }
    }
  }

  /// The change sets that the hub has not decided, in their order.
  public func outbox() -> [PendingChange] {
    core.replica.outbox.map { PendingChange($0) }
  }

  /// How the device is doing.
  public func status() throws -> DeviceStatus {
    DeviceStatus(
      link: link, outboxCount: core.replica.outbox.count, oldestInOutbox: core.replica.outbox.first?.madeAt,
      lastSettled: lastSettled, lastFault: lastFault, rejectedCount: try storage.rejectedCount(),
      revision: core.replica.identity.cursor.revision)
  }

  /// The name of whoever writes under a replica number.
  public func author(_ replica: ReplicaNumber) -> Author {
    if replica == .hub { return Author(member: nil, device: "hub") }
    if replica == core.replica.identity.replica {
      return Author(member: configuration.member, device: core.replica.roster[replica]?.device ?? "this device")
    }
    let entry = core.replica.roster[replica]
    return Author(member: entry?.member, device: entry?.device ?? "device \(replica)")
  }

  /// Up to which revision another device has everything, as far as this one was told.
  public func seenBy() -> [String: Revision] {
    Dictionary(
      seen.compactMap { replica, revision in core.replica.roster[replica].map { ($0.device, revision) } },
      uniquingKeysWith: { max($0, $1) })
  }

  private var link: DeviceStatus.Link {
    switch core.link.condition {
    case .stopped(.disconnected): .offline
    case .stopped(.refused(let fault)): .refused(HubFault(fault))
    case .waiting(let until, _): .waiting(milliseconds: max(0, until - monotonicMilliseconds()))
    case .connecting: .connecting
    case .catchingUp: .catchingUp
    case .live: .live
    }
  }

  func collection(named name: String) throws -> CollectionSchema {
    if let collection = configuration.pack.collection(named: name) { return collection }
    throw Rejection(.unknownCollection, message: "`\(configuration.pack.name)` has no collection `\(name)`.")
  }

  // MARK: Observation

  /// Tells which records may have changed, as ids by collection; the first element comes at the first change.
  ///
  /// Ends when its task is cancelled. A slow observer gets the changes it has missed as one.
  public func changes() -> AsyncStream<[String: Set<RecordID>]> {
    observers.addChanges { [weak self] id in Task { await self?.removeObserver(id) } }
  }

  /// Tells how the device is doing: the status now, then each time it changes. A slow observer gets the newest.
  public func statuses() -> AsyncStream<DeviceStatus> {
    let stream = observers.addStatuses { [weak self] id in Task { await self?.removeObserver(id) } }
    statusChanged()
    return stream
  }

  /// Tells of each change set that the hub has decided.
  public func settlements() -> AsyncStream<SettledChange> {
    observers.addSettlements { [weak self] id in Task { await self?.removeObserver(id) } }
  }

  private func removeObserver(_ id: Int) {
    observers.remove(id)
  }

  func statusChanged() {
    guard observers.wantsStatuses, let status = try? status() else { return }
    observers.tell(status)
  }

  // MARK: The shell around the core

  private func moment() -> DeviceCore.Moment {
    DeviceCore.Moment(
      monotonic: monotonicMilliseconds(), clock: configuration.clock(), random: configuration.random())
  }

  private func run(
    _ body: (inout DeviceCore, DeviceCore.Moment, SQLiteReplica) throws -> [DeviceCore.Effect]
  ) {
    do {
      carryOut(try body(&core, moment(), storage))
    } catch {
      fail(DeviceError(error, path: configuration.path))
    }
    statusChanged()
    resumeWaiters()
  }

  /// The file fails: nothing received may count, so the link ends, and the status says why.
  private func fail(_ error: DeviceError) {
    lastFault = HubFault(error)
    connection?.task?.cancel()
    connection = nil
    carryOut((try? core.disconnect(moment(), storage)) ?? [])
  }

  private func carryOut(_ effects: [DeviceCore.Effect]) {
    for effect in effects {
      switch effect {
      case .open: open()
      case .write(let bytes):
        connection?.channel?.writeAndFlush(TransportFrame(bytes: bytes, form: form), promise: nil)
      case .close: close()
      case .wake(let time): wake(at: time)
      case .changed(let keys): tell(keys)
      case .settled(let entries): tell(entries)
      case .seen(let replica, let revision): seen[replica] = max(seen[replica] ?? .zero, revision)
      case .condition(let condition): note(condition)
      case .answered(let id, let answer): answered(id, answer)
      }
    }
  }

  /// Sends a question; nothing when there is no live connection.
  func send(_ id: UInt64, _ inquiry: Inquiry) {
    run { core, moment, storage in try core.inquire(id, inquiry, moment, storage) }
  }

  private func note(_ condition: DeviceLink.Condition) {
    if condition != .live { questions.fail(DeviceError.offline) }
    switch condition {
    case .stopped(.refused(let fault)): lastFault = HubFault(fault)
    case .waiting(_, let fault?): lastFault = HubFault(fault)
    case .live: lastFault = nil
    case .stopped(.disconnected), .waiting(_, nil), .connecting, .catchingUp: break
    }
  }

  private func tell(_ keys: Set<ReplicaKey>) {
    var changes: [String: Set<RecordID>] = [:]
    for key in keys {
      guard let collection = configuration.pack.collection(key.collection) else { continue }
      changes[collection.name, default: []].insert(key.record)
    }
    observers.tell(changes)
  }

  private func tell(_ entries: [SettledEntry]) {
    for entry in entries {
      let settled = SettledChange(entry)
      lastSettled = settled
      observers.tell(settled)
    }
  }

  private func wake(at time: Int64) {
    if wakeTask != nil, let wakeAt, wakeAt <= time, wakeAt > monotonicMilliseconds() { return }
    wakeTask?.cancel()
    wakeAt = time
    let delay = Duration.milliseconds(max(0, time - monotonicMilliseconds()))
    wakeTask = Task { [weak self] in
      try? await Task.sleep(for: delay, clock: .suspending)
      guard !Task.isCancelled else { return }
      await self?.woke()
    }
  }

  private func woke() {
    wakeAt = nil
    wakeTask = nil
    run { core, moment, storage in try core.tick(moment, storage) }
  }

  // MARK: The connection

  private func open() {
    let number = nextConnection
    nextConnection += 1
    let address = address
    connection = Connection(number: number)
    connection?.task = Task { [weak self] in
      do {
        let connection = try await Connector.connect(to: address)
        try await connection.executeThenClose { inbound, _ in
          await self?.opened(number, connection.channel)
          for try await frame in inbound { await self?.received(number, frame) }
        }
      } catch let error as DeviceError {
        await self?.note(error, number)
      } catch {
        // Whatever ended it: the link decides when to try again, and a fault of the hub came as a message.
      }
      await self?.closed(number)
    }
  }

  private func opened(_ number: Int, _ channel: any Channel) {
    guard connection?.number == number else { return channel.close(promise: nil) }
    connection?.channel = channel
    run { core, moment, storage in try core.opened(moment, storage) }
  }

  private func received(_ number: Int, _ frame: TransportFrame) {
    guard connection?.number == number else { return }
    run { core, moment, storage in try core.received(frame.bytes, moment, storage) }
  }

  private func note(_ error: DeviceError, _ number: Int) {
    guard connection?.number == number else { return }
    lastFault = HubFault(error)
  }

  private func closed(_ number: Int) {
    guard connection?.number == number else { return }
    connection = nil
    run { core, moment, storage in try core.closed(moment, storage) }
  }

  private func close() {
    guard let connection else { return }
    self.connection = nil
    guard let channel = connection.channel else {
      connection.task?.cancel()
      return
    }
    if case .webSocket = address.transport {
      channel.triggerUserOutboundEvent(WebSocketHandler.CloseRequest(code: 1000, reason: ""), promise: nil)
    }
    LingeringClose.close(channel)
  }
}

// MARK: - For the test client

extension Device {
  /// Sends again what has been sent already, as after a lost answer.
  package func resend() {
    run { core, _, storage in try core.resend(storage) }
  }

  /// Ends the connection and every wait as a process that dies does: without a goodbye.
  package func abandon() {
    let channel = connection?.channel
    connection?.task?.cancel()
    connection = nil
    channel?.close(promise: nil)
    run { core, moment, storage in
      // The link must not say goodbye: for it the connection has broken, and no new one is wanted.
      let broken = try core.closed(moment, storage)
      return broken + (try core.disconnect(moment, storage))
    }
    wakeTask?.cancel()
    wakeTask = nil
    wakeAt = nil
  }

  /// The last decided change sets, newest first.
  package func recentlySettled(limit: Int) throws -> [SettledEntry] {
    try storage.recentlySettled(limit: limit)
  }

  /// How many wait until the hub has decided.
  package var waiterCount: Int { waiters.count }

  /// How many streams are being observed.
  package var observerCount: Int { observers.count }

  /// The replica as it is.
  package var replica: Replica { core.replica }
}

/// Who writes under a replica number.
public struct Author: Hashable, Sendable {
  /// The member; nil for the hub and for devices this one was not told of.
  public let member: RecordID?
  /// What people call the device.
  public let device: String
}

/// A change set that the hub has not decided.
public struct PendingChange: Hashable, Sendable {
  /// Which.
  public let ticket: ChangeTicket
  /// What it does.
  public let changes: [RecordChange]
  /// When it was made, by the device's clock.
  public let madeAt: Instant
  /// Whether it was sent.
  public let isSent: Bool

  init(_ entry: OutboxEntry) {
    ticket = ChangeTicket(entry.changeSet)
    changes = entry.changeSet.changes
    madeAt = entry.madeAt
    isSent = entry.isSent
  }
}
