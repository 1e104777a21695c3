/// What the rules of a pack say about a scene: pure functions that the hub asks when it decides, and a device before it
/// sends. Where a device cannot know, the answer is nil: the hub decides.
package enum Judge {
  // MARK: Who

  /// Whether somebody is meant: by role, by relation.
  package static func isMeant(_ who: Who, _ scene: Scene) throws -> Bool? {
    guard who.mayMean(role: scene.actor.role) else { return false }
    guard let relation = who.relation else { return true }
    return try scene.holds(relation)
  }

  /// Whether one of them is meant.
  package static func isMeant(any whos: [Who], _ scene: Scene) throws -> Bool? {
    var isKnown = true
    for who in whos {
      switch try isMeant(who, scene) {
      case true?: return true
      case false?: break
      case nil: isKnown = false
      }
    }
    return isKnown ? false : nil
  }

  /// Whether a grant applies.
  package static func applies(_ grant: Grant, _ scene: Scene) throws -> Bool? {
    guard let isMeant = try isMeant(grant.who, scene) else { return nil }
    guard isMeant, let condition = grant.condition else { return isMeant }
    return try scene.holds(condition)
  }

  // MARK: Reading

  /// The fields of a record that the actor may see; empty when the record is not there for the actor, nil when a grant
  /// may apply and that is not known here.
  ///
  /// - Parameters:
  ///   - permit: to read, of the actor's role.
  ///   - scene: the record as it stands.
  package static func readableFields(_ permit: Permit, _ scene: Scene) throws -> FieldSet? {
    let (fields, isKnown) = try permit.fields { try applies($0, scene) }
    return isKnown ? fields : nil
  }

  // MARK: Writing

  /// What an edit needs a right for.
  package struct Need: Hashable, Sendable {
    package let field: FieldNumber
    /// The JSON path that is written; nil for the field as a whole.
    package let path: Document.Path?

    package init(_ field: FieldNumber, path: Document.Path? = nil) {
      self.field = field
      self.path = path
    }

    func isMet(by fields: FieldSet, _ paths: [Grant.Path]) -> Bool {
      if fields.contains(field) { return true }
      guard let path else { return false }
      return paths.contains { $0.field == field && $0.covers(path) }
    }
  }

  /// What edits need a right for: moves have rights of their own, and bring the other fields of their group along.
  package static func needs(of edits: [Edit], in collection: CollectionSchema) -> [Need] {
    edits.compactMap { edit in
      guard collection.field(edit.field) != nil, !collection.movedFields.contains(edit.field) else { return nil }
      switch edit.action {
      case .put(let path, _), .drop(let path): return Need(edit.field, path: path)
      case .set, .add, .insert, .remove: return Need(edit.field)
      }
    }
  }

  /// The first need for which no grant applies; nil when all are met.
  ///
  /// - Parameters:
  ///   - needs: what is written; empty for deletes and for changes that only move.
  ///   - permit: of the actor's role, for the verb.
  ///   - scenes: in each of them a grant has to apply: before, after, or both. Asked for only when the role alone does
  ///     not decide.
  package static func unmet(
    _ needs: [Need], _ permit: Permit, in scenes: @autoclosure () throws -> [Scene]
  ) throws -> Verdict<Need?> {
    if permit.covers(needs) { return .granted }
    let scenes = try scenes()
    var isKnown = true
    var applying = [Grant]()
    for grant in permit.conditional {
      switch try applies(grant, inAll: scenes) {
      case true?: applying.append(grant)
      case false?: break
      case nil: isKnown = false
      }
    }
    if needs.isEmpty { return !applying.isEmpty ? .granted : isKnown ? .refused(nil) : .unknown }
    let missing = needs.first { need in
      !permit.covers(need) && !applying.contains { need.isMet(by: $0.fields, $0.paths) }
    }
    guard let missing else { return .granted }
    return isKnown ? .refused(missing) : .unknown
  }

  private static func applies(_ grant: Grant, inAll scenes: [Scene]) throws -> Bool? {
    var isKnown = true
    for scene in scenes {
      switch try applies(grant, scene) {
      case true?: break
      case false?: return false
      case nil: isKnown = false
      }
    }
    return isKnown ? true : nil
  }

  /// An answer that a device may not have.
  package enum Verdict<Reason> {
    case granted
    case refused(Reason)
    /// The hub decides.
    case unknown
  }
}
