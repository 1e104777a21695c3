/// A record as a device shows it: resolved values, without the writes behind them.
///
/// A device keeps one as the hub confirmed it, and lays its own undecided changes over it.
public struct VisibleRecord: Hashable, Sendable {
  /// The record's version vector: the context of the next edit.
  public var versions: VersionVector
  /// Whether the record is there.
  public var life: RecordLife
  /// The value of each field, in the order of the collection.
  public var values: [Value]
  /// The open conflicts.
  public var conflicts: [Conflict]

  /// The record before anything is known of it: every field shows its default.
  public init(in collection: CollectionSchema) {
    versions = VersionVector()
    life = .live
    values = collection.fields.map(\.unwrittenValue)
    conflicts = []
  }

  package init(versions: VersionVector, life: RecordLife, values: [Value], conflicts: [Conflict]) {
    self.versions = versions
    self.life = life
    self.values = values
    self.conflicts = conflicts
  }

  /// The value of a field.
  public subscript(field: Field) -> Value { values[field.number.index] }
}

// MARK: - What the hub says

extension VisibleRecord {
  /// Takes a patch over.
  ///
  /// - Parameter dot: the change set behind the patch; nil in a catch-up, whose patches carry their versions.
  package mutating func apply(_ patch: RecordPatch, dot: Dot?, in collection: CollectionSchema) {
    if patch.isWhole, case .live = patch.life {
      // What the hub sends nobody back, the device that wrote it keeps.
      values = collection.fields.map { $0.isPublished ? $0.unwrittenValue : values[$0.number.index] }
    }
    // Of a record that is not there only the conflict about its life is open; it comes back whole.
    if patch.isWhole || patch.life != .live { conflicts = [] }
    for field in patch.fields where values.indices.contains(field.field.index) {
      values[field.field.index] = field.value
    }
    let named = Set(patch.fields.map(\.field))
    conflicts.removeAll { $0.subject.fields.isEmpty || !named.isDisjoint(with: $0.subject.fields) }
    conflicts += patch.conflicts
    life = patch.life
    if let versions = patch.versions { self.versions = versions } else if let dot { versions.join(dot) }
  }
}

// MARK: - What the device itself does

extension VisibleRecord {
  /// Lays a change of the device's own over the record: what the hub will make of it when nobody else interferes.
  ///
  /// - Parameters:
  ///   - author: the change set, as `life` will name it.
  ///   - fillIn: the device's guess of what the hub fills in.
  package mutating func apply(
    _ change: RecordChange, by author: Authorship, fillIn: EditShape.FillIn, in collection: CollectionSchema
  ) {
    switch change.kind {
    case .create: fill(fillIn, in: collection)
    case .update: break
    case .delete:
      life = .deleted(author)
      conflicts = []
    case .restore:
      life = .live
      conflicts.removeAll { $0.subject == .record }
    }
    let start = values
    for edit in change.edits {
      guard let field = collection.field(edit.field) else { continue }
      let before = values[field.number.index]
      var after = Self.value(before, after: edit.action, of: field, in: collection)
      if case .json(_, let shape?) = collection.slots[field.slot].rule, let held = before.object, !edit.action.isDrop {
        let first = start[field.number.index].object
        after = after.object.map { .object($0.keepingLeaves(of: held, since: first, shape)) } ?? after
      }
      values[field.number.index] = after
      conflicts.removeAll { $0.subject.isSettled(by: edit) }
    }
  }

  /// Fills in what the hub will; a creation that joins a record of the same key changes only what it gives.
  private mutating func fill(_ fillIn: EditShape.FillIn, in collection: CollectionSchema) {
    guard versions.isEmpty else { return }
    for field in collection.fields {
      if let value = fillIn.value(of: field) { values[field.number.index] = value }
      guard case .hub(let hubField) = collection.slots[field.slot].rule else { continue }
      values[field.number.index] =
        switch hubField {
        case .createdAt, .changedAt: .instant(fillIn.now)
        case .version: .int(1)
        case .derived: field.unwrittenValue
        }
    }
  }

  private static func value(
    _ value: Value, after action: Edit.Action, of field: Field, in collection: CollectionSchema
  ) -> Value {
    switch action {
    case .set(let new):
      guard case .extreme(let direction) = collection.slots[field.slot].rule else { return new }
      if value.isNull || new.isNull { return new.isNull ? value : new }
      return (value < new) == (direction == .largest) ? new : value
    case .add(let increment): return value.adding(increment)
    case .insert(let element): return .list(Set(value.elements ?? []).union([element]).sorted())
    case .remove(let element): return .list((value.elements ?? []).filter { $0 != element })
    case .put(let path, let new):
      var object = value.object ?? ValueObject()
      object.remove(at: path[...])
      for leaf in Document.leaves(of: new, at: path) { object.set(leaf.value, at: leaf.path[...]) }
      return .object(object)
    case .drop(let path):
      var object = value.object ?? ValueObject()
      object.remove(at: path[...])
      return .object(object)
    }
  }
}

extension Edit.Action {
  fileprivate var isDrop: Bool { if case .drop = self { true } else { false } }
}

extension Conflict.Subject {
  /// Whether an edit that had seen the conflict closes it: of a set the edited element, of a JSON object the path and
  /// what stands below it.
  fileprivate func isSettled(by edit: Edit) -> Bool {
    guard fields.contains(edit.field) else { return false }
    switch (self, edit.action) {
    case (.element(_, let element), .insert(let edited)), (.element(_, let element), .remove(let edited)):
      return element == edited
    case (.path(_, let path), .put(let edited, _)), (.path(_, let path), .drop(let edited)):
      return path.starts(with: edited, by: { $0.isSameUTF8(as: $1) })
    case (.record, _), (.fields, _), (.element, _), (.path, _): return true
    }
  }
}

extension Value {
  /// The number after an increment; 64 bits are not left, since the hub would refuse that.
  fileprivate func adding(_ increment: Int64) -> Value {
    switch self {
    case .int(let number):
      let (sum, overflow) = number.addingReportingOverflow(increment)
      return .int(overflow ? number : sum)
    case .decimal(let number):
      let (sum, overflow) = number.units.addingReportingOverflow(increment)
      return .decimal(FixedDecimal(units: overflow ? number.units : sum, scale: number.scale))
    default: return .int(increment)
    }
  }
}

// MARK: - Stored form

extension VisibleRecord: ByteCodable {
  package func encode(into writer: inout ByteWriter) {
    writer.write(versions)
    writer.write(life)
    writer.write(list: values)
    writer.write(list: conflicts)
  }

  package init(from reader: inout ByteReader) throws(ByteFault) {
    let versions = try reader.read(VersionVector.self)
    let life = try reader.read(RecordLife.self)
    let values = try reader.readList(Value.self)
    self.init(versions: versions, life: life, values: values, conflicts: try reader.readList(Conflict.self))
  }
}
