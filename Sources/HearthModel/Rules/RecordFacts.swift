/// The values of one record, at the hub or on a device, as expressions read them.
package final class RecordFacts: Sendable {
  private enum Source: Sendable {
    case hub(RecordState)
    case device(VisibleRecord, known: FieldSet?)
    case values([FieldNumber: Value])
  }

  package let collection: CollectionSchema
  private let source: Source

  /// A record as the hub keeps it.
  package init(_ state: RecordState, in collection: CollectionSchema) {
    self.collection = collection
    source = .hub(state)
  }

  /// A record as a device shows it.
  ///
  /// - Parameter known: the fields that the device gets; nil for all that leave the hub.
  package init(_ record: VisibleRecord, known: FieldSet? = nil, in collection: CollectionSchema) {
    self.collection = collection
    source = .device(record, known: known)
  }

  /// Some values; other fields are not known.
  package init(_ values: [FieldNumber: Value], in collection: CollectionSchema) {
    self.collection = collection
    source = .values(values)
  }

  /// The value of a field; nil when it is not known here.
  package func value(of number: FieldNumber) -> Value? {
    guard let field = collection.field(number) else { return .null }
    switch source {
    case .hub(let state): return state.value(of: field, in: collection)
    case .device(let record, let known):
      guard field.isPublished, known?.contains(number) ?? true else { return nil }
      return record.values[number.index]
    case .values(let values): return values[number]
    }
  }
}
