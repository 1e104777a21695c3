package import HearthModel

/// A patch, with what a session has to know to cut it to its member's view.
///
/// A class, since it passes from hand to hand and is never changed.
package final class Publication: Hashable, Sendable {
  /// What those are told who see everything.
  package let patch: Patch
  /// For each record of the patch how it is seen; nil where its collection is open to everybody. Empty when all are.
  let sights: [Sight?]
  /// Records that did not change, and may have come into a view or left it all the same.
  let shifted: [Sight]
  /// The members whose standing may have changed.
  package let standings: [RecordID: Standing]
  /// What the household's own record says to read conditions now; nil when that did not change.
  package let household: [Value]?

  /// Whether everybody is told the patch as it is.
  package var isForAll: Bool { sights.isEmpty && shifted.isEmpty }

  init(
    _ patch: Patch, sights: [Sight?] = [], shifted: [Sight] = [], standings: [RecordID: Standing] = [:],
    household: [Value]? = nil
  ) {
    self.patch = patch
    self.sights = sights.contains { $0 != nil } ? sights : []
    self.shifted = shifted
    self.standings = standings
    self.household = household
  }

  package static func == (left: Publication, right: Publication) -> Bool {
    left.patch == right.patch && left.sights == right.sights && left.shifted == right.shifted
      && left.standings == right.standings && left.household == right.household
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(patch) }
}

/// What a record said to the read conditions of its collection, before and after a change set.
struct Sight: Hashable, Sendable {
  let collection: CollectionNumber
  let record: RecordID
  /// What it said before; nil when there was no record.
  let before: [Value]?
  let after: [Value]
  /// The record as it is now, for those into whose view it comes.
  let state: RecordState

  /// All that may leave the hub of the record.
  func whole(in pack: Pack) -> RecordPatch? {
    pack.collection(collection).map { .whole(collection, record, state, in: $0) }
  }
}

extension View {
  /// What a session is told of one record.
  package enum Cut: Hashable, Sendable {
    /// Nothing: it was not in the view and is not.
    case nothing
    /// What changed, as far as these fields go.
    case changes(FieldSet)
    /// All of these fields: the record came into the view, or other fields of it are in the view than before.
    case whole(FieldSet)
    /// That it has left the view.
    case forget
  }

  /// What the session is told of each record of a publication; nil when it is told everything.
  ///
  /// Sessions with the same answer share one encoding.
  package func cuts(_ publication: Publication) -> [Cut]? {
    guard !publication.isForAll else { return nil }
    let records = publication.patch.records
    if isToldEverything(publication) { return nil }
    let changed = records.indices.map { position in
      publication.sight(of: position).map { cut($0) } ?? .changes(published(records[position].collection))
    }
    let shifted = publication.shifted.map { sight in
      if case .changes = cut(sight) { Cut.nothing } else { cut(sight) }
    }
    let isEverything =
      shifted.allSatisfy { $0 == .nothing }
      && zip(changed, records).allSatisfy { $0 == .changes(published($1.collection)) }
    return isEverything ? nil : changed + shifted
  }

  /// Whether the role alone shows all that a publication tells, as it mostly does.
  private func isToldEverything(_ publication: Publication) -> Bool {
    publication.shifted.isEmpty
      && publication.patch.records.indices.allSatisfy { position in
        let sight = publication.sight(of: position)
        return sight.map { published($0.collection).isSubset(of: always($0.collection)) } ?? true
      }
  }

  /// The fields that the role sees whatever a record says.
  private func always(_ collection: CollectionNumber) -> FieldSet { audience.permit(standing.role, collection).always }

  /// What is told of one record to somebody who did not write it.
  func cut(_ sight: Sight) -> Cut {
    let collection = sight.collection
    let after = fields(of: collection, sight.after)
    let shown = after.intersection(published(collection))
    guard let values = sight.before else { return after.isEmpty ? .nothing : .changes(shown) }
    let before = fields(of: collection, values)
    if after.isEmpty { return before.isEmpty ? .nothing : .forget }
    return before == after ? .changes(shown) : .whole(shown)
  }

  func published(_ collection: CollectionNumber) -> FieldSet { audience[collection]?.published ?? FieldSet() }
}

extension Publication {
  /// The patch as sessions with these cuts are told of it. Who sees nothing of it is told how far the household has
  /// come, and neither who brought it there nor when.
  package func patch(_ cuts: [View.Cut], in pack: Pack) -> Patch {
    let count = patch.records.count
    let records = cuts.indices.compactMap { position -> RecordPatch? in
      let record = position < count ? patch.records[position] : nil
      let sight = position < count ? sight(of: position) : shifted[position - count]
      switch cuts[position] {
      case .nothing: return nil
      case .changes(let fields): return record?.cut(to: fields)
      case .whole(let fields): return sight?.whole(in: pack)?.cut(to: fields)
      case .forget: return sight.map { .forgotten($0.collection, $0.record) }
      }
    }
    guard !records.isEmpty else { return .blank(patch.revision) }
    return Patch(revision: patch.revision, dot: patch.dot, at: patch.at, records: records)
  }

  /// How a record of the patch is seen; nil where its collection is open to everybody.
  func sight(of position: Int) -> Sight? {
    sights.indices.contains(position) ? sights[position] : nil
  }
}

extension Patch {
  /// What is told of a revision to those who may see nothing of it.
  package static func blank(_ revision: Revision) -> Patch {
    Patch(revision: revision, dot: Dot(.hub, 0), at: Instant(milliseconds: 0), records: [])
  }
}

extension RecordPatch {
  /// The patch as far as these fields go; a conflict about others too is not in it.
  package func cut(to visible: FieldSet) -> RecordPatch {
    RecordPatch(
      collection: collection, record: record, isWhole: isWhole, versions: versions, life: life,
      fields: fields.filter { visible.contains($0.field) }, conflicts: conflicts.filter { $0.isVisible(in: visible) })
  }
}

extension Conflict {
  /// Whether all that it is about may be seen. That a record lives or not may be by whoever sees the record.
  func isVisible(in fields: FieldSet) -> Bool { subject.fields.allSatisfy { fields.contains($0) } }
}
