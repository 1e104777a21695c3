/// How a leaf of a JSON object merges, where its shape says so.
public enum LeafRule: String, Hashable, Sendable, CaseIterable {
  /// As all paths of the field.
  case plain = "lww"
  /// The higher role first.
  case guardian
  /// The first write that the hub takes stays.
  case first
  /// The largest value ever written.
  case max
  /// The smallest value ever written.
  case min

  /// Which end a leaf keeps; nil when it keeps none.
  public var direction: Extreme.Direction? {
    switch self {
    case .max: .largest
    case .min: .smallest
    case .plain, .guardian, .first: nil
    }
  }
}

extension FieldType.Shape {
  /// The leaf at a path; nil when the path leads to none.
  public func leaf(at path: Document.Path) -> (type: FieldType, rule: LeafRule)? {
    var node = Node.object(self)
    for key in path {
      guard case .object(let shape) = node, let next = shape[key] else { return nil }
      node = next
    }
    if case .leaf(let type, let rule) = node { return (type, rule) }
    return nil
  }

  /// Whether a leaf merges by a rule of its own.
  public var hasLeafRules: Bool {
    (Array(keys.values) + (others.map { [$0] } ?? [])).contains { node in
      switch node {
      case .leaf(_, let rule): rule != .plain
      case .object(let shape): shape.hasLeafRules
      }
    }
  }
}

extension FieldType {
  /// What the text of a leaf stands for: types that JSON does not have are written as text there. Nil when it is none.
  func value(ofLeaf text: String) -> Value? {
    switch self {
    case .date: Day(text).map { .day($0) }
    case .time: Instant(text).map { .instant($0) }
    case .uuid, .reference: RecordID(text).map { .id($0) }
    case .decimal(_, let scale): FixedDecimal(text, scale: scale).map { .decimal($0) }
    case .text, .int, .float, .bool, .choice, .set, .json: .text(text)
    }
  }

  /// A leaf's value as it is compared: `2025-11-11T16:00:00Z` and `2025-11-11T16:00:00.000Z` are one time.
  func comparable(_ value: Value) -> Value { value.text.flatMap(self.value(ofLeaf:)) ?? value }
}

extension ValueObject {
  /// The object after an edit, as far as a device can tell: what a leaf keeps by its rule, the edit does not take.
  ///
  /// - Parameters:
  ///   - before: the object before the edit.
  ///   - start: the object before the change set: a `first` leaf keeps what others hold, and not what an earlier edit
  ///     of the same change set wrote (R2).
  func keepingLeaves(of before: ValueObject, since start: ValueObject?, _ shape: FieldType.Shape) -> ValueObject {
    var object = self
    for (path, value) in Document.leaves(of: .object(self), at: []) {
      guard let leaf = shape.leaf(at: path) else { continue }
      let holder = leaf.rule == .first ? start : before
      guard let held = holder?.value(at: path[...]), !held.isNull else { continue }
      let (old, new) = (leaf.type.comparable(held), leaf.type.comparable(value))
      let keeps =
        switch leaf.rule {
        case .plain, .guardian: false
        case .first: true
        case .max: value.isNull || old >= new
        case .min: value.isNull || old <= new
        }
      if keeps { object.set(held, at: path[...]) }
    }
    return object
  }
}
