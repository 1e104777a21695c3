/// How concurrent writes to a slot of a record become one value (protocol/merge.md).
public enum MergeRule: Hashable, Sendable {
  /// Siblings, of which one is chosen.
  case register(RegisterRule)
  /// Increments, added up.
  case counter
  /// The largest or smallest value ever written.
  case extreme(Extreme.Direction)
  /// A set whose elements each have siblings; present wins over removed, higher ranks first where ranked.
  case set(isRanked: Bool)
  /// A JSON object whose paths each have siblings; with its shape when leaves of it merge by rules of their own.
  case json(isRanked: Bool, leaves: FieldType.Shape? = nil)
  /// A value that only the hub writes, one at a time.
  case hub(HubField)
}

/// The variants of the register.
public struct RegisterRule: Hashable, Sendable {
  /// What is special about taking a write in.
  public enum Mode: Hashable, Sendable {
    /// Any write is taken in; the latest is preferred.
    case latest
    /// The first accepted write stays.
    case first
    /// One holder at a time; a concurrent claim is refused.
    case claim
    /// Written by the creation only; of two creations the earlier is preferred.
    case immutable
  }

  /// What is special about taking a write in.
  public let mode: Mode
  /// Whether the higher rank is preferred first.
  public let isRanked: Bool
  /// Values in falling preference, asked after rank and before time.
  public let precedence: [Value]

  /// Makes a rule.
  public init(_ mode: Mode = .latest, isRanked: Bool = false, precedence: [Value] = []) {
    self.mode = mode
    self.isRanked = isRanked
    self.precedence = precedence
  }

  /// The order in which siblings are preferred.
  public var preference: Preference {
    Preference(isRanked: isRanked, precedence: precedence, timeOrder: timeOrder)
  }

  private var timeOrder: Preference.TimeOrder {
    switch mode {
    case .latest: .latest
    case .first, .claim: .arrival
    case .immutable: .earliest
    }
  }
}

/// What the hub writes into a field of its own accord.
public enum HubField: Hashable, Sendable {
  /// The time of the record's creation.
  case createdAt
  /// The time of the last accepted change set that touched the record.
  case changedAt
  /// 1 at creation, one more with each accepted change set that touches the record.
  case version
  /// What the pack derives from other fields and records.
  case derived
}

extension MergeRule {
  /// The order in which siblings are preferred, for rules that keep siblings.
  public var preference: Preference? {
    switch self {
    case .register(let rule): rule.preference
    case .set(let isRanked): Preference(isRanked: isRanked, prefersPresence: true)
    case .json(let isRanked, _): Preference(isRanked: isRanked)
    case .counter, .extreme, .hub: nil
    }
  }

  /// The name under which decisions, documents and tools know the rule.
  public var name: String {
    switch self {
    case .register(let rule): rule.name
    case .counter: "counter"
    case .extreme(.largest): "max"
    case .extreme(.smallest): "min"
    case .set(let isRanked): isRanked ? "guardian set" : "set"
    case .json(let isRanked, _): isRanked ? "guardian json" : "json"
    case .hub(.createdAt): "stamp created"
    case .hub(.changedAt): "stamp changed"
    case .hub(.version): "version"
    case .hub(.derived): "derived"
    }
  }
}

extension MergeRule {
  /// The rule that chose at a path of a JSON object.
  func name(at path: Document.Path) -> String {
    guard case .json(_, let shape?) = self, let rule = shape.leaf(at: path)?.rule else { return name }
    switch rule {
    case .first, .guardian: return rule.rawValue
    case .plain, .max, .min: return name
    }
  }
}

extension RegisterRule {
  fileprivate var name: String {
    let base: String =
      switch mode {
      case .latest: isRanked ? "guardian" : "lww"
      case .first: isRanked ? "guardian first" : "first"
      case .claim: "claim"
      case .immutable: "immutable"
      }
    return precedence.isEmpty ? base : "\(base) with precedence"
  }
}
