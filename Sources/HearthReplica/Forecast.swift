package import HearthModel

/// What the rules of the pack say about an edit before it is sent: the hub's own code over what this device holds.
///
/// A promise of nothing: the hub decides on what it holds when the edit arrives. But what is refused here would be
/// refused there, were nothing to change in between.
package struct Forecast {
  let replica: Replica
  let now: Instant
  /// A record as the person sees it; nil when the device holds none.
  let view: (ReplicaKey) throws -> VisibleRecord?

  /// What is to be expected.
  package enum Answer: Hashable, Sendable {
    /// As far as this device can tell, the hub will take it.
    case fine
    /// The hub would refuse it.
    case refused(Rejection)
    /// It depends on what this device does not hold, or on the hub's order.
    case hubDecides
  }

  /// The answer for a list of changes: the first refusal, else whether all are fine.
  func answer(_ changes: [RecordChange]) throws -> Answer {
    var answers = [Answer]()
    for change in changes {
      guard let collection = replica.pack.collection(change.collection) else { continue }
      let judged = try judge(change, collection)
      if case .refused = judged { return judged }
      answers.append(judged)
    }
    return answers.contains(.hubDecides) ? .hubDecides : .fine
  }

  // MARK: One record

  private func judge(_ change: RecordChange, _ collection: CollectionSchema) throws -> Answer {
    let actor = actor
    let before = change.kind == .create ? nil : try view(ReplicaKey(change.collection, change.record))
    var after = before ?? VisibleRecord(in: collection)
    let author = Authorship(
      dot: Dot(replica.identity.replica ?? .hub, replica.identity.nextCounter), stamp: HybridTime(rawValue: 0),
      rank: actor.rank)
    after.apply(change, by: author, fillIn: replica.fillIn(at: now), in: collection)
    var scene = try scene(change.record, collection, after, before, actor)
    scene.changed = FieldSet(change.edits.map(\.field))
    let rights = try rights(change, collection, scene)
    guard rights == .fine else { return rights }
    guard change.kind == .create || change.kind == .update else { return .hubDecides }
    let moves = try moves(change, collection, scene)
    if case .refused = moves { return moves }
    let checks = try checks(collection, scene, isNew: before == nil)
    if case .refused = checks { return checks }
    let isHubs = moves == .hubDecides || checks == .hubDecides || !collection.behavior.uniques.isEmpty
    return isHubs ? .hubDecides : .fine
  }

  private func rights(_ change: RecordChange, _ collection: CollectionSchema, _ scene: Scene) throws -> Answer {
    let needs = Judge.needs(of: change.edits, in: collection)
    // What only moves needs no other right.
    if change.kind == .update, needs.isEmpty, !change.edits.isEmpty { return .fine }
    let verb = Access.Verb(change.kind)
    let permit = collection.permit(for: verb, role: scene.actor.role)
    switch try Judge.unmet(verb == .delete ? [] : needs, permit, in: scene.all(for: verb)) {
    case .granted: return .fine
    case .unknown: return .hubDecides
    case .refused(let need):
      return .refused(Judge.forbidden(verb, need, of: change.record, in: collection, role: scene.actor.role))
    }
  }

  private func moves(_ change: RecordChange, _ collection: CollectionSchema, _ scene: Scene) throws -> Answer {
    guard scene.old != nil else { return .fine }
    var answer = Answer.fine
    for edit in change.edits {
      let moves = collection.behavior.moves.filter { $0.field == edit.field }
      guard !moves.isEmpty, case .set(let value) = edit.action, let field = collection.field(edit.field) else {
        continue
      }
      switch try step(field, to: value, moves, scene) {
      case .fine: break
      case .hubDecides: answer = .hubDecides
      case .refused(let rejection): return .refused(rejection)
      }
    }
    return answer
  }

  private func step(_ field: Field, to value: Value, _ moves: [Move], _ scene: Scene) throws -> Answer {
    let refuse = { (refusal: Refusal, rule: String, failed: [String], message: String) -> Answer in
      .refused(
        Judge.refused(
          refusal, by: rule, of: scene.id, in: scene.collection, field: field.number, failed: failed,
          otherwise: message))
    }
    switch try Judge.step(field.number, to: value, moves, scene) {
    case .none(let refusal):
      let current = scene.old?.value(of: field.number)?.shortText ?? "unknown"
      return refuse(refusal, field.name, [], Judge.noStep(of: field, from: current, to: value.shortText))
    case .forbidden(let moves):
      return refuse(
        Refusal(.forbidden), moves[0].name, [], Judge.mayNotMake(moves, role: scene.actor.role))
    case .unknown: return .hubDecides
    case .moves(let candidates):
      let unmet = try candidates.map { try Judge.unmetNeeds(of: $0, scene) }
      if unmet.contains([]) { return candidates.allSatisfy(\.isDecidedByHub) ? .hubDecides : .fine }
      guard let first = unmet[0], !unmet.contains(nil) else { return .hubDecides }
      return refuse(
        first[0].refusal, candidates[0].name, first.map(\.name), Judge.needsMore(candidates[0], first))
    }
  }

  private func checks(_ collection: CollectionSchema, _ scene: Scene, isNew: Bool) throws -> Answer {
    var isKnown = true
    for check in collection.behavior.checks where isNew || !check.reach.isDisjoint(with: scene.changed) {
      switch try scene.holds(check.condition) {
      case true?: break
      case nil: isKnown = false
      case false?:
        return .refused(
          Judge.refused(
            check.refusal, by: check.name, of: scene.id, in: collection, field: check.reach.numbers.first,
            otherwise: Judge.wouldNotHold(check)))
      }
    }
    return isKnown ? .fine : .hubDecides
  }

  // MARK: What is known

  private var actor: Scene.Actor {
    let members = replica.pack.collection(replica.pack.memberCollection)!
    let own = try? view(ReplicaKey(members.number, replica.identity.member))
    return Scene.Actor(
      member: replica.identity.member, role: replica.identity.role,
      rank: replica.pack.roles.rank(of: replica.identity.role) ?? Rank(rawValue: 0), device: nil,
      record: own.map { RecordFacts($0, known: Self.firm(members), in: members) })
  }

  private func scene(
    _ id: RecordID, _ collection: CollectionSchema, _ after: VisibleRecord, _ before: VisibleRecord?,
    _ actor: Scene.Actor
  ) throws -> Scene {
    let homes = replica.pack.collection(replica.pack.householdCollection)!
    let home = try view(ReplicaKey(homes.number, replica.identity.household.record))
    let facts = { (record: VisibleRecord) in RecordFacts(record, known: Self.firm(collection), in: collection) }
    let setting = Scene.Setting(
      actor: actor, times: Scene.Times(now: now, written: now, day: { _ in nil }),
      household: { home.map { RecordFacts($0, known: Self.firm(homes), in: homes) } },
      find: { number, record in try find(number, record) })
    return Scene(
      collection: collection, id: id, record: facts(after), old: before.map(facts), isNew: before == nil, in: setting)
  }

  private func find(_ number: CollectionNumber, _ record: RecordID) throws -> Scene.Finding {
    guard let collection = replica.pack.collection(number) else { return .none }
    guard let found = try view(ReplicaKey(number, record)) else { return .unknown }
    guard found.life == .live else { return .none }
    return .record(RecordFacts(found, known: Self.firm(collection), in: collection))
  }

  /// The fields that nothing but an edit changes; what the hub derives may differ there from what is shown here.
  private static func firm(_ collection: CollectionSchema) -> FieldSet {
    FieldSet(
      collection.fields.lazy.filter { field in
        guard field.isPublished else { return false }
        if case .hub(.derived) = collection.slots[field.slot].rule { return false }
        return true
      }.map(\.number))
  }
}

extension Replica {
  /// What the rules of the pack say about a draft, before it is put into the outbox.
  ///
  /// - Throws: ``Rejection`` for what the hub would refuse in any case; what the reader throws.
  package func forecast(_ draft: Draft, now: Instant, _ reader: some ReplicaReader) throws -> Forecast.Answer {
    let view = { (key: ReplicaKey) in try self.view(key, reader) }
    let changes = try DraftResolver(replica: self).changes(of: draft, now: now, view: view)
    return try Forecast(replica: self, now: now, view: view).answer(changes)
  }
}
