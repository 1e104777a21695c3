internal import Crypto
package import HearthModel

/// Decides change sets: what each may do, what it becomes together with what others wrote, and who is told.
///
/// A pure function of the batch, what the reader shows, the packs and the time (docs/internals/change-set.md walks
/// through the steps).
package struct Engine: Sendable {
  /// The packs by app.
  package let packs: [String: Pack]
  /// What is looked up in them, by app.
  let plans: [String: Plan]
  /// The day at a moment in a time zone; nil when the zone is unknown. Time zone tables are the shell's.
  package let dayInZone: @Sendable (Instant, _ zone: String) -> Day?

  /// Makes an engine.
  package init(packs: [String: Pack], dayInZone: @escaping @Sendable (Instant, _ zone: String) -> Day?) {
    self.packs = packs
    plans = packs.mapValues { Plan($0) }
    self.dayInZone = dayInZone
  }

  /// Decides a batch in its order.
  ///
  /// - Parameter now: the hub's clock.
  /// - Throws: what the reader throws. A bad change set never throws; it is rejected (P9).
  package func decide(_ batch: [Submission], reader: any StoreReader, now: Instant) throws -> DecidedBatch {
    let work = WorkingSet(reader: reader)
    var results = [SubmissionResult]()
    results.reserveCapacity(batch.count)
    var announcements = [DecidedBatch.Announcement]()
    for submission in batch {
      let (result, overtaken) = try decide(submission, work, now)
      results.append(result)
      for holder in overtaken { announcements += try makeRoom(holder, behind: results.count - 1, work, now) }
    }
    return DecidedBatch(commit: work.commit(), results: results, announcements: announcements)
  }

  /// Deletes a record of another household whose unique values were taken over.
  private func makeRoom(
    _ holder: UniqueHolder, behind position: Int, _ work: WorkingSet, _ now: Instant
  ) throws -> [DecidedBatch.Announcement] {
    let context = try work.state(of: RecordKey(holder.household, holder.collection, holder.record))?.versions
    let change = RecordChange(
      collection: holder.collection, record: holder.record, kind: .delete, context: context ?? VersionVector())
    let (_, announcement) = try decideOwn(.changes, [change], in: holder.household, behind: position, work, now)
    return announcement.map { [$0] } ?? []
  }

  /// Decides a change set of the hub's own.
  ///
  /// - Returns: what became of it, nil when the hub has no such household; and what is to be told to everybody.
  func decideOwn(
    _ occasion: Submission.Occasion, _ changes: [RecordChange], in household: HouseholdID, behind position: Int,
    _ work: WorkingSet, _ now: Instant
  ) throws -> (result: SubmissionResult?, announcement: DecidedBatch.Announcement?) {
    guard let state = try work.household(household)?.state else { return (nil, nil) }
    let changeSet = ChangeSet(
      counter: state.progress(of: .hub).counter + 1, stamp: HybridTime(milliseconds: now.milliseconds),
      content: .changes(changes))
    let submission = Submission(
      household: household, replica: .hub, device: nil, member: nil, offset: .zero, changeSet: changeSet,
      occasion: occasion)
    let (result, _) = try decide(submission, work, now)
    guard case .decided(_, let patch?) = result else { return (result, nil) }
    return (result, DecidedBatch.Announcement(household: household, patch: patch, position: position))
  }

  // MARK: Steps 1 and 2: who, and seen before?

  private func decide(
    _ submission: Submission, _ work: WorkingSet, _ now: Instant
  ) throws -> (SubmissionResult, overtaken: [UniqueHolder]) {
    guard let household = try work.household(submission.household), let plan = plans[household.state.app] else {
      return (.decided(unknownHousehold(submission, now), nil), [])
    }
    let progress = household.state.progress(of: submission.replica)
    let counter = submission.changeSet.counter
    let hash = Self.contentHash(of: submission.changeSet)
    if counter <= progress.counter {
      return (try repeated(submission, work, plan.audience, hash: hash), [])
    }
    guard counter == progress.counter + 1 else { return (.gap(expected: progress.counter + 1), []) }
    let stamp = submission.changeSet.stamp.corrected(
      by: submission.offset, now: now.milliseconds, after: progress.stamp)
    let former = try formerOutcome(submission, work, household.state, hash: hash)
    let admission = Admission(
      plan: plan, dayInZone: dayInZone, household: household.state, submission: submission, work: work, stamp: stamp,
      now: now)
    let decision =
      try former.map { Admission.Decision(verdict: $0.verdict, patch: nil, ownRecords: []) }
      ?? admission.run()
    if submission.leavesNoTrace(decision) {
      let revision = household.state.revision
      return (.decided(Outcome(counter: 0, revision: revision, at: now, verdict: decision.verdict), nil), [])
    }
    var state = household.state
    if decision.patch != nil { state.revision = state.revision.next }
    state.replicas[submission.replica] = HouseholdState.Replica(
      device: submission.device, counter: counter, stamp: stamp)
    let entry = ChangeEntry(
      dot: submission.dot, revision: former?.revision ?? state.revision, at: former?.at ?? now, stamp: stamp,
      offset: submission.offset, member: submission.member, rank: admission.rank, verdict: decision.verdict,
      contentHash: hash,
      // What was taken in is kept with the ids that the records have, what was not as it came.
      changeSet: decision.patch == nil ? submission.changeSet : admission.submission.changeSet)
    work.write(submission.household, state, entry)
    let outcome = Outcome(
      counter: counter, revision: entry.revision, at: entry.at,
      verdict: try plan.audience.shown(decision.verdict, to: submission, work), records: decision.ownRecords)
    return (.decided(outcome, decision.patch), decision.overtaken)
  }

  private func repeated(
    _ submission: Submission, _ work: WorkingSet, _ audience: Audience, hash: [UInt8]
  ) throws -> SubmissionResult {
    guard let past = try work.past(submission.household, submission.dot), past.contentHash == hash else {
      return .forked
    }
    return .repeated(
      Outcome(
        counter: submission.dot.counter, revision: past.revision, at: past.at,
        verdict: try audience.shown(past.verdict, to: submission, work)))
  }

  /// Replica numbers of one device that are looked through for a former dot, the newest.
  private static let formerNumbersMax = 64

  /// What became of the same content under another dot of the same device; nil when nothing did.
  ///
  /// A twin with the same past may have sent it first, as a new install. Of a former dot the counter alone counts: a
  /// hub that was put back has given the number to another install, or another number to this one.
  private func formerOutcome(
    _ submission: Submission, _ work: WorkingSet, _ household: HouseholdState, hash: [UInt8]
  ) throws -> PastDecision? {
    guard let device = submission.device else { return nil }
    if let dot = try work.dot(submission.household, of: RenewedContent(device, hash)) {
      return try work.past(submission.household, dot)
    }
    guard !submission.changeSet.formerly.isEmpty else { return nil }
    let numbers = household.replicas.filter { $0.value.device == device }.keys.sorted(by: >)
    for number in numbers.prefix(Self.formerNumbersMax) {
      for counter in Set(submission.changeSet.formerly.map(\.counter)) {
        let past = try work.past(submission.household, Dot(number, counter))
        if let past, past.contentHash == hash { return past }
      }
    }
    return nil
  }

  private func unknownHousehold(_ submission: Submission, _ now: Instant) -> Outcome {
    let rejection = Rejection(.householdGone, message: "The hub has no such household. Pair the device again.")
    return Outcome(
      counter: submission.changeSet.counter, revision: .zero, at: now, verdict: .rejected(rejection))
  }

  /// The hash that tells a resend from another content under the same dot.
  package static func contentHash(of changeSet: ChangeSet) -> [UInt8] {
    Array(SHA256.hash(data: changeSet.contentBytes).prefix(16))
  }
}
