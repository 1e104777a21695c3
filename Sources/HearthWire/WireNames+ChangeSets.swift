internal import HearthModel
internal import HearthProtocol

// Change sets, on their way from a device to a hub.

extension WireNames {
  func changeSet(_ changeSet: ChangeSet) -> Hearth_V1_ChangeSet {
    var message = Hearth_V1_ChangeSet()
    message.counter = changeSet.counter
    message.stamp = changeSet.stamp.rawValue
    message.formerly = changeSet.formerly.map { dot($0) }
    message.changes = changeSet.changes.map { change($0) }
    return message
  }

  /// Reads a change set; what makes no sense in it becomes its content, so that it can be rejected by its counter.
  func changeSet(_ message: Hearth_V1_ChangeSet) -> ChangeSet {
    let content: ChangeSet.Content
    do {
      var changes = [RecordChange]()
      changes.reserveCapacity(message.changes.count)
      for message in message.changes { changes.append(try change(message)) }
      content = .changes(changes)
    } catch {
      content = .unreadable(error)
    }
    return ChangeSet(
      counter: message.counter, stamp: HybridTime(rawValue: message.stamp),
      formerly: message.formerly.suffix(Self.formerDotsMax).map { dot($0) }, content: content)
  }

  /// Each costs the hub a look-up; a device that got more numbers than this with the same outbox has lost its way.
  private static let formerDotsMax = 16

  // MARK: Changes

  private func change(_ change: RecordChange) -> Hearth_V1_Change {
    var message = Hearth_V1_Change()
    if let name = name(of: change.collection) {
      message.collectionName = name
    } else {
      message.collection = UInt32(change.collection.rawValue)
    }
    if isReadable { message.uuid = change.record.description } else { message.record = change.record.data }
    message.kind =
      switch change.kind {
      case .update: .update
      case .create: .create
      case .delete: .delete
      case .restore: .restore
      }
    if !change.context.isEmpty { message.context = vector(change.context) }
    switch change.expectation {
    case .none: break
    case .recordUnchanged: message.expectUnchanged = true
    case .fieldsUnchanged(let fields): message.expectFields = fields.map { reference($0, change.collection) }
    }
    message.edits = change.edits.map { edit($0, change.collection) }
    return message
  }

  private func change(_ message: Hearth_V1_Change) throws(Rejection) -> RecordChange {
    let collection = try collection(message.collectionID)
    let reader = ChangeReader(names: self, collection: collection, record: try record(message.recordID, collection))
    return RecordChange(
      collection: collection, record: reader.record, kind: try reader.kind(message.kind),
      context: try reader.reading { () throws(ProtocolFault) in try vector(message.context) },
      expectation: try reader.expectation(message), edits: try reader.edits(message.edits))
  }

  private func collection(_ id: Hearth_V1_Change.OneOf_CollectionID?) throws(Rejection) -> CollectionNumber {
    switch id {
    case .collection(let number): return collection(number)
    case .collectionName(let name):
      if let collection = collection(named: name) { return collection }
      throw Rejection(
        .unknownCollection, message: "`\(pack?.name ?? "The app")` has no collection `\(name.prefix(64))`.")
    case nil: throw Rejection(.malformed, message: "A change names no collection.")
    }
  }

  private func record(
    _ id: Hearth_V1_Change.OneOf_RecordID?, _ collection: CollectionNumber
  ) throws(Rejection) -> RecordID {
    do throws(ProtocolFault) {
      switch id {
      case .record(let data): return try self.id(data)
      case .uuid(let text): return try self.id(text)
      case nil: throw faulty("a change names no record")
      }
    } catch {
      throw Rejection(.malformed, collection: collection, message: error.message)
    }
  }

  // MARK: Edits

  func reference(_ field: FieldNumber, _ collection: CollectionNumber) -> Hearth_V1_FieldRef {
    var message = Hearth_V1_FieldRef()
    if let name = name(of: field, in: collection) {
      message.name = name
    } else {
      message.field = UInt32(field.rawValue)
    }
    return message
  }

  func edit(_ edit: Edit, _ collection: CollectionNumber) -> Hearth_V1_Edit {
    var message = Hearth_V1_Edit()
    if let name = name(of: edit.field, in: collection) {
      message.name = name
    } else {
      message.field = UInt32(edit.field.rawValue)
    }
    switch edit.action {
    case .set(let value): message.set = self.value(value)
    case .add(let increment): message.add = increment
    case .insert(let element): message.insert = value(element)
    case .remove(let element): message.remove = value(element)
    case .put(let path, let value):
      message.put.path = path
      message.put.value = self.value(value)
    case .drop(let path): message.drop.path = path
    }
    return message
  }
}

/// Reads the parts of one change; what is wrong becomes a rejection that names the record.
struct ChangeReader {
  let names: WireNames
  let collection: CollectionNumber
  let record: RecordID

  func reading<Part>(
    field: FieldNumber? = nil, _ body: () throws(ProtocolFault) -> Part
  ) throws(Rejection) -> Part {
    do {
      return try body()
    } catch {
      throw malformed(error.message, field: field)
    }
  }

  func malformed(_ message: String, field: FieldNumber? = nil) -> Rejection {
    Rejection(.malformed, collection: collection, record: record, field: field, message: message)
  }

  func kind(_ kind: Hearth_V1_Change.Kind) throws(Rejection) -> RecordChange.Kind {
    switch kind {
    case .update: return .update
    case .create: return .create
    case .delete: return .delete
    case .restore: return .restore
    case .UNRECOGNIZED(let number):
      throw malformed("A change has the kind \(number), which this version does not know.")
    }
  }

  func expectation(_ message: Hearth_V1_Change) throws(Rejection) -> RecordChange.Expectation {
    if message.expectUnchanged { return .recordUnchanged }
    guard !message.expectFields.isEmpty else { return .none }
    var fields = [FieldNumber]()
    for reference in message.expectFields {
      switch reference.fieldID {
      case .field(let number): fields.append(names.field(number))
      case .name(let name): fields.append(try field(named: name))
      case nil: throw malformed("An expectation names no field.")
      }
    }
    return .fieldsUnchanged(fields)
  }

  func edits(_ messages: [Hearth_V1_Edit]) throws(Rejection) -> [Edit] {
    var edits = [Edit]()
    edits.reserveCapacity(messages.count)
    for message in messages { edits.append(try edit(message)) }
    return edits
  }

  private func edit(_ message: Hearth_V1_Edit) throws(Rejection) -> Edit {
    let field: FieldNumber
    switch message.fieldID {
    case .field(let number): field = names.field(number)
    case .name(let name): field = try self.field(named: name)
    case nil: throw malformed("An edit names no field.")
    }
    return Edit(field, try action(message.action, field))
  }

  private func action(_ action: Hearth_V1_Edit.OneOf_Action?, _ field: FieldNumber) throws(Rejection) -> Edit.Action {
    try reading(field: field) { () throws(ProtocolFault) -> Edit.Action in
      switch action {
      case .set(let value): return .set(try names.value(value))
      case .add(let increment): return .add(increment)
      case .insert(let element): return .insert(try names.value(element))
      case .remove(let element): return .remove(try names.value(element))
      case .put(let put): return .put(put.path, try names.value(put.value))
      case .drop(let path): return .drop(path.path)
      case nil: throw names.faulty("an edit says not what to do")
      }
    }
  }

  private func field(named name: String) throws(Rejection) -> FieldNumber {
    if let field = names.field(named: name, in: collection) { return field }
    let collectionName = names.pack?.collection(collection)?.name ?? "the collection"
    throw Rejection(
      .unknownField, collection: collection, record: record,
      message: "`\(collectionName)` has no field `\(name.prefix(64))`.")
  }
}
