internal import HearthModel
internal import HearthProtocol

// Patches, outcomes and decisions, on their way from a hub to a device.

extension WireNames {
  func update(_ update: Update) -> Hearth_V1_Update {
    var message = Hearth_V1_Update()
    switch update {
    case .patch(let patch): message.patch = self.patch(patch)
    case .outcome(let outcome): message.outcome = self.outcome(outcome)
    }
    return message
  }

  func update(_ message: Hearth_V1_Update) throws(ProtocolFault) -> Update {
    switch message.update {
    case .patch(let patch): return .patch(try self.patch(patch))
    case .outcome(let outcome): return .outcome(try self.outcome(outcome))
    case nil: throw faulty("an update is neither patch nor outcome")
    }
  }

  private func patch(_ patch: Patch) -> Hearth_V1_Patch {
    var message = Hearth_V1_Patch()
    message.revision = patch.revision.rawValue
    if patch.dot.counter > 0 { message.dot = dot(patch.dot) }
    message.at = patch.at.milliseconds
    message.records = patch.records.map { recordPatch($0) }
    return message
  }

  private func patch(_ message: Hearth_V1_Patch) throws(ProtocolFault) -> Patch {
    Patch(
      revision: Revision(rawValue: message.revision),
      // A counter of 0 names no change set, whatever the replica says.
      dot: message.dot.counter > 0 ? dot(message.dot) : Dot(.hub, 0),
      at: Instant(milliseconds: message.at), records: try list(message.records, recordPatch))
  }

  // MARK: Records

  func recordPatch(_ patch: RecordPatch) -> Hearth_V1_RecordPatch {
    var message = Hearth_V1_RecordPatch()
    if let name = name(of: patch.collection) {
      message.collectionName = name
    } else {
      message.collection = UInt32(patch.collection.rawValue)
    }
    if isReadable { message.uuid = patch.record.description } else { message.record = patch.record.data }
    message.forget = patch.isForgotten
    message.whole = patch.isWhole
    if let versions = patch.versions { message.versions = vector(versions) }
    switch patch.life {
    case .live: message.life = .live
    case .hidden: message.life = .hidden
    case .deleted(let author):
      message.life = .deleted
      message.deletedBy = authorship(author)
    }
    message.fields = patch.fields.map { field in
      var message = Hearth_V1_FieldValue()
      if let name = name(of: field.field, in: patch.collection) {
        message.name = name
      } else {
        message.field = UInt32(field.field.rawValue)
      }
      message.value = value(field.value)
      return message
    }
    message.conflicts = patch.conflicts.map { conflict($0, patch.collection) }
    return message
  }

  func recordPatch(_ message: Hearth_V1_RecordPatch) throws(ProtocolFault) -> RecordPatch {
    let collection: CollectionNumber
    switch message.collectionID {
    case .collection(let number): collection = self.collection(number)
    case .collectionName(let name): collection = try known(name)
    case nil: throw faulty("a patch names no collection")
    }
    let record: RecordID
    switch message.recordID {
    case .record(let data): record = try id(data)
    case .uuid(let text): record = try id(text)
    case nil: throw faulty("a patch names no record")
    }
    guard !message.forget else { return .forgotten(collection, record) }
    let fields = try list(message.fields) { field throws(ProtocolFault) in
      switch field.fieldID {
      case .field(let number): RecordPatch.FieldValue(self.field(number), try value(field.value))
      case .name(let name): RecordPatch.FieldValue(try known(name, in: collection), try value(field.value))
      case nil: throw faulty("a patch names no field")
      }
    }
    return RecordPatch(
      collection: collection, record: record, isWhole: message.whole,
      versions: message.hasVersions ? try vector(message.versions) : nil, life: try life(message), fields: fields,
      conflicts: try list(message.conflicts) { conflict throws(ProtocolFault) in try self.conflict(conflict, collection)
      })
  }

  private func life(_ message: Hearth_V1_RecordPatch) throws(ProtocolFault) -> RecordLife {
    switch message.life {
    case .live: return .live
    case .hidden: return .hidden
    case .deleted: return .deleted(try authorship(message.deletedBy))
    case .UNRECOGNIZED(let number): throw faulty("a record has the state \(number)")
    }
  }

  func known(_ name: String) throws(ProtocolFault) -> CollectionNumber {
    guard let collection = collection(named: name) else { throw faulty("there is no collection `\(name.prefix(64))`") }
    return collection
  }

  func known(_ name: String, in collection: CollectionNumber) throws(ProtocolFault) -> FieldNumber {
    guard let field = field(named: name, in: collection) else { throw faulty("there is no field `\(name.prefix(64))`") }
    return field
  }

  // MARK: Outcomes

  private func outcome(_ outcome: Outcome) -> Hearth_V1_Outcome {
    var message = Hearth_V1_Outcome()
    message.counter = outcome.counter
    message.revision = outcome.revision.rawValue
    message.at = outcome.at.milliseconds
    switch outcome.verdict {
    case .accepted: message.verdict = .accepted
    case .merged(let decisions):
      message.verdict = .merged
      message.decisions = decisions.map { decision($0) }
    case .rejected(let rejection):
      message.verdict = .rejected
      message.rejection = self.rejection(rejection)
    }
    message.records = outcome.records.map { recordPatch($0) }
    return message
  }

  private func outcome(_ message: Hearth_V1_Outcome) throws(ProtocolFault) -> Outcome {
    let verdict: Outcome.Verdict
    switch message.verdict {
    case .accepted: verdict = .accepted
    case .merged: verdict = .merged(try list(message.decisions, decision))
    case .rejected: verdict = .rejected(try rejection(message.rejection))
    case .UNRECOGNIZED(let number): throw faulty("an outcome has the verdict \(number)")
    }
    return Outcome(
      counter: message.counter, revision: Revision(rawValue: message.revision),
      at: Instant(milliseconds: message.at), verdict: verdict, records: try list(message.records, recordPatch))
  }

  func decision(_ decision: Decision) -> Hearth_V1_Decision {
    var message = Hearth_V1_Decision()
    if let name = name(of: decision.collection) {
      message.collectionName = name
    } else {
      message.collection = UInt32(decision.collection.rawValue)
    }
    if isReadable { message.uuid = decision.record.description } else { message.record = decision.record.data }
    message.conflict = conflict(decision.conflict, decision.collection)
    return message
  }

  func decision(_ message: Hearth_V1_Decision) throws(ProtocolFault) -> Decision {
    let collection: CollectionNumber
    switch message.collectionID {
    case .collection(let number): collection = self.collection(number)
    case .collectionName(let name): collection = try known(name)
    case nil: throw faulty("a decision names no collection")
    }
    let record: RecordID
    switch message.recordID {
    case .record(let data): record = try id(data)
    case .uuid(let text): record = try id(text)
    case nil: throw faulty("a decision names no record")
    }
    return Decision(collection: collection, record: record, conflict: try conflict(message.conflict, collection))
  }

  // MARK: Conflicts

  func conflict(_ conflict: Conflict, _ collection: CollectionNumber) -> Hearth_V1_Conflict {
    var message = Hearth_V1_Conflict()
    message.fields = conflict.subject.fields.map { reference($0, collection) }
    switch conflict.subject {
    case .record, .fields: break
    case .element(_, let element): message.element = value(element)
    case .path(_, let path): message.path = path
    }
    message.rule = conflict.rule
    message.winner = write(conflict.winner)
    message.losers = conflict.losers.map { loser in
      var message = Hearth_V1_Loser()
      message.write = write(loser.write)
      message.reason = Hearth_V1_Loser.Reason(rawValue: Int(loser.reason.rawValue)) ?? .unspecified
      return message
    }
    return message
  }

  func conflict(
    _ message: Hearth_V1_Conflict, _ collection: CollectionNumber
  ) throws(ProtocolFault) -> Conflict {
    let fields = try list(message.fields) { reference throws(ProtocolFault) in
      switch reference.fieldID {
      case .field(let number): self.field(number)
      case .name(let name): try known(name, in: collection)
      case nil: throw faulty("a conflict names no field")
      }
    }
    let subject: Conflict.Subject
    if let field = fields.first, message.hasElement {
      subject = .element(field, try value(message.element))
    } else if let field = fields.first, !message.path.isEmpty {
      subject = .path(field, message.path)
    } else {
      subject = fields.isEmpty ? .record : .fields(fields)
    }
    let losers = try list(message.losers) { loser throws(ProtocolFault) in
      guard let reason = UInt8(exactly: loser.reason.rawValue).flatMap(Reason.init(rawValue:)) else {
        throw faulty("a conflict was decided for the reason \(loser.reason.rawValue)")
      }
      return Loser(write: try write(loser.write), reason: reason)
    }
    return Conflict(subject: subject, rule: message.rule, winner: try write(message.winner), losers: losers)
  }

  // MARK: Rejections

  func rejection(_ rejection: Rejection) -> Hearth_V1_Rejection {
    var message = Hearth_V1_Rejection()
    message.number = UInt32(rejection.code.rawValue)
    message.code = rejection.code.name
    if let collection = rejection.collection {
      if let name = name(of: collection) {
        message.collectionName = name
      } else {
        message.collection = UInt32(collection.rawValue)
      }
      if let field = rejection.field {
        if let name = name(of: field, in: collection) {
          message.fieldName = name
        } else {
          message.field = UInt32(field.rawValue)
        }
      }
    }
    if let record = rejection.record {
      if isReadable { message.uuid = record.description } else { message.record = record.data }
    }
    message.message = rejection.message
    if let holder = rejection.holder { message.holder = write(holder) }
    if let rule = rejection.rule { message.rule = rule }
    message.failed = rejection.failed
    return message
  }

  /// A reason that this version does not know is still a rejection; its text says what it is.
  func rejection(_ message: Hearth_V1_Rejection) throws(ProtocolFault) -> Rejection {
    let code = UInt16(exactly: message.number).flatMap(RejectionCode.init(rawValue:)) ?? .forbidden
    var collection: CollectionNumber?
    switch message.collectionID {
    case .collection(let number): collection = self.collection(number)
    case .collectionName(let name): collection = self.collection(named: name)
    case nil: break
    }
    var record: RecordID?
    switch message.recordID {
    case .record(let data): record = try id(data)
    case .uuid(let text): record = try id(text)
    case nil: break
    }
    // A field is one of a collection: without that it names nothing.
    var field: FieldNumber?
    switch message.fieldID {
    case .field(let number): field = collection.map { _ in self.field(number) }
    case .fieldName(let name): field = collection.flatMap { self.field(named: name, in: $0) }
    case nil: break
    }
    return Rejection(
      code, collection: collection, record: record, field: field, message: message.message,
      holder: message.hasHolder ? try write(message.holder) : nil, rule: message.rule.isEmpty ? nil : message.rule,
      failed: message.failed)
  }
}
