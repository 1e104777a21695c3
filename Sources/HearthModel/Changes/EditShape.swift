/// Step 3 of admission: whether a change fits its collection, and what it means slot by slot.
///
/// The hub asks it for every change set, a device before it puts an edit into its outbox, so that what can never be
/// accepted is refused while the person is still there.
package struct EditShape {
  package let collection: CollectionSchema
  package let change: RecordChange
  /// The hub and its services may write system fields.
  package let isHub: Bool
  /// The values that the hub fills in at creation.
  package let fillIn: FillIn

  package init(collection: CollectionSchema, change: RecordChange, isHub: Bool, fillIn: FillIn) {
    self.collection = collection
    self.change = change
    self.isHub = isHub
    self.fillIn = fillIn
  }

  /// What dynamic defaults stand for.
  package struct FillIn: Sendable {
    package let now: Instant
    package let today: Day?
    package let household: HouseholdID?
    package let member: RecordID?

    package init(now: Instant, today: Day?, household: HouseholdID?, member: RecordID?) {
      self.now = now
      self.today = today
      self.household = household
      self.member = member
    }
  }

  /// Edits to one record in a change set.
  package static let editsMax = 2000

  /// The operation that the change means.
  package func operation() throws(Rejection) -> RecordOperation {
    guard isHub || !collection.isShared else {
      throw reject(.notWritable, message: "Records of `\(collection.name)` come from the catalogue of the app.")
    }
    switch change.kind {
    case .delete, .restore:
      guard change.edits.isEmpty else {
        throw reject(
          .inconsistent, message: "A delete or restore carries no edits; send them as a change of their own.")
      }
      guard isHub || !collection.isAppendOnly else { throw appendOnly() }
      return RecordOperation(change.kind)
    case .update:
      guard isHub || !collection.isAppendOnly else { throw appendOnly() }
    case .create: break
    }
    guard change.edits.count <= Self.editsMax else {
      throw reject(.tooLarge, message: "At most \(Self.editsMax) edits to one record; this has \(change.edits.count).")
    }
    var assembly = SlotAssembly()
    for edit in change.edits { try add(edit, to: &assembly) }
    if change.kind == .create {
      try checkRequired(assembly)
      try fillInDefaults(&assembly)
    }
    return RecordOperation(change.kind, slots: try assembly.finish(self))
  }

  // MARK: One edit

  private func add(_ edit: Edit, to assembly: inout SlotAssembly) throws(Rejection) {
    guard let field = collection.field(edit.field) else {
      throw reject(
        .unknownField,
        message: "`\(collection.name)` has no field number \(edit.field.rawValue). Check the pack's version.")
    }
    try checkWritable(field)
    let slot = collection.slots[field.slot]
    let operation = try operation(edit.action, field, slot.rule)
    switch slot.rule {
    case .set, .json: assembly.operations.append((field.slot, operation))
    case .register, .counter, .extreme, .hub:
      guard !assembly.given.contains(field.number) else {
        throw reject(.inconsistent, field, "`\(field.name)` stands twice in the change. Send its last value only.")
      }
      assembly.give(operation, to: field, slot)
    }
    assembly.touched.insert(field.number)
  }

  private func checkWritable(_ field: Field) throws(Rejection) {
    guard !isHub else { return }
    if field.marks.contains(.system) || field.isHubWritten {
      throw reject(.notWritable, field, "`\(field.name)` is written by the hub. Leave it out.")
    }
    if change.kind == .update, case .register(let rule) = collection.slots[field.slot].rule, rule.mode == .immutable {
      throw reject(.notWritable, field, "`\(field.name)` is given when the record is created and stays. Leave it out.")
    }
  }

  private func operation(
    _ action: Edit.Action, _ field: Field, _ rule: MergeRule
  ) throws(Rejection) -> SlotOperation {
    switch (rule, action) {
    case (.register, .set(let value)), (.extreme, .set(let value)), (.hub, .set(let value)):
      try check(value, field)
      return .write(value)
    case (.json, .set(let value)):
      try check(value, field)
      return .write(value)
    case (.counter, .add(let increment)): return .add(increment)
    case (.set, .insert(let element)):
      try check(element, field)
      return .insert(element)
    case (.set, .remove(let element)):
      try check(element, field)
      return .remove(element)
    case (.json, .put(let path, let value)):
      try checkPath(path, field)
      try check(value, at: path, field)
      return .put(path, value)
    case (.json, .drop(let path)):
      try checkPath(path, field)
      return .drop(path)
    case (.register, _), (.extreme, _), (.hub, _), (.json, _), (.counter, _), (.set, _):
      throw reject(.wrongType, field, "`\(field.name)` merges as `\(rule.name)` and takes \(rule.actions).")
    }
  }

  private func check(_ value: Value, _ field: Field) throws(Rejection) {
    if value.isNull {
      guard field.isNullable else {
        throw reject(.required, field, "`\(field.name)` may not be null. Give it a value.")
      }
      return
    }
    if let fault = field.type.fault(of: value) { throw misfit(fault, field) }
  }

  private func check(_ value: Value, at path: Document.Path, _ field: Field) throws(Rejection) {
    guard value.depth + path.count <= FieldType.jsonDepthMax else {
      throw reject(.limitExceeded, field, "`\(field.name)` nests at most \(FieldType.jsonDepthMax) levels.")
    }
    guard case .json(let shape) = field.type else { return }
    let wrapped = Value.object(ValueObject([(key: "value", value: value)]))
    let plain = FieldType.json(nil)
    if let fault = plain.fault(of: wrapped) { throw misfit(fault, field) }
    if let fault = shape?.fault(of: value, writtenAt: path) { throw misfit(fault, field) }
  }

  private func checkPath(_ path: Document.Path, _ field: Field) throws(Rejection) {
    let isSound =
      !path.isEmpty && path.count <= FieldType.jsonDepthMax
      && path.allSatisfy { (1...256).contains($0.utf8.count) && !$0.utf8.contains(0) }
    guard isSound else {
      throw reject(
        .wrongType, field,
        "A path in `\(field.name)` has 1 to \(FieldType.jsonDepthMax) keys of 1 to 256 bytes without U+0000.")
    }
  }

  // MARK: Creation

  private func checkRequired(_ assembly: SlotAssembly) throws(Rejection) {
    for field in collection.fields where field.isRequired && !assembly.touched.contains(field.number) {
      throw reject(.required, field, "A new record of `\(collection.name)` needs a value for `\(field.name)`.")
    }
  }

  private func fillInDefaults(_ assembly: inout SlotAssembly) throws(Rejection) {
    for field in collection.fields where !assembly.touched.contains(field.number) {
      guard let value = fillIn.value(of: field) else {
        // The hub itself is no member, so what is to name one has to be given.
        if case .member? = field.defaultValue, isHub {
          throw reject(.required, field, "The hub needs a value for `\(field.name)`: it is no member.")
        }
        continue
      }
      assembly.touched.insert(field.number)
      assembly.give(.write(value), to: field, collection.slots[field.slot])
    }
  }

  // MARK: Rejections

  package func reject(_ code: RejectionCode, _ field: Field?, _ message: String, holder: Write? = nil) -> Rejection {
    Rejection(
      code, collection: collection.number, record: change.record, field: field?.number, message: message,
      holder: holder)
  }

  private func reject(_ code: RejectionCode, message: String) -> Rejection { reject(code, nil, message) }

  private func misfit(_ fault: ValueFault, _ field: Field) -> Rejection {
    reject(.wrongType, field, "`\(field.name)`: expected \(fault.expected), found \(fault.found).")
  }

  private func appendOnly() -> Rejection {
    reject(.notWritable, message: "Records of `\(collection.name)` are only added, never changed or deleted.")
  }
}

extension EditShape.FillIn {
  /// The value of a dynamic default; nil for fields without one.
  package func value(of field: Field) -> Value? {
    switch field.defaultValue {
    case .now: .instant(now)
    case .today: today.map { .day($0) }
    case .household: household.map { .id($0.record) }
    case .member: member.map { .id($0) } ?? (field.isNullable ? .null : nil)
    case .literal, nil: nil
    }
  }
}

/// The operations of a change while its edits are read.
private struct SlotAssembly {
  /// Operations slot by slot, without those of groups.
  var operations: [(slot: Int, operation: SlotOperation)] = []
  /// The fields that take one write and were given it.
  private(set) var given = FieldSet()
  /// What the fields of groups were given.
  private var ofGroups: [FieldNumber: SlotOperation] = [:]
  var touched = FieldSet()

  mutating func give(_ operation: SlotOperation, to field: Field, _ slot: CollectionSchema.Slot) {
    given.insert(field.number)
    if slot.isGroup {
      ofGroups[field.number] = operation
    } else {
      operations.append((field.slot, operation))
    }
  }

  /// Adds the groups: each is written whole (protocol/merge.md, on groups).
  func finish(_ shape: EditShape) throws(Rejection) -> [(slot: Int, operation: SlotOperation)] {
    guard !ofGroups.isEmpty else { return operations }
    var operations = operations
    for position in shape.collection.groups {
      let slot = shape.collection.slots[position]
      let missing = slot.fields.filter { !given.contains($0) }
      guard missing.count < slot.fields.count else { continue }
      if let first = missing.first, shape.change.kind != .create {
        let names = slot.fields.map { "`\(shape.collection.fields[$0.index].name)`" }.joined(separator: ", ")
        throw shape.reject(
          .inconsistent, shape.collection.fields[first.index],
          "\(names) are one group: write all of them together, with the values the device shows.")
      }
      let values = slot.fields.map { number -> Value in
        if case .write(let value)? = ofGroups[number] { return value }
        return shape.collection.fields[number.index].unwrittenValue
      }
      operations.append((position, .write(.list(values))))
    }
    return operations
  }
}

extension MergeRule {
  /// What edits a rule takes, for messages.
  fileprivate var actions: String {
    switch self {
    case .register, .extreme, .hub: "`set`"
    case .counter: "`add`"
    case .set: "`insert` and `remove`"
    case .json: "`set`, `put` and `drop`"
    }
  }
}
