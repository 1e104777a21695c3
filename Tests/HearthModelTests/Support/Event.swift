import HearthModel

/// One change set as one record sees it.
struct Event: Sendable {
  /// Who, when, with what authority.
  let author: Authorship
  /// What the author's device said it had seen of the record.
  let context: VersionVector
  /// What happens to the record.
  let operation: RecordOperation

  /// What the author had seen, with its own earlier change sets (C1).
  var seen: VersionVector {
    var seen = context
    if author.dot.counter > 1 { seen.join(Dot(author.dot.replica, author.dot.counter - 1)) }
    return seen
  }

  /// Whether the other event must have been decided before this one.
  func hasSeen(_ other: Event) -> Bool { seen.covers(other.author.dot) }
}

extension Event: CustomStringConvertible {
  var description: String {
    let slots = operation.slots.map { "\($0.operation)" }.joined(separator: ", ")
    return "\(author.dot) rank \(author.rank.rawValue) stamp \(author.stamp.rawValue) saw \(context): "
      + "\(operation.kind) \(slots)"
  }
}

// MARK: - Short forms for tests

extension Event {
  /// A replica's first change set as people say it: `.by(1, stamp: 5, saw: [Dot(2, 1)], .set("a"))`.
  static func by(
    _ replica: UInt32, stamp: UInt64 = 1, rank: Rank = .child, saw: [Dot] = [], _ operation: RecordOperation
  ) -> Event {
    by(replica, 1, stamp: stamp, rank: rank, saw: saw, operation)
  }

  /// A later change set: `.by(1, 2, .set("a"))` is the second of replica 1.
  static func by(
    _ replica: UInt32, _ counter: UInt64, stamp: UInt64 = 1, rank: Rank = .child, saw: [Dot] = [],
    _ operation: RecordOperation
  ) -> Event {
    let author = Authorship(
      dot: Dot(ReplicaNumber(rawValue: replica), counter), stamp: HybridTime(rawValue: stamp), rank: rank)
    return Event(author: author, context: VersionVector(saw), operation: operation)
  }

  /// The write that this event makes to a register.
  func write(_ value: Value?) -> Write { Write(author, value) }
}

extension Dot {
  /// `dot(3, 17)` is change set 17 of replica 3.
  init(_ replica: UInt32, _ counter: UInt64) {
    self.init(ReplicaNumber(rawValue: replica), counter)
  }
}

extension Rank {
  static let child = Rank(rawValue: 1)
  static let parent = Rank(rawValue: 3)
}

extension RecordOperation {
  static let delete = RecordOperation(.delete)
  static let restore = RecordOperation(.restore)

  /// Edits to the first slot, in order.
  static func edit(_ operations: SlotOperation...) -> RecordOperation {
    RecordOperation(.update, slots: operations.map { (slot: 0, operation: $0) })
  }

  static func set(_ value: Value) -> RecordOperation { edit(.write(value)) }
  static func add(_ increment: Int64) -> RecordOperation { edit(.add(increment)) }
  static func insert(_ element: Value) -> RecordOperation { edit(.insert(element)) }
  static func remove(_ element: Value) -> RecordOperation { edit(.remove(element)) }

  /// A put at a path written with dots: `put("a.b", 1)`; the empty text is the root.
  static func put(_ path: String, _ value: Value) -> RecordOperation { edit(.put(path, value)) }
  static func drop(_ path: String) -> RecordOperation { edit(.drop(path)) }
}

extension SlotOperation {
  static func put(_ path: String, _ value: Value) -> SlotOperation { .put(path.keys, value) }
  static func drop(_ path: String) -> SlotOperation { .drop(path.keys) }
}

extension String {
  /// The keys of a path written with dots.
  var keys: Document.Path { split(separator: ".").map(String.init) }
}

extension Value: ExpressibleByStringLiteral {
  init(stringLiteral text: String) { self = .text(text) }
}

extension Value: ExpressibleByUnicodeScalarLiteral {
  init(unicodeScalarLiteral text: String) { self = .text(text) }
}

extension Value: ExpressibleByExtendedGraphemeClusterLiteral {
  init(extendedGraphemeClusterLiteral text: String) { self = .text(text) }
}

extension Value: ExpressibleByIntegerLiteral {
  init(integerLiteral number: Int64) { self = .int(number) }
}

extension Value {
  /// An object of members as they stand.
  static func object(_ members: KeyValuePairs<String, Value>) -> Value { .object(.of(members)) }
}

extension ValueObject {
  /// An object of members as they stand; a key may stand twice.
  static func of(_ members: KeyValuePairs<String, Value>) -> ValueObject {
    ValueObject(members.map { (key: $0.key, value: $0.value) })
  }
}
