/// What the rules of a pack say about a scene: pure functions that the hub asks when it decides, and a device before it
/// sends. Where a device cannot know, the answer is nil: the hub decides.
package enum Judge {
  // MARK: Rights

  /// The fields of a record that the actor may see; empty when the record is not there for the actor.
  ///
  /// - Parameter scene: the record as it stands.
  package static func readableFields(_ scene: Scene) throws -> FieldSet? {
    let access = scene.collection.behavior.access
    guard !access.isOpen, !scene.actor.isHub else { return scene.collection.publishedFields }
    return try union(of: access.read, scene)
  }

  /// Whether somebody is meant: by role, by relation.
  package static func isMeant(_ who: Who, _ scene: Scene) throws -> Bool? {
    guard who.mayMean(role: scene.actor.role) else { return false }
    guard let relation = who.relation else { return true }
    return try scene.holds(relation)
  }

  /// Whether a grant applies.
  package static func applies(_ grant: Grant, _ scene: Scene) throws -> Bool? {
    guard let isMeant = try isMeant(grant.who, scene) else { return nil }
    guard isMeant, let condition = grant.condition else { return isMeant }
    return try scene.holds(condition)
  }

  /// The fields of all grants that apply; nil when one may apply and that is not known here.
  private static func union(of grants: [Grant], _ scene: Scene) throws -> FieldSet? {
    var fields = FieldSet()
    var isKnown = true
    for grant in grants {
      switch try applies(grant, scene) {
      case true?: fields.formUnion(grant.fields)
      case false?: break
      case nil: isKnown = false
      }
    }
    return isKnown ? fields : nil
  }

  /// What an edit needs a right for.
  package struct Need: Hashable, Sendable {
    package let field: FieldNumber
    /// The JSON path that is written; nil for the field as a whole.
    package let path: Document.Path?

    package init(_ field: FieldNumber, path: Document.Path? = nil) {
      self.field = field
      self.path = path
    }

    func isMet(by grant: Grant) -> Bool {
      if grant.fields.contains(field) { return true }
      guard let path else { return false }
      return grant.paths.contains { $0.field == field && $0.covers(path) }
    }
  }

  /// The first need for which no grant applies; nil when all are met.
  ///
  /// - Parameters:
  ///   - needs: what is written; empty for deletes and for changes that only move.
  ///   - scenes: in each of them a grant has to apply: before, after, or both.
  package static func unmet(
    _ needs: [Need], _ verb: Access.Verb, in scenes: [Scene]
  ) throws -> Verdict<Need?> {
    guard let scene = scenes.first else { return .granted }
    let access = scene.collection.behavior.access
    guard !access.isOpen, !scene.actor.isHub else { return .granted }
    let grants = access.grants(for: verb).filter { $0.who.mayMean(role: scene.actor.role) }
    let fixed = grants.filter { $0.who.relation == nil && $0.condition == nil }
    let open = needs.filter { need in !fixed.contains { need.isMet(by: $0) } }
    if open.isEmpty, !needs.isEmpty || !fixed.isEmpty { return .granted }
    let conditional = grants.filter { $0.who.relation != nil || $0.condition != nil }
    var isKnown = true
    var applying = [Grant]()
    for grant in conditional {
      var answer: Bool? = true
      for scene in scenes where answer != false {
        guard let applies = try applies(grant, scene) else {
          answer = nil
          continue
        }
        if !applies { answer = false }
      }
      if answer == true { applying.append(grant) }
      if answer == nil { isKnown = false }
    }
    if needs.isEmpty, !applying.isEmpty { return .granted }
    guard let missing = open.first(where: { need in !applying.contains { need.isMet(by: $0) } }) else {
      return needs.isEmpty ? (isKnown ? .refused(nil) : .unknown) : .granted
    }
    return isKnown ? .refused(missing) : .unknown
  }

  /// An answer that a device may not have.
  package enum Verdict<Reason> {
    case granted
    case refused(Reason)
    /// The hub decides.
    case unknown
  }
}

extension CollectionSchema {
  /// The fields that leave the hub.
  package var publishedFields: FieldSet { FieldSet(fields.lazy.filter(\.isPublished).map(\.number)) }
}
