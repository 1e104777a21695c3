/// A named step of a field: from a value to a value, by somebody, under conditions.
public struct Move: Hashable, Sendable {
  /// Its name in the pack.
  public let name: String
  /// The field that it changes.
  public let field: FieldNumber
  /// Where it begins.
  public let from: Pattern
  /// Where it leads.
  public let to: Pattern
  /// Who may make it; judged on the record before.
  public let by: [Who]
  /// What must hold; judged on the merged result and what was before.
  public let needs: [Need]
  /// What the hub writes with it.
  public let sets: [Assignment]
  /// Whether it begins at the hub's value; else at the value that its writer saw.
  public let isDecidedByHub: Bool
  /// How it is refused when it cannot begin where the field stands.
  public let refusal: Refusal

  /// Makes a move.
  package init(
    name: String, field: FieldNumber, from: Pattern, to: Pattern, by: [Who], needs: [Need], sets: [Assignment],
    isDecidedByHub: Bool, refusal: Refusal
  ) {
    self.name = name
    self.field = field
    self.from = from
    self.to = to
    self.by = by
    self.needs = needs
    self.sets = sets
    self.isDecidedByHub = isDecidedByHub
    self.refusal = refusal
  }

  /// What a value may be on one side of a move.
  public enum Pattern: Hashable, Sendable {
    /// Anything.
    case any
    /// Null.
    case null
    /// Anything but null.
    case set
    /// The member who makes the move.
    case member
    /// One of these values.
    case values([Value])

    /// Whether a value fits.
    public func fits(_ value: Value, member: RecordID?) -> Bool {
      switch self {
      case .any: true
      case .null: value.isNull
      case .set: !value.isNull
      case .member: value.id != nil && value.id == member
      case .values(let values): values.contains(value)
      }
    }
  }

  /// A condition of a move.
  public struct Need: Hashable, Sendable {
    /// Its name in the pack.
    public let name: String
    /// What must hold.
    public let condition: Expression
    /// How it refuses.
    public let refusal: Refusal

    /// Makes a need.
    package init(name: String, condition: Expression, refusal: Refusal) {
      self.name = name
      self.condition = condition
      self.refusal = refusal
    }
  }
}

/// What the hub writes into one field.
public struct Assignment: Hashable, Sendable {
  /// How it is written.
  public enum Action: String, Hashable, Sendable {
    /// The field gets the value; a set becomes exactly the given one, and null empties it.
    case write
    /// The value joins the set; null joins nothing.
    case insert
    /// The value leaves the set.
    case remove
    /// A number is added.
    case add
  }

  /// The field.
  public let field: FieldNumber
  /// The path in a JSON field; empty for the field as a whole.
  public let path: Document.Path
  /// How it is written.
  public let action: Action
  /// What.
  public let value: Expression

  /// Makes an assignment.
  package init(_ field: FieldNumber, path: Document.Path = [], _ action: Action, _ value: Expression) {
    self.field = field
    self.path = path
    self.action = action
    self.value = value
  }
}

/// What the hub adds in the same revision when something happens.
public struct Effect: Hashable, Sendable {
  /// Its name in the pack.
  public let name: String
  /// When.
  public let trigger: Trigger
  /// Whether it fires also for a move whose result lost against a concurrent one.
  public let firesHidden: Bool
  /// Under which condition; nil when always.
  public let condition: Expression?
  /// What.
  public let action: Action

  /// Makes an effect.
  package init(name: String, trigger: Trigger, firesHidden: Bool, condition: Expression?, action: Action) {
    self.name = name
    self.trigger = trigger
    self.firesHidden = firesHidden
    self.condition = condition
    self.action = action
  }

  /// When an effect fires.
  public enum Trigger: Hashable, Sendable {
    /// The field becomes one of the values.
    case enters(FieldNumber, Move.Pattern)
    /// The field was one of the values and is none.
    case leaves(FieldNumber, Move.Pattern)
    /// One of the fields shows another value.
    case changes([FieldNumber])
    /// A move of this collection was made, perhaps only by some.
    case move(String, by: [Who])
    /// A record came into being.
    case created
    /// A record went.
    case deleted
    /// A day began in the household's zone.
    case day
  }

  /// What an effect does.
  public indirect enum Action: Hashable, Sendable {
    /// Makes a record; where its key gives it an id that is there already, nothing.
    case append(CollectionNumber, [Assignment])
    /// Makes the record that the key names, or writes into the one that is there.
    case put(CollectionNumber, [Assignment])
    /// Writes into the record itself.
    case set([Assignment])
    /// Writes into the record that a reference points to.
    case setAt(FieldNumber, [Assignment])
    /// Makes the opposite of the record that another effect of this collection makes, with some fields written anew;
    /// the field is the number that changes its sign. Nothing when there is none.
    case reverse(effect: String, negated: FieldNumber, [Assignment])
    /// Deletes the record itself.
    case delete

    /// What is written.
    package var assignments: [Assignment] {
      switch self {
      case .append(_, let row), .put(_, let row), .set(let row), .setAt(_, let row), .reverse(_, _, let row): row
      case .delete: []
      }
    }
  }
}
