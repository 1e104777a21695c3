internal import Crypto
package import HearthModel

// What makes every household's records of the shared collections the rows of the catalogue
// (docs/decisions/0021-catalogues-are-rows-of-every-household.md).

/// What became of bringing households up to the catalogue.
package struct CatalogueRenewal {
  package let batch: DecidedBatch
  /// Rows that a household's own rules kept from being written or withdrawn.
  package let refused: [Withheld]
}

extension Engine {
  /// The apps with a catalogue, and a mark of what it says: two catalogues with one mark have the same rows.
  package var catalogueMarks: [String: [UInt8]] {
    packs.compactMapValues { pack in pack.catalogue.map { Self.mark(of: $0, in: pack) } }
  }

  private static func mark(of catalogue: Catalogue, in pack: Pack) -> [UInt8] {
    var hash = SHA256()
    for row in catalogue.rows {
      guard let collection = pack.collection(row.collection) else { continue }
      // What is left out has its default, which counts as well.
      let values = collection.fields.filter { !$0.isHubWritten }
        .map { "\($0.name)=\(row.value(of: $0).json)" }.joined(separator: ",")
      hash.update(data: Array("\(collection.name)/\(row.id){\(values)}\n".utf8))
    }
    return Array(hash.finalize())
  }

  /// Rows of the catalogue of an app; nil when it has none.
  package func catalogueRows(of app: String) -> Int? { packs[app]?.catalogue?.rows.count }

  /// Whether a household's records differ from the catalogue of its app.
  package func differsFromCatalogue(_ household: HouseholdID, reader: any StoreReader) throws -> Bool {
    try difference(of: household, WorkingSet(reader: reader))?.isEmpty == false
  }

  /// Writes what households lack, as change sets of the hub's own; what lacks nothing costs a look.
  package func renewCatalogue(
    of households: [HouseholdID], reader: any StoreReader, now: Instant
  ) throws -> CatalogueRenewal {
    let work = WorkingSet(reader: reader)
    var announcements = [DecidedBatch.Announcement]()
    var refused = [Withheld]()
    for id in households {
      var refusedHere = [Withheld]()
      // Two looks: a row that is back is compared when it is there again.
      for _ in 0..<2 {
        guard let difference = try difference(of: id, work), !difference.isEmpty else { break }
        refusedHere = try write(difference, in: id, work, now, &announcements)
      }
      refused += refusedHere
    }
    return CatalogueRenewal(
      batch: DecidedBatch(commit: work.commit(), results: [], announcements: announcements), refused: refused)
  }

  private func difference(of household: HouseholdID, _ work: WorkingSet) throws -> CatalogueDifference? {
    guard let app = try work.household(household)?.state.app, let pack = packs[app], let catalogue = pack.catalogue
    else { return nil }
    return try CatalogueDifference(catalogue, of: pack, in: household, work)
  }

  /// Writes all of it at once, so that nobody sees half of a catalogue; where a household's rules refuse that, what
  /// stands together, and each withdrawal for itself, so that one row does not hold back the others.
  private func write(
    _ difference: CatalogueDifference, in household: HouseholdID, _ work: WorkingSet, _ now: Instant,
    _ announcements: inout [DecidedBatch.Announcement]
  ) throws -> [Withheld] {
    let whole = difference.standing + difference.withdrawn
    if try decideCatalogue(whole, in: household, work, now, &announcements) == nil { return [] }
    let parts = [difference.standing] + difference.withdrawn.map { [$0] }
    return try parts.filter { !$0.isEmpty }.compactMap { part in
      guard let rejection = try decideCatalogue(part, in: household, work, now, &announcements) else { return nil }
      let app = try work.household(household)?.state.app ?? ""
      let collection = packs[app]?.collection(part[0].collection)?.name ?? ""
      return Withheld(
        household: household, collection: collection, record: part[0].record, rejection: rejection)
    }
  }

  /// Decides a change set of the catalogue; what is refused leaves no trace.
  ///
  /// - Returns: why it was refused; nil when it was not.
  private func decideCatalogue(
    _ changes: [RecordChange], in household: HouseholdID, _ work: WorkingSet, _ now: Instant,
    _ announcements: inout [DecidedBatch.Announcement]
  ) throws -> Rejection? {
    let (result, announcement) = try decideOwn(.catalogue, changes, in: household, behind: 0, work, now)
    if let announcement { announcements.append(announcement) }
    guard case .decided(let outcome, _)? = result, case .rejected(let rejection) = outcome.verdict else { return nil }
    return rejection
  }
}
