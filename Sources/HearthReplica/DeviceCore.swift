package import HearthModel
package import HearthProtocol
package import HearthWire

/// A whole device without I/O: its replica and its link to the hub.
///
/// A shell owns the socket, the disk and the clock; it tells the core what happened and carries out the effects. The
/// device library, the scenarios and the simulator share this one core.
package struct DeviceCore: Sendable {
  /// What the shell is asked to do, in order.
  package enum Effect: Sendable {
    /// Open a connection; answer with `opened` or `closed`.
    case open
    /// Write a frame (without length or WebSocket header).
    case write([UInt8])
    /// Close the connection.
    case close
    /// Call `tick` at this time of the monotonic clock.
    case wake(at: Int64)
    /// The view of these records may have changed.
    case changed(Set<ReplicaKey>)
    /// These change sets were decided.
    case settled([SettledEntry])
    /// Another device has everything up to a revision.
    case seen(ReplicaNumber, Revision)
    /// The link is in another condition.
    case condition(DeviceLink.Condition)
    /// A question has been answered.
    case answered(UInt64, Answer)
  }

  /// The clocks and the chance that the shell lends for one event.
  package struct Moment: Sendable {
    /// A monotonic clock in milliseconds, for waits.
    package let monotonic: Int64
    /// The device's clock, wrong or right, for stamps.
    package let clock: Instant
    /// 64 random bits.
    package let random: UInt64

    package init(monotonic: Int64, clock: Instant, random: UInt64) {
      self.monotonic = monotonic
      self.clock = clock
      self.random = random
    }
  }

  package private(set) var replica: Replica
  package private(set) var link = DeviceLink()
  private let token: String
  private let software: String
  let codec: WireCodec
  /// Bytes of an event's frames from which they are deflated; nil when the device does not deflate at all.
  let deflateThreshold: Int?
  /// Bytes to which the hub of this connection inflates; nil as long as it has not agreed to.
  package private(set) var hubInflates: UInt32?

  /// - Parameters:
  ///   - token: the device's credential.
  ///   - software: how the device names itself to the hub.
  ///   - deflatingFrom: bytes of frames that are sent at once from which they are deflated; nil never, nor does the
  ///     device then read what is. Text is never deflated.
  package init(
    replica: Replica, token: String, software: String, form: WireCodec.Form, deflatingFrom threshold: Int? = nil
  ) {
    self.replica = replica
    self.token = token
    self.software = software
    codec = WireCodec(form: form, pack: replica.pack)
    deflateThreshold = form == .binary ? threshold : nil
  }

  // MARK: What the app does

  /// The app wants a connection.
  package mutating func connect(_ moment: Moment, _ storage: some ReplicaStorage) throws -> [Effect] {
    try event(moment, storage) { $0.connect() }
  }

  /// The app wants none.
  package mutating func disconnect(_ moment: Moment, _ storage: some ReplicaStorage) throws -> [Effect] {
    try event(moment, storage) { $0.disconnect() }
  }

  /// Puts a draft into the outbox as one change set and sends it when there is a connection.
  ///
  /// - Returns: the effects, and the counter of the change set.
  /// - Throws: ``Rejection`` for what the hub would refuse in any case; what the storage throws.
  package mutating func commit(
    _ draft: Draft, _ moment: Moment, _ storage: some ReplicaStorage
  ) throws -> (effects: [Effect], counter: UInt64) {
    var counter: UInt64 = 0
    let changed = try perform(storage) { replica in
      let committed = try replica.commit(draft, now: moment.clock, storage)
      counter = committed.counter
      return committed.step
    }
    return (deflated(changed + (try outboxChanged(moment, storage))), counter)
  }

  /// Asks about what was decided; answered by `answered`, and nothing is sent when there is no live connection.
  package mutating func inquire(
    _ id: UInt64, _ inquiry: Inquiry, _ moment: Moment, _ storage: some ReplicaStorage
  ) throws -> [Effect] {
    try event(moment, storage) { $0.inquire(id, inquiry, now: moment.monotonic) }
  }

  /// Puts changes into the outbox as they are, asked or not: for tests of what the hub makes of a forged device.
  package mutating func forge(
    _ changes: [RecordChange], _ moment: Moment, _ storage: some ReplicaStorage
  ) throws -> (effects: [Effect], counter: UInt64) {
    var counter: UInt64 = 0
    let changed = try perform(storage) { replica in
      let added = replica.append(changes, now: moment.clock)
      counter = added.counter
      return added.step
    }
    return (deflated(changed + (try outboxChanged(moment, storage))), counter)
  }

  // MARK: What the connection does

  /// The connection is open.
  package mutating func opened(_ moment: Moment, _ storage: some ReplicaStorage) throws -> [Effect] {
    hubInflates = nil
    let hello = replica.hello(
      token: token, now: moment.clock, software: software, deflates: deflateThreshold != nil)
    return try event(moment, storage) { $0.opened(hello, now: moment.monotonic) }
  }

  /// A frame came.
  package mutating func received(
    _ frame: [UInt8], _ moment: Moment, _ storage: some ReplicaStorage
  ) throws -> [Effect] {
    let content: WireCodec.Content<HubMessage>
    do {
      content = try codec.readHubFrame(frame, inflatingTo: hubInflates == nil ? nil : Limits.deviceFrameBytes)
    } catch {
      return try leave(moment, storage)
    }
    switch content {
    case .message(let message): return deflated(try received(message, moment, storage))
    case .frames(let frames): return deflated(try received(frames, moment, storage))
    }
  }

  private mutating func received(
    _ message: HubMessage, _ moment: Moment, _ storage: some ReplicaStorage
  ) throws -> [Effect] {
    try event(moment, storage) { $0.received(message, now: moment.monotonic, random: moment.random) }
  }

  /// What was in a Deflated comes as if it had come frame by frame; what stands behind the end of the connection does
  /// not come at all (row D5).
  private mutating func received(
    _ frames: [[UInt8]], _ moment: Moment, _ storage: some ReplicaStorage
  ) throws -> [Effect] {
    var effects = [Effect]()
    for frame in frames {
      guard link.condition == .catchingUp || link.condition == .live else { break }
      guard let message = try? codec.decodeHubMessage(frame) else { return effects + (try leave(moment, storage)) }
      effects += try received(message, moment, storage)
    }
    return effects
  }

  /// What the hub says cannot be read: leave, as when it breaks the protocol.
  private mutating func leave(_ moment: Moment, _ storage: some ReplicaStorage) throws -> [Effect] {
    [.close] + (try closed(moment, storage))
  }

  /// No connection could be made, or it has ended.
  package mutating func closed(_ moment: Moment, _ storage: some ReplicaStorage) throws -> [Effect] {
    try event(moment, storage) { $0.closed(now: moment.monotonic, random: moment.random) }
  }

  /// Some time has passed.
  package mutating func tick(_ moment: Moment, _ storage: some ReplicaStorage) throws -> [Effect] {
    try event(moment, storage) { $0.tick(now: moment.monotonic, random: moment.random) }
  }

  /// Change sets that are sent again at most: a hub takes no more at once than its window.
  private static let resentMax = 128

  /// Sends again the last change sets that have been sent already, as after lost answers: for tests and the test
  /// client.
  package mutating func resend(_ storage: some ReplicaStorage) throws -> [Effect] {
    let settled = try storage.settled(of: replica.identity.incarnation, after: 0).map(\.changeSet)
    let changeSets = settled + replica.outbox.map(\.changeSet)
    guard link.condition == .live, !changeSets.isEmpty else { return [] }
    return deflated([.write(codec.encode(.push(changeSets.suffix(Self.resentMax))))])
  }

  // MARK: Inside

  private mutating func event(
    _ moment: Moment, _ storage: some ReplicaStorage, _ body: (inout DeviceLink) -> [DeviceLink.Directive]
  ) throws -> [Effect] {
    let before = link.condition
    var effects = [Effect]()
    for directive in body(&link) { effects += try carryOut(directive, moment, storage) }
    if link.condition != before { effects.append(.condition(link.condition)) }
    return effects
  }

  private mutating func carryOut(
    _ directive: DeviceLink.Directive, _ moment: Moment, _ storage: some ReplicaStorage
  ) throws -> [Effect] {
    switch directive {
    case .open: return [.open]
    case .close: return [.close]
    case .wake(let time): return [.wake(at: time)]
    case .send(let message): return [.write(codec.encode(message))]
    case .seen(let replica, let revision): return [.seen(replica, revision)]
    case .answered(let id, let answer): return [.answered(id, answer)]
    case .push(let counters): return try push(counters, storage)
    case .adopt(let welcome): return try adopt(welcome, moment, storage)
    case .note(let entries): return try perform(storage) { $0.note(entries) }
    case .stage(let records, let forget, let through):
      return try perform(storage) { try $0.stage(records, forget: forget, through: through, storage) }
    case .applyStaged(let revision): return try perform(storage) { try $0.applyStaged(revision, storage) }
    case .apply(let updates):
      let effects = try perform(storage) { try $0.apply(updates, storage) }
      return effects + (try outboxChanged(moment, storage))
    case .renewIncarnation:
      let effects = try perform(storage) { $0.renewIncarnation(max(moment.random, 1)) }
      return effects + (try outboxChanged(moment, storage))
    case .wipe: return try perform(storage) { $0.wipe() }
    }
  }

  private mutating func push(_ counters: ClosedRange<UInt64>, _ storage: some ReplicaStorage) throws -> [Effect] {
    var changeSets = [ChangeSet]()
    let effects = try perform(storage) { replica in
      let taken = replica.take(counters)
      changeSets = taken.changeSets
      return taken.step
    }
    return effects + Self.batches(changeSets).map { .write(codec.encode(.push($0))) }
  }

  /// Cuts what is to be pushed into frames that stay well below the hub's limit.
  private static func batches(_ changeSets: [ChangeSet]) -> [[ChangeSet]] {
    var batches = [[ChangeSet]]()
    var bytes = 0
    for changeSet in changeSets {
      let size = changeSet.encoded.count
      if batches.isEmpty || bytes + size > batchBytes {
        batches.append([])
        bytes = 0
      }
      batches[batches.count - 1].append(changeSet)
      bytes += size
    }
    return batches
  }

  /// Bytes of change sets in one frame, unless one alone is larger.
  private static let batchBytes = 128 * 1024

  private mutating func adopt(
    _ welcome: Welcome, _ moment: Moment, _ storage: some ReplicaStorage
  ) throws -> [Effect] {
    if welcome.deflates, deflateThreshold != nil { hubInflates = welcome.limits.frameBytes }
    var adoption = Replica.Adoption.goOn
    var effects = try perform(storage) { replica in
      let adopted = try replica.adopt(welcome, now: moment.clock, storage)
      adoption = adopted.adoption
      return adopted.step
    }
    effects += try outboxChanged(moment, storage)
    if adoption == .startOver {
      effects += try event(moment, storage) { $0.startOver(now: moment.monotonic, random: moment.random) }
    }
    return effects
  }

  private mutating func outboxChanged(_ moment: Moment, _ storage: some ReplicaStorage) throws -> [Effect] {
    let counters = replica.outboxCounters
    return try event(moment, storage) { $0.outboxChanged(counters, now: moment.monotonic) }
  }

  /// Takes a step of the replica: the new value counts once it is written.
  private mutating func perform(
    _ storage: some ReplicaStorage, _ body: (inout Replica) throws -> Replica.Step
  ) throws -> [Effect] {
    var next = replica
    let step = try body(&next)
    try storage.write(step.writes)
    replica = next
    var effects = [Effect]()
    if !step.changed.isEmpty { effects.append(.changed(step.changed)) }
    if !step.settled.isEmpty { effects.append(.settled(step.settled)) }
    return effects
  }
}
