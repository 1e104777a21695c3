package import HearthModel

// What happens in a household when a day begins in its zone (docs/reference/pack-language.md, section 15).

/// What became of the beginning of a day.
package struct DayTurn: Sendable {
  package let batch: DecidedBatch
  /// Records whose day is refused by a rule.
  package let withheld: [Withheld]
}

extension Engine {
  /// Whether a pack has something that happens when a day begins.
  package var hasDays: Bool { plans.values.contains { $0.hasDays } }

  /// The day in a household's zone; nil for households without anything that depends on it.
  package func day(of household: HouseholdID, reader: any StoreReader, now: Instant) throws -> Day? {
    guard let state = try reader.household(household), let pack = packs[state.app], plans[state.app]?.hasDays == true,
      let home = pack.collection(pack.householdCollection),
      let record = try reader.record(RecordKey(household, home.number, household.record))
    else { return nil }
    let zone = record.value(of: home.fields[pack.zoneField.index], in: home).text
    return dayInZone(now, zone ?? "UTC")
  }

  /// Does what the packs say for the beginning of a day, household by household; what has nothing to do costs a look.
  ///
  /// The same day may be turned any number of times: what it does depends on the records alone.
  package func turnDay(of households: [HouseholdID], reader: any StoreReader, now: Instant) throws -> DayTurn {
    let work = WorkingSet(reader: reader)
    var (announcements, withheld) = ([DecidedBatch.Announcement](), [Withheld]())
    for id in households {
      guard let app = try work.household(id)?.state.app, let plan = plans[app], plan.hasDays else { continue }
      let turn = { (record: RecordKey?) throws -> Rejection? in
        let (result, announcement) = try decideOwn(.day(of: record), [], in: id, behind: 0, work, now)
        if let announcement { announcements.append(announcement) }
        guard case .decided(let outcome, _)? = result, case .rejected(let rejection) = outcome.verdict
        else { return nil }
        return rejection
      }
      // All at once, so that one revision has it; where a rule refuses that, record by record, so that what one may not
      // do holds back no other.
      guard try turn(nil) != nil else { continue }
      for collection in plan.pack.collections where plan[collection.number].hasDays {
        for record in try work.records(of: id, in: collection.number) {
          guard let rejection = try turn(RecordKey(id, collection.number, record)) else { continue }
          withheld.append(Withheld(household: id, collection: collection.name, record: record, rejection: rejection))
        }
      }
    }
    return DayTurn(
      batch: DecidedBatch(commit: work.commit(), results: [], announcements: announcements), withheld: withheld)
  }
}
