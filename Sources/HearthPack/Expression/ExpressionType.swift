internal import HearthModel

/// The type of a part of an expression. Whether it may be null stands beside it.
indirect enum ExpressionType: Hashable {
  /// The word `null` alone.
  case null
  case bool
  /// A whole number in a range.
  case int(ClosedRange<Int64>)
  /// A decimal with so many digits behind the point, its units in a range.
  case decimal(scale: UInt8, ClosedRange<Int64>)
  case float
  /// A text of at most so many scalars.
  case text(Int)
  /// A record of a collection.
  case record(CollectionNumber)
  case uuid
  case date
  case time
  case choice([String])
  /// The role of a member, which has a rank.
  case role
  case set(ExpressionType, maximum: Int)
  case json(FieldType.Shape?)

  /// The type of a field's values.
  init(_ type: FieldType) {
    switch type {
    case .text(_, let length): self = .text(length.upperBound)
    case .int(let range): self = .int(range)
    case .decimal(let precision, let scale):
      var bound: Int64 = 1
      for _ in 0..<min(precision, 18) { bound *= 10 }
      self = .decimal(scale: scale, (1 - bound)...(bound - 1))
    case .float: self = .float
    case .bool: self = .bool
    case .date: self = .date
    case .time: self = .time
    case .uuid: self = .uuid
    case .choice(let names): self = .choice(names)
    case .reference(let target): self = .record(target)
    case .set(let element, let maximum): self = .set(ExpressionType(element), maximum: maximum)
    case .json(let shape): self = .json(shape)
    }
  }

  /// The type of a leaf of a JSON field: what JSON does not have is text there.
  init(leaf type: FieldType) {
    switch type {
    case .decimal, .date, .time, .uuid, .reference: self = .text(64)
    case .set(let element, let maximum): self = .set(ExpressionType(leaf: element), maximum: maximum)
    case .text, .int, .float, .bool, .choice, .json: self.init(type)
    }
  }

  /// The type that holds the values of both; nil when they are of two kinds.
  func joined(with other: ExpressionType) -> ExpressionType? {
    switch (self, other) {
    case (.null, let type), (let type, .null): type
    case (.int(let left), .int(let right)): .int(left.hull(right))
    case (.decimal(let scale, let left), .decimal(let other, let right)):
      scale == other ? .decimal(scale: scale, left.hull(right)) : nil
    case (.text(let left), .text(let right)): .text(max(left, right))
    case (.record(let left), .record(let right)): left == right ? self : nil
    case (.record, .uuid), (.uuid, .record), (.uuid, .uuid): .uuid
    case (.choice(let left), .choice(let right)):
      Set(left).isDisjoint(with: right) ? nil : .choice(left + right.filter { !left.contains($0) })
    case (.set(let left, let first), .set(let right, let second)):
      left.joined(with: right).map { .set($0, maximum: max(first, second)) }
    default: self == other ? self : nil
    }
  }

  /// Whether a value of this type can be written where the other is expected, as far as kinds say; limits are judged
  /// with the value.
  func fits(_ target: ExpressionType) -> Bool {
    switch (self, target) {
    case (.null, _): true
    case (.record(let source), .record(let target)): source == target
    case (.uuid, .record): false
    case (.choice(let names), .choice(let known)): Set(names).isSubset(of: known)
    default: joined(with: target) != nil
    }
  }

  /// Whether `<` has a meaning.
  var isOrdered: Bool {
    switch self {
    case .int, .decimal, .float, .text, .date, .time, .role: true
    case .null, .bool, .record, .uuid, .choice, .set, .json: false
    }
  }

  var isNumber: Bool {
    switch self {
    case .int, .decimal: true
    case .null, .bool, .float, .text, .record, .uuid, .date, .time, .choice, .role, .set, .json: false
    }
  }

  /// The type in the words of the pack language.
  func name(_ collection: (CollectionNumber) -> String) -> String {
    switch self {
    case .null: "null"
    case .bool: "bool"
    case .int: "int"
    case .decimal(let scale, _): "decimal with \(scale) digits behind the point"
    case .float: "float"
    case .text: "text"
    case .record(let target): "ref \(collection(target))"
    case .uuid: "uuid"
    case .date: "date"
    case .time: "time"
    case .choice(let names): "enum(\(names.joined(separator: ", ")))"
    case .role: "role"
    case .set(let element, _): "set of \(element.name(collection))"
    case .json: "json"
    }
  }
}

extension ClosedRange<Int64> {
  /// The smallest range that holds both.
  func hull(_ other: ClosedRange<Int64>) -> ClosedRange<Int64> {
    Swift.min(lowerBound, other.lowerBound)...Swift.max(upperBound, other.upperBound)
  }
}
