internal import HearthModel

/// Decides one change set that has not been decided before: steps 3 to 8 of admission (docs/internals/change-set.md).
final class Admission {
  let plan: Plan
  let household: HouseholdState
  /// The change set, with the ids that records have; see ``resolveAliases()``.
  var submission: Submission
  let work: WorkingSet
  /// The stamp that counts.
  let stamp: HybridTime
  let now: Instant
  let stage: Stage
  /// Who writes, and the clocks in the household's zone; known once the member has been looked up.
  private(set) var setting: Scene.Setting
  /// The same where references lead to deleted records too.
  private(set) lazy var settingWithDeleted = makeSetting(actor, clocks, followsDeleted: true)
  /// The moves that the change set makes.
  var moves: [MadeMove] = []
  /// What the writer's device showed of tracked fields where the hub has gone on since, by record.
  var seen: [RecordKey: [FieldNumber: Value]] = [:]
  /// The changes whose right depends on more than the role, to be judged again on the result.
  var conditionalChanges: [RecordChange] = []
  /// The records that the change set calls by another id than they have.
  var aliases = AliasBook()
  /// What effects have done, for the bound.
  var effectCount = 0
  /// Records of other households whose values this change set takes over.
  private var overtaken: [UniqueHolder] = []
  private let dayInZone: @Sendable (Instant, String) -> Day?

  /// What came of it.
  struct Decision {
    let verdict: Outcome.Verdict
    /// The patch for everybody else; nil when nothing was committed.
    let patch: Publication?
    /// Where the result differs from what the author's device computes for itself.
    let ownRecords: [RecordPatch]
    /// Records of other households that have to go.
    var overtaken: [UniqueHolder] = []
  }

  /// Records that one change set may touch.
  static let recordsMax = 1000

  init(
    plan: Plan, dayInZone: @escaping @Sendable (Instant, String) -> Day?, household: HouseholdState,
    submission: Submission, work: WorkingSet, stamp: HybridTime, now: Instant
  ) {
    self.plan = plan
    self.dayInZone = dayInZone
    self.household = household
    self.submission = submission
    self.work = work
    self.stamp = stamp
    self.now = now
    stage = Stage(work: work, household: household.id, plan: plan)
    setting = .unknown
  }

  var pack: Pack { plan.pack }
  var actor: Scene.Actor { setting.actor }
  var clocks: Scene.Times { setting.times }
  var isHub: Bool { submission.replica == .hub }
  /// The author's rank, as the hub knows the member.
  var rank: Rank { actor.rank }
  var author: Authorship { Authorship(dot: submission.dot, stamp: stamp, rank: rank) }

  /// Decides; everything the change set did is in the working set when it was taken in, and nothing when it was not.
  func run() throws -> Decision {
    do {
      try admit()
    } catch let rejection as Rejection {
      return Decision(verdict: .rejected(aliases.named(rejection)), patch: nil, ownRecords: [])
    }
    try stage.shift()
    let builder = PatchBuilder(stage: stage, author: author, renamed: aliases.renamed)
    let revision = household.revision.next
    let decisions = try builder.decisions() + aliasDecisions()
    try stage.absorb(into: work, revision: revision)
    try keepAliases()
    return Decision(
      verdict: decisions.isEmpty ? .accepted : .merged(decisions),
      patch: try builder.publication(revision, at: now),
      ownRecords: try aliases.forgotten
        + builder.recordsForAuthor(submission, role: actor.role) { key in self.context(of: key) },
      overtaken: overtaken)
  }

  private func admit() throws {
    try enter()
    try resolveAliases()
    for change in try changes() {
      try apply(change, RecordKey(household.id, change.collection, change.record))
    }
    tellRewritten()
    try settle()
    if plan.hasRules { try followRules() }
    stage.stampHubFields(now: now)
    if plan.hasRules { try keepTrails() }
  }

  /// Follows references; a `restrict` with a condition restricts where it holds.
  func settle() throws {
    guard plan.hasRestrictions else { return try stage.settle(restricts: nil) }
    try stage.settle { [self] key, field, state in
      guard let collection = pack.collection(key.collection), let condition = collection.behavior.restrictions[field]
      else { return true }
      return try scene(key, collection, state).holds(condition) == true
    }
  }

  /// Steps 7 and 8 as far as the pack states them.
  private func followRules() throws {
    try checkRightsOnResult()
    try account()
    if case .day(let record) = submission.occasion { try turnDay(only: record) }
    let made = try checkNeeds()
    try runEffects(of: made)
    try checkInvariants()
    try takeOver()
  }

  /// Deletes what has to make room, and follows what comes of that.
  private func takeOver() throws {
    let holders = try claimUniques()
    overtaken = holders.filter { $0.household != household.id }
    let own = holders.filter { $0.household == household.id }
    guard !own.isEmpty else { return }
    for holder in own { try deleteByRule(RecordKey(household.id, holder.collection, holder.record)) }
    try runEffects(of: [])
    try checkInvariants()
    _ = try claimUniques()
  }

  // MARK: Step 3: the change set as a whole

  private func changes() throws -> [RecordChange] {
    let changes: [RecordChange]
    switch submission.changeSet.content {
    case .unreadable(let rejection): throw rejection
    case .changes(let list): changes = list
    }
    guard changes.count <= Self.recordsMax || isHub else {
      throw Rejection(
        .tooLarge, message: "At most \(Self.recordsMax) records in one change set; this has \(changes.count). Split it."
      )
    }
    var seen = Set<RecordKey>()
    for change in changes {
      guard seen.insert(RecordKey(household.id, change.collection, change.record)).inserted else {
        throw Rejection(
          .inconsistent, collection: change.collection, record: change.record,
          message: "A record stands at most once in a change set. Put its edits into one change.")
      }
    }
    return changes
  }

  // MARK: Step 1: who, and when

  private func enter() throws {
    let home = pack.collection(pack.householdCollection)!
    let record = try work.state(of: householdKey)
    let clocks = clocks(in: record, home)
    guard !isHub else { return setting = makeSetting(.hub, clocks, followsDeleted: false) }
    guard let record, record.isLive(in: home) else {
      throw Rejection(.householdGone, message: "The household is deleted. Remove the account from this device.")
    }
    let members = pack.collection(pack.memberCollection)!
    guard let member = submission.member,
      let state = try work.state(of: RecordKey(household.id, members.number, member)), state.isLive(in: members),
      let role = state.value(of: members.fields[pack.roleField.index], in: members).text,
      let rank = plan.ranks[role]
    else { throw Rejection(.forbidden, message: "The member of this device is not in the household.") }
    let actor = Scene.Actor(
      member: member, role: role, rank: rank, device: submission.device, record: RecordFacts(state, in: members))
    setting = makeSetting(actor, clocks, followsDeleted: false)
    guard let session = plan.session else { return }
    let scene = Scene(collection: members, id: member, record: actor.record, in: setting)
    guard try scene.holds(session) == true else {
      throw Rejection(.forbidden, message: "This member may not come in at present.", rule: "session")
    }
  }

  var householdKey: RecordKey { RecordKey(household.id, pack.householdCollection, household.id.record) }

  private func clocks(in record: RecordState?, _ home: CollectionSchema) -> Scene.Times {
    let zone = record?.value(of: home.fields[pack.zoneField.index], in: home).text ?? "UTC"
    return Scene.Times(now: now, written: Instant(milliseconds: stamp.milliseconds)) { [dayInZone] in
      dayInZone($0, zone)
    }
  }

  // MARK: One record

  private func apply(_ change: RecordChange, _ key: RecordKey) throws {
    guard let collection = pack.collection(change.collection) else {
      throw Rejection(
        .unknownCollection, record: change.record,
        message: "`\(pack.name)` has no collection number \(change.collection.rawValue). Check the pack's version.")
    }
    let shape = EditShape(collection: collection, change: change, isHub: isHub, fillIn: fillIn)
    var operation = aliases.isFolded(key) ? try shape.operation().onlyGiven(by: shape) : try shape.operation()
    let existing = try work.state(of: key)
    try checkSight(existing, key, shape)
    try checkPresence(existing, change, collection, shape)
    let context = cut(change.context)
    try checkRights(existing, key, shape)
    if let existing { try checkExpectation(existing, change, context, shape) }
    if let existing, !plan[collection.number].tracked.isEmpty { seen[key] = seenValues(existing, context) }
    let (steps, filled) = try takeSteps(existing, key, shape, &operation)
    var state = existing ?? RecordState(slotCount: collection.slots.count)
    do {
      try state.apply(operation, by: author, context: context, rules: collection.rules)
      for step in steps {
        try state.add(step, by: author, context: state.versions, rules: collection.rules)
      }
    } catch {
      throw rejection(error, collection, shape)
    }
    var slots = PositionSet(operation.slots.lazy.map(\.slot))
    for step in steps { for (slot, _) in step.slots { slots.insert(slot) } }
    for slot in slots { try checkLimits(state, slot, collection, shape) }
    stage.put(key, state, before: existing, slots: slots, kind: change.kind)
    for slot in filled { stage.tell(key, slot) }
    if change.kind == .create { try checkJoin(key, change) }
  }

  private(set) lazy var fillIn = EditShape.FillIn(
    now: now, today: plan.fillsInDays ? clocks.today : nil, household: household.id, member: submission.member)

  /// Row C2: no device can claim to have seen what the hub has not decided.
  func cut(_ context: VersionVector) -> VersionVector {
    context.cut { replica in
      replica == submission.replica ? submission.changeSet.counter - 1 : household.progress(of: replica).counter
    }
  }

  private func context(of key: RecordKey) -> VersionVector {
    let change = submission.changeSet.changes.first { $0.collection == key.collection && $0.record == key.record }
    var context = cut(change?.context ?? VersionVector())
    context.join(Dot(submission.replica, submission.changeSet.counter))
    return context
  }
}
