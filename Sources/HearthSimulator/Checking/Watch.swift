internal import HearthEngine
internal import HearthHub
internal import HearthMemory
internal import HearthModel
internal import HearthProtocol
internal import HearthReplica
internal import HearthWire

/// Looks on: told of everything that the hub decides, writes, sends and reads, it compares that with what was promised.
struct Watch {
  /// What is known of the hub's households; put back with the database when that is restored from a backup.
  struct Memory {
    var models: [HouseholdID: MergeModel] = [:]
    /// FamQuest's rules, written down a second time, as long as they are asked only what they know of.
    var oracles: [HouseholdID: Oracle] = [:]
    var decided: [HouseholdID: [Dot: Decision]] = [:]
    var heads: [HouseholdID: Revision] = [:]
    /// Up to which revision each install has said to have everything, and when.
    var acknowledged: [HouseholdID: [ReplicaNumber: (revision: Revision, at: Int64)]] = [:]
    /// Change sets of which the hub kept only what answers a resend.
    var collected: [HouseholdID: Set<Dot>] = [:]
    /// How often each content was taken in.
    var taken: [MadeContent: Int] = [:]
  }

  /// What a member has made, whatever dot it got.
  struct MadeContent: Hashable {
    let household: HouseholdID
    let member: RecordID?
    let hash: [UInt8]
  }

  /// What was decided about a change set.
  struct Decision {
    let content: AuthoredKey
    /// Of the change set as it came.
    let hash: [UInt8]
    let isRejected: Bool
    let revision: Revision
    let at: Instant
  }

  let pack: Pack
  private let scope: Scope
  private let codec: WireCodec
  var memory = Memory()
  /// Whose install writes under a replica number.
  private var authors: [HouseholdID: [ReplicaNumber: DeviceEntry]] = [:]
  /// The replica number of each line that was let in, and the last revision that it was told of.
  private var told: [HubCore.ConnectionID: (replica: ReplicaNumber, revision: Revision)] = [:]
  /// How often each content was made: two copies of an app may make the same at the same moment.
  private var made: [MadeContent: Int] = [:]
  private(set) var changeSets = 0
  private(set) var rejected: [String: Int] = [:]
  private(set) var merged = 0

  private let asksOracle: Bool

  /// - Parameter asksOracle: whether each verdict is compared with that of the pack's own second implementation.
  init(_ pack: Pack, asksOracle: Bool) {
    self.pack = pack
    self.asksOracle = asksOracle
    scope = Scope(pack)
    codec = WireCodec(form: .binary, pack: pack)
  }

  mutating func founded(_ household: HouseholdID, in store: MemoryStore) throws {
    memory.models[household] = MergeModel(household: household, pack: pack, scope: scope)
    if asksOracle { memory.oracles[household] = Oracle(household: household.record, day: RuleWatch.day) }
    let founding = try store.read { try $0.change(household, Dot(.hub, 1)) }
    guard let founding else { throw Violation(.durable, "\(household)", "a founded household has no history") }
    try note(founding, household)
    memory.heads[household] = founding.revision
  }

  // MARK: Decisions

  /// A commit has reached the disk.
  mutating func committed(_ commit: HouseholdCommit, _ store: MemoryStore) throws {
    let place = "\(commit.household)"
    if memory.heads[commit.household] != commit.expectedHead {
      throw Violation(.decidedOnce, place, "a commit expects head \(commit.expectedHead), the last was another")
    }
    for entry in commit.changes { try note(entry, commit.household) }
    for entry in commit.changes { try checkHeld(entry, commit, store) }
    memory.heads[commit.household] = commit.head
  }

  private mutating func note(_ entry: ChangeEntry, _ household: HouseholdID) throws {
    let place = "\(household) \(entry.dot)"
    if memory.decided[household]?[entry.dot] != nil {
      throw Violation(.decidedOnce, place, "the change set was decided a second time")
    }
    let last = memory.models[household]?.decided[entry.dot.replica] ?? 0
    if entry.dot.counter != last + 1 {
      throw Violation(.noPoison, place, "it was decided behind counter \(last)")
    }
    let author = authors[household]?[entry.dot.replica]
    if let member = author?.member, entry.member != member {
      throw Violation(.authority, place, "its author is \(entry.member.map { "\($0)" } ?? "the hub"), not \(member)")
    }
    changeSets += 1
    var isRejected = false
    switch entry.verdict {
    case .accepted: break
    case .merged: merged += 1
    case .rejected(let rejection):
      isRejected = true
      rejected[rejection.code.name, default: 0] += 1
    }
    memory.decided[household, default: [:]][entry.dot] = Decision(
      content: AuthoredKey(entry.changeSet), hash: entry.contentHash, isRejected: isRejected,
      revision: entry.revision, at: entry.at)
    let stamp = memory.models[household]?.stamp(of: entry)
    let former = memory.models[household]?.decide(entry, by: author?.id)
    if let former {
      try checkRepetition(entry, of: former, household, place)
    } else {
      try checkToldOf(entry, stamp: stamp, household, place)
      try checkOnce(entry, household, place)
      try checkStaysGone(entry, household, place)
    }
    try RuleWatch.judge(entry, isFormer: former != nil, pack, &memory.oracles[household], place)
  }

  /// Nothing rises from the dead.
  private func checkStaysGone(_ entry: ChangeEntry, _ household: HouseholdID, _ place: String) throws {
    if case .rejected = entry.verdict { return }
    let gone = memory.models[household]?.gone ?? []
    let risen = entry.changeSet.changes.first { gone.contains(RecordKey(household, $0.collection, $0.record)) }
    if let risen { throw Violation(.convergence, place, "\(risen.record) was collected and is written to") }
  }

  /// The stamp that counts is the one that the clocks make, and what people have to be told is in the verdict.
  private func checkToldOf(_ entry: ChangeEntry, stamp: UInt64?, _ household: HouseholdID, _ place: String) throws {
    if let stamp, entry.stamp.rawValue != stamp {
      throw Violation(.merge, place, "its stamp should be \(HybridTime(rawValue: stamp)), is \(entry.stamp)")
    }
    let decisions: [HearthModel.Decision]
    switch entry.verdict {
    case .rejected: return
    case .accepted: decisions = []
    case .merged(let all): decisions = all
    }
    for conflict in memory.models[household]?.conflicts(of: entry) ?? [] {
      let isTold = decisions.contains {
        $0.collection == conflict.collection.number && $0.record == conflict.record
          && $0.conflict.subject == .fields(conflict.fields)
      }
      guard isTold else {
        let fields = conflict.fields.map { conflict.collection.fields[$0.index].name }.joined(separator: " and ")
        throw Violation(.nothingLost, place, "nobody is told of the conflict in \(conflict.record) \(fields)")
      }
    }
  }

  mutating func made(_ changeSet: ChangeSet, by member: RecordID, in household: HouseholdID) {
    let hash = Engine.contentHash(of: changeSet)
    made[MadeContent(household: household, member: member, hash: hash), default: 0] += 1
  }

  /// What a person did once is taken in once.
  private mutating func checkOnce(_ entry: ChangeEntry, _ household: HouseholdID, _ place: String) throws {
    if case .rejected = entry.verdict { return }
    let content = MadeContent(household: household, member: entry.member, hash: entry.contentHash)
    memory.taken[content, default: 0] += 1
    guard let made = made[content], let taken = memory.taken[content], taken > made else { return }
    throw Violation(.exactlyOnce, place, "it was made \(made == 1 ? "once" : "\(made) times") and is taken in anew")
  }

  /// What was decided under another dot gets the same answer.
  private func checkRepetition(
    _ entry: ChangeEntry, of former: Dot, _ household: HouseholdID, _ place: String
  ) throws {
    guard memory.decided[household]?[former]?.revision != entry.revision else { return }
    throw Violation(.exactlyOnce, place, "it was decided before, as \(former), and is decided anew")
  }

  /// What the hub is about to answer stands on the disk.
  func answered(_ results: [(ticket: HubCore.Ticket, result: SubmissionResult)]) throws {
    for (ticket, result) in results {
      let (outcome, isRepeated): (Outcome, Bool)
      switch result {
      case .decided(let decided, _): (outcome, isRepeated) = (decided, false)
      case .repeated(let repeated): (outcome, isRepeated) = (repeated, true)
      case .gap: continue
      case .forked:
        try checkFork(ticket.submission)
        continue
      }
      let dot = Dot(ticket.submission.replica, outcome.counter)
      let place = "\(ticket.submission.household) \(dot)"
      guard let known = memory.decided[ticket.submission.household]?[dot] else {
        throw Violation(.durable, place, "an outcome is given for what is not on the disk")
      }
      var isRejected = false
      if case .rejected = outcome.verdict { isRejected = true }
      if isRejected != known.isRejected || outcome.revision != known.revision {
        let when = isRepeated ? "the resend" : "it"
        throw Violation(.exactlyOnce, place, "\(when) is answered \(outcome.verdict.word), it was decided otherwise")
      }
    }
  }

  /// Nobody is refused for a value that is free.
  private func checkHeld(_ entry: ChangeEntry, _ commit: HouseholdCommit, _ store: MemoryStore) throws {
    // Who had it may have let it go in the same commit.
    guard case .rejected(let rejection) = entry.verdict, rejection.code == .uniqueViolation, commit.records.isEmpty
    else { return }
    let watch = UniqueWatch(pack: pack, store: store)
    guard try !watch.isHeld(rejection, entry, commit.household, Array(memory.models.keys)) else { return }
    throw Violation(.authority, "\(commit.household) \(entry.dot)", "\(rejection.rule ?? ""): nobody has these values")
  }

  private func checkFork(_ submission: Submission) throws {
    let dot = Dot(submission.replica, submission.changeSet.counter)
    let hash = Engine.contentHash(of: submission.changeSet)
    guard memory.decided[submission.household]?[dot]?.hash == hash else { return }
    throw Violation(.exactlyOnce, "\(submission.household) \(dot)", "its resend is taken for another change set")
  }

  // MARK: Sessions

  mutating func admitted(_ admitted: Doorkeeper.Admitted, _ hello: Hello) {
    let welcome = admitted.grant.welcome
    authors[welcome.household, default: [:]][welcome.replica] = admitted.device
  }

  /// The hub says something to a device.
  mutating func hubSays(
    _ bytes: [UInt8], on line: HubCore.ConnectionID, to device: SimulatedDevice, _ household: HouseholdID,
    _ store: MemoryStore
  ) throws {
    try Marks.check(bytes, device)
    guard let message = try? codec.decodeHubMessage(bytes) else {
      throw Violation(.noTrap, device.name, "the hub sends a frame that cannot be read")
    }
    switch message {
    case .welcome(let welcome):
      if welcome.household != household {
        throw Violation(.isolation, device.name, "is welcomed to \(welcome.household)")
      }
      told[line] = (welcome.replica, .zero)
    case .updates(let updates): for update in updates { try check(update, line, device, household, store) }
    case .caughtUp(let revision): told[line]?.revision = revision
    default: break
    }
  }

  private mutating func check(
    _ update: Update, _ line: HubCore.ConnectionID, _ device: SimulatedDevice, _ household: HouseholdID,
    _ store: MemoryStore
  ) throws {
    guard let known = told[line] else { return }
    let revision: Revision
    switch update {
    case .patch(let patch):
      revision = patch.revision
      if patch.revision <= known.revision {
        throw Violation(.order, device.name, "revision \(patch.revision) comes after \(known.revision)")
      }
    case .outcome(let outcome):
      // What was decided before is answered again at any time.
      revision = max(outcome.revision, known.revision)
      let dot = Dot(known.replica, outcome.counter)
      guard try store.read({ try $0.change(household, dot) != nil || $0.remnant(household, dot) != nil }) else {
        throw Violation(.durable, "\(household) \(dot)", "\(device.name) is given an outcome that is not on the disk")
      }
    }
    if try store.read({ try $0.household(household)?.revision ?? .zero }) < revision {
      throw Violation(.durable, device.name, "is told of revision \(revision), which is not on the disk")
    }
    told[line]?.revision = revision
  }

  /// A page was read for a catch-up.
  func read(_ page: Page, _ request: PageRequest, _ store: MemoryStore) throws {
    let changed = try store.changedRecords(of: request.household, after: request.revision, bytesMax: .max).entries.count
    if page.records.count + page.forget.count > changed {
      throw Violation(
        .catchUpCost, "\(request.household)",
        "behind revision \(request.revision) \(changed) records have changed, the page has \(page.records.count)")
    }
  }

  mutating func acknowledged(_ acknowledgement: Acknowledgement, _ store: MemoryStore, now: Int64) throws {
    memory.acknowledged[acknowledgement.household, default: [:]][acknowledgement.replica] = (
      acknowledgement.revision, now
    )
    let head = try store.read { try $0.household(acknowledgement.household)?.revision ?? .zero }
    if acknowledgement.revision > head {
      throw Violation(.bounded, "\(acknowledgement.household)", "revision \(acknowledgement.revision) is acknowledged")
    }
  }

  // MARK: Limits

  func bounds(of hub: HubProcess, limits: Limits) throws {
    let counts = hub.core.connectionCount
    if counts.all > hub.lines.count {
      throw Violation(.bounded, "the hub", "holds \(counts.all) connections, \(hub.lines.count) are open")
    }
    let inFlight = hub.tickets.count + (hub.pending?.tickets.count ?? 0)
    if inFlight > (hub.lines.count + 8) * Int(limits.pushWindow) * 2 {
      throw Violation(.bounded, "the hub", "\(inFlight) change sets wait to be decided")
    }
  }

  func settled(_ entries: [SettledEntry], on device: SimulatedDevice) throws {
    for entry in entries where entry.replica == .hub {
      throw Violation(.authority, device.name, "has change sets of the hub's own number")
    }
  }
}
