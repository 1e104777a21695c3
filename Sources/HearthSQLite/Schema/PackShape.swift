internal import HearthModel

/// What stored rows rely on in a pack: one line for each thing, in a form that does not change between runs.
///
/// The text itself is stored, not a hash of it, so that a difference can be named. Limits such as a text's length are
/// not part of it: a stored value stays what it is when they change.
struct PackShape: Equatable {
  let lines: [String]

  init(_ pack: Pack) {
    lines = pack.collections.flatMap { collection in
      [Self.line(of: collection, in: pack)]
        + collection.fields.map { Self.line(of: $0, collection, pack) }
        + collection.indexes.map { Self.line(of: $0, collection) }
    }
  }

  /// Reads a stored shape.
  init(text: String) {
    lines = text.split(separator: "\n").map(String.init)
  }

  var text: String { lines.joined(separator: "\n") }

  /// The first thing that is different, as `tasks.due: was ..., is ...`; nil when nothing is.
  func difference(from stored: PackShape) -> String? {
    for (was, now) in zip(stored.lines, lines) where was != now { return "`\(was)` has become `\(now)`" }
    if stored.lines.count > lines.count { return "`\(stored.lines[lines.count])` is gone" }
    if lines.count > stored.lines.count { return "`\(lines[stored.lines.count])` is new" }
    return nil
  }

  // MARK: Lines

  private static func line(of collection: CollectionSchema, in pack: Pack) -> String {
    let key = collection.key.map { collection.fields[$0.index].name }.joined(separator: ", ")
    let shared = collection.isShared ? ", shared" : ""
    return "\(collection.name): collection \(collection.number.rawValue), \(collection.deletes.rawValue), key [\(key)]"
      + shared
  }

  private static func line(of field: Field, _ collection: CollectionSchema, _ pack: Pack) -> String {
    let slot = collection.slots[field.slot]
    let group = slot.isGroup ? ", group \(slot.name)" : ""
    let onDelete = field.onDelete.map { ", \($0.rawValue)" } ?? ""
    return "\(collection.name).\(field.name): field \(field.number.rawValue), \(field.type.storedForm(in: pack))"
      + ", unwritten \(field.unwrittenValue.json), \(slot.rule.storedForm)\(group)\(onDelete)"
  }

  private static func line(of index: CollectionSchema.Index, _ collection: CollectionSchema) -> String {
    let name = { (field: FieldNumber) in collection.fields[field.index].name }
    let content =
      switch index.content {
      case .columns(let columns):
        columns.map { column in
          let name = name(column.field)
          return (column.isFolded ? "lower(\(name))" : name) + (column.isDescending ? " desc" : "")
        }.joined(separator: ", ")
      case .elements(let field): "elements of \(name(field))"
      case .path(let field): "leaves of \(name(field))"
      case .words(let field): "words of \(name(field))"
      }
    let covers = index.covers.isEmpty ? "" : ", covers \(index.covers.map(name).joined(separator: ", "))"
    let condition = index.condition.map { ", where \(SQLCondition(schema: collection).text(of: $0))" } ?? ""
    return
      "\(collection.name) \(index.name): index of \(content)\(index.isGlobal ? ", global" : "")\(covers)\(condition)"
  }
}

extension FieldType {
  /// The type as far as stored values rely on it.
  fileprivate func storedForm(in pack: Pack) -> String {
    switch self {
    case .text: "text"
    case .int: "int"
    case .decimal(_, let scale): "decimal of scale \(scale)"
    case .choice: "enum"
    case .reference(let target): "ref \(pack.collection(target)?.name ?? "")"
    case .set(let element, _): "set of \(element.storedForm(in: pack))"
    case .json: "json"
    case .float, .bool, .date, .time, .uuid: name
    }
  }
}

extension MergeRule {
  /// The rule with everything that decides what is shown.
  fileprivate var storedForm: String {
    guard case .register(let rule) = self, !rule.precedence.isEmpty else { return name }
    return "\(name) \(rule.precedence.map(\.json).joined(separator: " > "))"
  }
}
