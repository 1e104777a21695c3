public import HearthModel

/// A record as the person sees it: as the hub confirmed it, with this device's undecided changes laid over it.
public struct Record: Hashable, Sendable {
  /// Its collection.
  public let collection: CollectionSchema
  /// Its id.
  public let id: RecordID
  /// Its values, versions and open conflicts.
  public let content: VisibleRecord
  /// Whether changes of this device to it wait for the hub.
  public let isPending: Bool

  /// The value of a field; nil when the collection has no such field.
  public subscript(field: String) -> Value? {
    collection.field(named: field).map { content[$0] }
  }

  /// Whether the record is there, not deleted or hidden.
  public var isLive: Bool { content.life == .live }
}
