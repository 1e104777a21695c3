import HearthEngine
import HearthMemory
import HearthModel
import HearthProtocol
import HearthReplica

/// What must hold at every step, as a lab sees it that knows both ends.
enum Truth {
  /// What a phone has confirmed is what the hub had at the phone's revision: record for record, field for field.
  static func confirmedIsTheHubs(_ lab: Lab, _ phone: Lab.Phone) throws {
    let cursor = phone.core.replica.identity.cursor
    guard try lab.state.has(cursor), let expected = lab.states[cursor.revision] else { return }
    for collection in lab.pack.collections {
      let confirmed = Dictionary(uniqueKeysWithValues: phone.storage.confirmed(in: collection.number))
      let expected = expected.filter { $0.key.collection == collection.number }
      guard confirmed.count == expected.count else {
        throw LabFailure(
          "\(phone.name) has \(confirmed.count) `\(collection.name)` at \(cursor.revision), the hub \(expected.count)")
      }
      for (key, record) in expected {
        let found = confirmed[key.record]
        if let difference = found.map({ difference($0, record, in: collection) }) ?? "the record" {
          throw LabFailure(
            "\(phone.name) at \(cursor.revision): \(collection.name)/\(key.record) differs in \(difference)")
        }
      }
    }
  }

  /// In what two states of a record differ, apart from the order of conflicts, from what stays at one device, and from
  /// the values under a record that is not there.
  static func difference(_ own: VisibleRecord, _ hubs: VisibleRecord, in collection: CollectionSchema) -> String? {
    if own.life != hubs.life { return "life: \(own.life), the hub's \(hubs.life)" }
    if own.versions != hubs.versions { return "versions: \(own.versions), the hub's \(hubs.versions)" }
    if Set(own.conflicts) != Set(hubs.conflicts) || own.conflicts.count != hubs.conflicts.count {
      return "conflicts: \(own.conflicts), the hub's \(hubs.conflicts)"
    }
    guard own.life == .live else { return nil }
    for field in collection.fields where !field.marks.contains(.device) && own[field] != hubs[field] {
      return "`\(field.name)`: \(own[field]), the hub's \(hubs[field])"
    }
    return nil
  }

  /// What all phones and the hub show at the end.
  static func everybodyAgrees(_ lab: Lab) throws {
    let head = try lab.state.revision
    for phone in lab.phones {
      guard phone.core.replica.identity.cursor.revision == head else {
        throw LabFailure("\(phone.name) stands at \(phone.core.replica.identity.cursor.revision), the hub at \(head)")
      }
      try confirmedIsTheHubs(lab, phone)
      for collection in lab.pack.collections {
        for (id, record) in try phone.core.replica.view(of: collection, phone.storage) {
          let expected = lab.states[head]?[ReplicaKey(collection.number, id)]
          if let difference = expected.map({ difference(record, $0, in: collection) }) ?? "the record" {
            throw LabFailure("\(phone.name) shows \(collection.name)/\(id) with another \(difference)")
          }
        }
      }
    }
  }

  // MARK: Fates

  /// What the hub has decided about a change set of a phone, under whatever number it was sent.
  static func decision(_ lab: Lab, _ phone: Lab.Phone, _ changeSet: ChangeSet) throws -> ChangeEntry? {
    let own = phone.core.replica.identity.replica.map { Dot($0, changeSet.counter) }
    for dot in changeSet.formerly + [own].compactMap({ $0 }) {
      if let entry = try lab.decision(of: dot), entry.changeSet.stamp == changeSet.stamp { return entry }
    }
    return nil
  }

  /// The sum that a phone shows is what the hub had at the phone's revision, and what of the phone's own is not in it:
  /// nothing is counted twice and nothing is left out, whatever has happened to connections and answers.
  static func sumsAreExact(_ lab: Lab, _ phone: Lab.Phone) throws {
    let replica = phone.core.replica
    let cursor = replica.identity.cursor
    guard try lab.state.has(cursor), let state = lab.states[cursor.revision] else { return }
    for (key, record) in state where lab.pack.collection(key.collection)?.name == "tallies" {
      var expected = record.values[0].int!
      for entry in replica.outbox {
        if let decided = try decision(lab, phone, entry.changeSet), decided.revision <= cursor.revision { continue }
        for change in entry.changeSet.changes where change.record == key.record {
          for case .add(let increment) in change.edits.map(\.action) { expected += increment }
        }
      }
      let shown = try replica.view(key, phone.storage)?.values[0].int
      if shown != expected {
        throw LabFailure(
          "\(phone.name) shows \(shown.map(String.init) ?? "nothing"), expected \(expected) at \(cursor.revision)"
        )
      }
    }
  }

  /// An empty outbox says that the hub has decided everything that was ever committed here (G06).
  static func emptyMeansDecided(_ lab: Lab, _ phone: Lab.Phone) throws {
    guard phone.core.replica.outbox.isEmpty else { return }
    let household = try lab.state
    var decided = Set<HybridTime>()
    for (number, progress) in household.replicas where progress.counter > 0 && number != .hub {
      for counter in 1...progress.counter {
        if let entry = try lab.decision(of: Dot(number, counter)) { decided.insert(entry.changeSet.stamp) }
      }
    }
    for stamp in phone.made where !decided.contains(stamp) {
      throw LabFailure("\(phone.name) has an empty outbox, and the hub has not decided \(stamp)")
    }
  }
}
