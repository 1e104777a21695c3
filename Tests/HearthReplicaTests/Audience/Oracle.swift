import HearthEngine
import HearthMemory
import HearthModel
import HearthReplica

/// Who sees what of ``AudiencePack``, said once more in the simplest words.
struct Oracle {
  let lab: Lab
  let records: [ReplicaKey: VisibleRecord]
  /// The records with their values, also those that lie under a tombstone.
  private var underneath: [ReplicaKey: VisibleRecord] = [:]

  /// The household as the hub has it.
  init(_ lab: Lab) throws {
    self.lab = lab
    records = try lab.states[lab.state.revision] ?? [:]
    for entry in try lab.store.changedRecords(of: lab.household, after: .zero, bytesMax: .max).entries {
      guard let collection = lab.pack.collection(entry.collection) else { continue }
      var record = VisibleRecord(in: collection)
      record.life = entry.state.recordLife(in: collection)
      record.values = collection.fields.map { entry.state.value(of: $0, in: collection) }
      underneath[ReplicaKey(entry.collection, entry.record)] = record
    }
  }

  private func value(_ record: VisibleRecord, _ collection: String, _ field: String) -> Value {
    record[lab.field("\(collection).\(field)")]
  }

  private func live(_ collection: String, _ id: RecordID?) -> VisibleRecord? {
    guard let id, let record = underneath[ReplicaKey(lab.collection(collection).number, id)], record.life == .live
    else {
      return nil
    }
    return record
  }

  func role(of member: RecordID) -> String {
    live("people", member).flatMap { value($0, "people", "role").text } ?? ""
  }

  /// The fields of a record that a member sees; nil when the member does not see the record.
  func fields(_ key: ReplicaKey, _ member: RecordID) -> Set<String>? {
    guard let record = underneath[key], let collection = lab.pack.collection(key.collection) else { return nil }
    let role = role(of: member)
    let all = Set(collection.fields.map(\.name))
    let text = { (field: String) in value(record, collection.name, field) }
    switch collection.name {
    case "walls": return all
    case "letters": return nil
    case "journals": return text("owner").id == member ? all : nil
    case _ where role == "parent": return all
    case "homes": return ["zone", "is_open"]
    case "people": return ["name", "role", "is_active", "team"]
    case "tasks": return task(record, role, member)
    case "comments": return assignee(text("task").id) == member ? all : nil
    case "logs": return assignee(text("context").id) == member ? all : nil
    case "plans":
      guard let own = live("people", member) else { return nil }
      return value(own, "people", "team") == text("team") ? all : nil
    default: return live("homes", lab.household.record).map { value($0, "homes", "is_open") } == .bool(true) ? all : nil
    }
  }

  private func task(_ record: VisibleRecord, _ role: String, _ member: RecordID) -> Set<String>? {
    let isOffered = value(record, "tasks", "claimable") == .bool(true)
    if role == "helper" { return isOffered ? ["title", "claimable"] : nil }
    var fields = Set<String>()
    if value(record, "tasks", "assignee").id == member {
      fields.formUnion(["title", "assignee", "claimable", "price", "note", "hidden", "local", "labels", "extra"])
    }
    if isOffered { fields.formUnion(["title", "claimable", "note", "taker"]) }
    return fields.isEmpty ? nil : fields
  }

  private func assignee(_ task: RecordID?) -> RecordID? {
    live("tasks", task).flatMap { value($0, "tasks", "assignee").id }
  }

  // MARK: Devices

  /// What a phone has confirmed is what its member sees, and nothing else.
  func check(_ phone: Lab.Phone) throws {
    for collection in lab.pack.collections {
      let confirmed = Dictionary(uniqueKeysWithValues: phone.storage.confirmed(in: collection.number))
      for id in confirmed.keys where fields(ReplicaKey(collection.number, id), phone.member) == nil {
        throw LabFailure("\(phone.name) has \(collection.name)/\(id), which it may not see")
      }
      for (key, record) in records where key.collection == collection.number {
        guard let visible = fields(key, phone.member) else { continue }
        guard let found = confirmed[key.record] else {
          throw LabFailure("\(phone.name) does not have \(collection.name)/\(key.record)")
        }
        if let difference = Truth.difference(found, record.masked(visible, in: collection), in: collection) {
          throw LabFailure("\(phone.name): \(collection.name)/\(key.record) differs in \(difference)")
        }
      }
    }
  }
}

extension VisibleRecord {
  /// The record with defaults where something may not be seen.
  fileprivate func masked(_ visible: Set<String>, in collection: CollectionSchema) -> VisibleRecord {
    var record = self
    for field in collection.fields where !visible.contains(field.name) {
      record.values[field.number.index] = field.unwrittenValue
    }
    record.conflicts.removeAll { conflict in
      conflict.subject.fields.contains { !visible.contains(collection.field($0)!.name) }
    }
    return record
  }
}
