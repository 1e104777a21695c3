/// What may be done with the records of a collection and what follows from it: everything of a collection that is
/// neither shape nor merge (docs/reference/pack-language.md, sections 10 to 15).
public struct Behavior: Hashable, Sendable {
  /// Who may do what, and see what.
  public var access: Access
  /// What must be true of each record.
  public var checks: [Check] = []
  /// What may stand only once.
  public var uniques: [Unique] = []
  /// Chains of references that must not close.
  public var acyclics: [Acyclic] = []
  /// The steps that some fields take; a field with moves changes in no other way.
  public var moves: [Move] = []
  /// What the hub adds.
  public var effects: [Effect] = []
  /// What the hub computes, by field.
  public var derived: [FieldNumber: Derived] = [:]
  /// For fields with `per`: the field whose change begins the register anew.
  public var periods: [FieldNumber: FieldNumber] = [:]
  /// Whether the id follows from the key only where this holds; nil when always.
  public var keyCondition: Expression?
  /// The field with the moment at which the record goes; nil when records stay.
  public var expires: FieldNumber?
  /// How long records are kept; nil when for ever.
  public var retention: Retention?
  /// For `restrict` references with a condition: when they restrict.
  public var restrictions: [FieldNumber: Expression] = [:]

  /// Makes a behavior without rules.
  public init(access: Access) {
    self.access = access
  }

  /// Every member may do everything, and nothing follows.
  public static let open = Behavior(access: .open)

  /// How long records are kept.
  public struct Retention: Hashable, Sendable {
    /// Months after the creation.
    public let months: Int

    /// Makes a retention.
    public init(months: Int) {
      self.months = months
    }
  }
}

/// A condition on the result: no change set is taken in that leaves it false for a record that it touches.
public struct Check: Hashable, Sendable {
  /// Its name in the pack.
  public let name: String
  /// What must hold.
  public let condition: Expression
  /// The fields of the record that it reads, in `record` and `old`; it is asked when one of them changes.
  public let reach: FieldSet
  /// How a refusal is answered.
  public let refusal: Refusal

  /// Makes a check.
  package init(name: String, condition: Expression, reach: FieldSet, refusal: Refusal) {
    self.name = name
    self.condition = condition
    self.reach = reach
    self.refusal = refusal
  }
}

/// How a rule refuses.
public struct Refusal: Hashable, Sendable {
  /// The code.
  public let code: RejectionCode
  /// The pack's own sentence for people; nil when it has none.
  public let says: String?

  /// Makes a refusal.
  public init(_ code: RejectionCode, says: String? = nil) {
    self.code = code
    self.says = says
  }
}

/// Values that no two records have.
public struct Unique: Hashable, Sendable {
  /// What happens when there is one already.
  public enum Policy: String, Hashable, Sendable, CaseIterable {
    /// The later change set is refused.
    case reject
    /// The record that has it goes.
    case takeOver
    /// The later record is folded into the one that has it, and its id becomes an alias.
    case alias
  }

  /// Its name in the pack.
  public let name: String
  /// The fields; a record of which one is null takes no part.
  public let fields: [FieldNumber]
  /// Whether texts are compared in small letters.
  public let folds: Bool
  /// Which records take part; nil when all.
  public let condition: Expression?
  /// Whether it holds over all households of the hub.
  public let isAcross: Bool
  /// What happens when there is one already.
  public let policy: Policy
  /// How a refusal is answered.
  public let refusal: Refusal

  /// Makes a unique.
  package init(
    name: String, fields: [FieldNumber], folds: Bool, condition: Expression?, isAcross: Bool, policy: Policy,
    refusal: Refusal
  ) {
    self.name = name
    self.fields = fields
    self.folds = folds
    self.condition = condition
    self.isAcross = isAcross
    self.policy = policy
    self.refusal = refusal
  }
}

/// A chain of references that must not come back to where it began.
public struct Acyclic: Hashable, Sendable {
  /// What the chain goes along.
  public enum Chain: Hashable, Sendable {
    /// A reference, or a set of references, to the collection itself.
    case field(FieldNumber)
    /// Records that link one record to another.
    case link(from: FieldNumber, to: FieldNumber)
  }

  /// Its name in the pack.
  public let name: String
  /// What it goes along.
  public let chain: Chain
  /// Links that it may have at most.
  public let depth: Int
  /// How a refusal is answered.
  public let refusal: Refusal

  /// Makes a rule.
  package init(name: String, chain: Chain, depth: Int, refusal: Refusal) {
    self.name = name
    self.chain = chain
    self.depth = depth
    self.refusal = refusal
  }
}

/// What the hub computes for a field.
public enum Derived: Hashable, Sendable {
  /// Over the records that point here.
  case aggregate(Aggregate)
  /// Over the record itself and what it refers to.
  case expression(Expression)
}

/// A number over the records that point to a record.
public struct Aggregate: Hashable, Sendable {
  /// What is computed.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    case sum
    case count
    case min
    case max
    case any
  }

  /// What is computed.
  public let kind: Kind
  /// The records' collection.
  public let source: CollectionNumber
  /// The field that is summed up or compared; nil for `count` and `any`.
  public let value: FieldNumber?
  /// The reference that points here.
  public let reference: FieldNumber
  /// Which records take part; nil when all. Reads the record itself only.
  public let condition: Expression?

  /// Makes an aggregate.
  package init(
    kind: Kind, source: CollectionNumber, value: FieldNumber?, reference: FieldNumber, condition: Expression?
  ) {
    self.kind = kind
    self.source = source
    self.value = value
    self.reference = reference
    self.condition = condition
  }
}
