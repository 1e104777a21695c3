package import HearthEngine
package import HearthModel
internal import HearthProtocol

/// A page of a catch-up that a session waits for.
package struct PageRequest: Sendable {
  package let household: HouseholdID
  /// The page begins behind this revision.
  package let revision: Revision
  let view: View
  /// Up to which revision the device holds nothing, because it takes everything anew.
  let emptyThrough: Revision
  /// The household's horizon when the session began.
  let horizon: Revision

  package init(
    household: HouseholdID, revision: Revision, view: View, emptyThrough: Revision, horizon: Revision
  ) {
    self.horizon = horizon
    self.household = household
    self.revision = revision
    self.view = view
    self.emptyThrough = emptyThrough
  }

  /// Reads the page, as far as the session's member may see it; on any thread.
  ///
  /// - Parameter bytesMax: stop behind the record that reaches this many stored bytes.
  package func page(from store: any StoreSnapshots, bytesMax: Int = Limits.pageBytes) throws -> Page {
    try store.changedRecords(of: household, after: revision, bytesMax: bytesMax) { changed, records in
      try page(changed, records)
    }
  }

  private func page(_ changed: ChangedRecords, _ records: @escaping Audience.Lookup) throws -> Page {
    var page = Page(through: changed.through, hasMore: changed.hasMore)
    // A record that was deleted behind the page before has been collected meanwhile: nobody would say so.
    if changed.horizon > max(horizon, revision) {
      page.isOutdated = true
      return page
    }
    // The rights of this moment, which the session may not have been told of yet.
    if !view.isOpen, try view.audience.standing(of: view.member, in: household, records) != view.standing {
      page.isOutdated = true
      return page
    }
    for entry in changed.entries {
      guard let collection = view.audience.pack.collection(entry.collection) else { continue }
      let whole = RecordPatch.whole(entry.collection, entry.record, entry.state, in: collection)
      let key = RecordKey(household, entry.collection, entry.record)
      let fields = try view.fields(of: key, entry.state, records)
      if collection.behavior.access.isOpen {
        page.records.append(whole)
      } else if !fields.isEmpty {
        page.records.append(whole.cut(to: fields))
      } else if entry.revision > emptyThrough, view.mayHaveSeen(entry.collection) {
        page.forget.append(entry.record.blinded(in: household, entry.collection))
      }
    }
    return page
  }
}

/// A page of a catch-up as one member may see it.
package struct Page: Sendable {
  package internal(set) var records: [RecordPatch] = []
  /// The blinded ids of records that changed, are not in the view and may have been.
  package internal(set) var forget: [UInt64] = []
  package let through: Revision
  package let hasMore: Bool
  /// Whether the member's view is not the session's any more, so that the page is empty and the session has to end.
  var isOutdated = false

  init(through: Revision, hasMore: Bool) {
    self.through = through
    self.hasMore = hasMore
  }
}
