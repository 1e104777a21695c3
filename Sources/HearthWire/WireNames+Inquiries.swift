internal import FoundationEssentials
internal import HearthModel
internal import HearthProtocol

// Questions about what was decided, and their answers.

extension WireNames {
  func inquiry(_ id: UInt64, _ inquiry: Inquiry) -> Hearth_V1_Inquiry {
    var message = Hearth_V1_Inquiry()
    message.question = id
    message.page = Data(inquiry.page)
    switch inquiry.subject {
    case .conflicts: message.conflicts = .init()
    case .explain(let collection, let record, let field):
      message.explain.target = address(collection, record)
      if let field { message.explain.about = reference(field, collection) }
    case .history(let collection, let record): message.history.target = address(collection, record)
    case .deleted: message.deleted = .init()
    }
    return message
  }

  func inquiry(_ message: Hearth_V1_Inquiry) throws(ProtocolFault) -> Inquiry {
    guard message.page.count <= Inquiry.pageBytesMax else {
      throw faulty("the mark of a page has more than \(Inquiry.pageBytesMax) bytes")
    }
    return Inquiry(try subject(message.subject), page: Array(message.page))
  }

  private func subject(_ subject: Hearth_V1_Inquiry.OneOf_Subject?) throws(ProtocolFault) -> Inquiry.Subject {
    switch subject {
    case .conflicts: return .conflicts
    case .deleted: return .deleted
    case .history(let history):
      let (collection, record) = try address(history.target)
      return .history(collection, record)
    case .explain(let explain):
      let (collection, record) = try address(explain.target)
      return .explain(collection, record, explain.hasAbout ? try field(explain.about, collection) : nil)
    case nil: throw faulty("a question says not what it is about")
    }
  }

  private func field(
    _ reference: Hearth_V1_FieldRef, _ collection: CollectionNumber
  ) throws(ProtocolFault) -> FieldNumber {
    switch reference.fieldID {
    case .field(let number): return field(number)
    case .name(let name): return try known(name, in: collection)
    case nil: throw faulty("a question names no field")
    }
  }

  // MARK: Records

  private func address(_ collection: CollectionNumber, _ record: RecordID) -> Hearth_V1_RecordRef {
    var message = Hearth_V1_RecordRef()
    if let name = name(of: collection) {
      message.collectionName = name
    } else {
      message.collection = UInt32(collection.rawValue)
    }
    if isReadable { message.uuid = record.description } else { message.record = record.data }
    return message
  }

  private func address(_ message: Hearth_V1_RecordRef) throws(ProtocolFault) -> (CollectionNumber, RecordID) {
    let collection: CollectionNumber
    switch message.collectionID {
    case .collection(let number): collection = self.collection(number)
    case .collectionName(let name): collection = try known(name)
    case nil: throw faulty("a record is named without its collection")
    }
    switch message.recordID {
    case .record(let data): return (collection, try id(data))
    case .uuid(let text): return (collection, try id(text))
    case nil: throw faulty("a record is named without its id")
    }
  }

  // MARK: Answers

  func answer(_ id: UInt64, _ answer: Answer) -> Hearth_V1_Answer {
    var message = Hearth_V1_Answer()
    message.question = id
    message.accounts = answer.accounts.map { account($0) }
    message.next = Data(answer.next)
    switch answer.content {
    case .unknown: message.unknown = .init()
    case .conflicts(let records): message.conflicts.records = records.map { recordConflicts($0) }
    case .record(let record): message.account = recordAccount(record)
    case .history(let history):
      message.history.target = address(history.collection, history.record)
      message.history.label = history.label
      message.history.entries = history.entries.map { entry($0, history.collection) }
    case .deleted(let records): message.deleted.records = records.map { deletedRecord($0) }
    }
    return message
  }

  func answer(_ message: Hearth_V1_Answer) throws(ProtocolFault) -> Answer {
    Answer(try content(message.content), accounts: try list(message.accounts, account), next: Array(message.next))
  }

  private func content(_ content: Hearth_V1_Answer.OneOf_Content?) throws(ProtocolFault) -> Answer.Content {
    switch content {
    case .unknown: return .unknown
    case .conflicts(let conflicts): return .conflicts(try list(conflicts.records, recordConflicts))
    case .account(let account): return .record(try recordAccount(account))
    case .history(let history):
      let (collection, record) = try address(history.target)
      return .history(
        RecordHistory(
          collection: collection, record: record, label: history.label,
          entries: try list(history.entries) { message throws(ProtocolFault) in
            try entry(message, collection, record)
          }))
    case .deleted(let deleted): return .deleted(try list(deleted.records, deletedRecord))
    case nil: throw faulty("an answer has no content that this version knows")
    }
  }

  private func recordConflicts(_ record: RecordConflicts) -> Hearth_V1_RecordConflicts {
    var message = Hearth_V1_RecordConflicts()
    message.target = address(record.collection, record.record)
    message.label = record.label
    message.conflicts = record.conflicts.map { conflict($0, record.collection) }
    return message
  }

  private func recordConflicts(_ message: Hearth_V1_RecordConflicts) throws(ProtocolFault) -> RecordConflicts {
    let (collection, record) = try address(message.target)
    return RecordConflicts(
      collection: collection, record: record, label: message.label,
      conflicts: try list(message.conflicts) { conflict throws(ProtocolFault) in
        try self.conflict(conflict, collection)
      })
  }

  private func deletedRecord(_ record: DeletedRecord) -> Hearth_V1_DeletedRecord {
    var message = Hearth_V1_DeletedRecord()
    message.target = address(record.collection, record.record)
    message.label = record.label
    message.author = authorship(record.author)
    message.hiddenCount = UInt32(clamping: record.hiddenCount)
    return message
  }

  private func deletedRecord(_ message: Hearth_V1_DeletedRecord) throws(ProtocolFault) -> DeletedRecord {
    let (collection, record) = try address(message.target)
    return DeletedRecord(
      collection: collection, record: record, label: message.label, author: try authorship(message.author),
      hiddenCount: Int(message.hiddenCount))
  }

  // MARK: Accounts

  private func account(_ account: ChangeAccount) -> Hearth_V1_ChangeAccount {
    var message = Hearth_V1_ChangeAccount()
    message.dot = dot(account.dot)
    message.revision = account.revision.rawValue
    message.at = account.at.milliseconds
    message.madeAt = account.madeAt.rawValue
    message.stamp = account.stamp.rawValue
    message.clockOffset = account.offset.milliseconds
    if let member = account.member { message.member = member.description }
    message.device = account.device
    message.rank = UInt32(account.rank.rawValue)
    if let seen = account.seen {
      message.seen.dot = dot(seen.dot)
      message.seen.revision = seen.revision.rawValue
      message.seen.at = seen.at.milliseconds
    }
    return message
  }

  private func account(_ message: Hearth_V1_ChangeAccount) throws(ProtocolFault) -> ChangeAccount {
    guard let rank = UInt8(exactly: message.rank) else { throw faulty("a rank is at most 255") }
    let seen = ChangeAccount.Sighting(
      dot: dot(message.seen.dot), revision: Revision(rawValue: message.seen.revision),
      at: Instant(milliseconds: message.seen.at))
    return ChangeAccount(
      dot: dot(message.dot), revision: Revision(rawValue: message.revision), at: Instant(milliseconds: message.at),
      madeAt: HybridTime(rawValue: message.madeAt), stamp: HybridTime(rawValue: message.stamp),
      offset: ClockOffset(milliseconds: message.clockOffset),
      member: message.member.isEmpty ? nil : try id(message.member), device: message.device,
      rank: Rank(rawValue: rank), seen: message.hasSeen ? seen : nil)
  }

  private func recordAccount(_ account: RecordAccount) -> Hearth_V1_RecordAccount {
    var message = Hearth_V1_RecordAccount()
    message.target = address(account.collection, account.record)
    message.label = account.label
    switch account.life {
    case .live: message.life = .live
    case .hidden: message.life = .hidden
    case .deleted(let author):
      message.life = .deleted
      message.deletedBy = authorship(author)
    }
    if let conflict = account.lifeConflict { message.lifeConflict = self.conflict(conflict, account.collection) }
    if let hiding = account.hiddenBy { message.hiddenBy = address(hiding.collection, hiding.record) }
    message.hiddenCount = UInt32(clamping: account.hiddenCount)
    message.fields = account.fields.map { fieldAccount($0, account.collection) }
    return message
  }

  private func recordAccount(_ message: Hearth_V1_RecordAccount) throws(ProtocolFault) -> RecordAccount {
    let (collection, record) = try address(message.target)
    let life: RecordLife
    switch message.life {
    case .live: life = .live
    case .hidden: life = .hidden
    case .deleted: life = .deleted(try authorship(message.deletedBy))
    case .UNRECOGNIZED(let number): throw faulty("a record has the state \(number)")
    }
    var hiding: RecordAccount.HidingRecord?
    if message.hasHiddenBy {
      let (collection, record) = try address(message.hiddenBy)
      hiding = RecordAccount.HidingRecord(collection: collection, record: record)
    }
    return RecordAccount(
      collection: collection, record: record, label: message.label, life: life,
      lifeConflict: message.hasLifeConflict ? try conflict(message.lifeConflict, collection) : nil, hiddenBy: hiding,
      hiddenCount: Int(message.hiddenCount),
      fields: try list(message.fields) { field throws(ProtocolFault) in try fieldAccount(field, collection) })
  }

  private func fieldAccount(_ account: FieldAccount, _ collection: CollectionNumber) -> Hearth_V1_FieldAccount {
    var message = Hearth_V1_FieldAccount()
    message.shown = account.shown.map { fieldValue($0, collection) }
    message.rule = account.rule
    message.standing = account.standing.map { conflict($0, collection) }
    message.shares = account.shares.map { share in
      var message = Hearth_V1_FieldAccount.Share()
      message.replica = share.replica.rawValue
      message.sum = share.sum
      return message
    }
    message.writtenBy = account.writtenBy
    return message
  }

  private func fieldAccount(
    _ message: Hearth_V1_FieldAccount, _ collection: CollectionNumber
  ) throws(ProtocolFault) -> FieldAccount {
    FieldAccount(
      shown: try list(message.shown) { value throws(ProtocolFault) in try fieldValue(value, collection) },
      rule: message.rule,
      standing: try list(message.standing) { conflict throws(ProtocolFault) in
        try self.conflict(conflict, collection)
      },
      shares: message.shares.map { Counter.Share(replica: ReplicaNumber(rawValue: $0.replica), sum: $0.sum) },
      writtenBy: message.writtenBy)
  }

  private func fieldValue(_ field: RecordPatch.FieldValue, _ collection: CollectionNumber) -> Hearth_V1_FieldValue {
    var message = Hearth_V1_FieldValue()
    if let name = name(of: field.field, in: collection) {
      message.name = name
    } else {
      message.field = UInt32(field.field.rawValue)
    }
    message.value = value(field.value)
    return message
  }

  private func fieldValue(
    _ message: Hearth_V1_FieldValue, _ collection: CollectionNumber
  ) throws(ProtocolFault) -> RecordPatch.FieldValue {
    let value = try value(message.value)
    switch message.fieldID {
    case .field(let number): return RecordPatch.FieldValue(field(number), value)
    case .name(let name): return RecordPatch.FieldValue(try known(name, in: collection), value)
    case nil: throw faulty("a value names no field")
    }
  }

  // MARK: History

  private func entry(_ entry: HistoryEntry, _ collection: CollectionNumber) -> Hearth_V1_HistoryEntry {
    var message = Hearth_V1_HistoryEntry()
    message.dot = dot(entry.dot)
    message.kind =
      switch entry.kind {
      case .update: .update
      case .create: .create
      case .delete: .delete
      case .restore: .restore
      }
    message.edits = entry.edits.map { edit($0, collection) }
    message.ruleEdits = entry.ruleEdits.map { edit($0, collection) }
    switch entry.verdict {
    case .accepted: message.verdict = .accepted
    case .merged(let decisions):
      message.verdict = .merged
      message.decisions = decisions.map { decision($0) }
    case .rejected(let rejection):
      message.verdict = .rejected
      message.rejection = self.rejection(rejection)
    }
    return message
  }

  private func entry(
    _ message: Hearth_V1_HistoryEntry, _ collection: CollectionNumber, _ record: RecordID
  ) throws(ProtocolFault) -> HistoryEntry {
    let verdict: Outcome.Verdict
    switch message.verdict {
    case .accepted: verdict = .accepted
    case .merged: verdict = .merged(try list(message.decisions, decision))
    case .rejected: verdict = .rejected(try rejection(message.rejection))
    case .UNRECOGNIZED(let number): throw faulty("a change set has the verdict \(number)")
    }
    let reader = ChangeReader(names: self, collection: collection, record: record)
    do throws(Rejection) {
      return HistoryEntry(
        dot: dot(message.dot), kind: try reader.kind(message.kind), edits: try reader.edits(message.edits),
        ruleEdits: try reader.edits(message.ruleEdits), verdict: verdict)
    } catch {
      throw faulty(error.message)
    }
  }
}
