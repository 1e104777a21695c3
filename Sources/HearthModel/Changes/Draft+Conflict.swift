extension Draft {
  /// Writes a value to what a conflict is about, as an edit that has seen all sides of it.
  ///
  /// - Parameter value: what one side wrote; nil for a removal, and for the wish to delete the record.
  package mutating func write(
    _ value: Value?, to subject: Conflict.Subject, of id: RecordID, in collection: CollectionSchema
  ) {
    let name = { (number: FieldNumber) in collection.field(number)?.name ?? "" }
    switch subject {
    case .record:
      if value == nil { delete(collection.name, id) } else { restore(collection.name, id) }
    case .fields(let fields):
      let values = fields.count > 1 ? value?.elements ?? [] : [value ?? .null]
      for (field, value) in zip(fields, values) { set(collection.name, id, name(field), value) }
    case .element(let field, let element):
      if value == nil {
        remove(collection.name, id, name(field), element)
      } else {
        insert(collection.name, id, name(field), element)
      }
    case .path(let field, let path):
      if let value {
        put(collection.name, id, name(field), path, value)
      } else {
        drop(collection.name, id, name(field), path)
      }
    }
  }
}
