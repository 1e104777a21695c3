/// A typed expression of a pack: total, without loops, of bounded cost (docs/reference/pack-language.md, section 9).
///
/// `HearthPack` compiles the text; whoever asks for a value says what the inputs stand for.
public struct Expression: Hashable, Sendable {
  /// The tree as one array: operands stand before what uses them, the root stands last.
  public let nodes: [Node]
  /// What is read, each once.
  public let inputs: [Input]
  /// The text as the pack has it, for people.
  public let text: String
  /// Units that an evaluation costs at most (section 9.4).
  public let cost: Int

  /// Makes an expression of checked parts.
  package init(nodes: [Node], inputs: [Input], text: String, cost: Int) {
    precondition(!nodes.isEmpty)
    self.nodes = nodes
    self.inputs = inputs
    self.text = text
    self.cost = cost
  }

  /// One step of the tree; operands are positions in `nodes`, always smaller than the step's own.
  public enum Node: Hashable, Sendable {
    /// A literal.
    case constant(Value)
    /// What is read: a position in `inputs`.
    case input(Int)
    /// The element that the innermost `any`, `every` or `count` looks at.
    case element
    /// `not x`.
    case not(Int)
    /// `a and b`; false decides whatever the other is.
    case and(Int, Int)
    /// `a or b`; true decides whatever the other is.
    case or(Int, Int)
    /// `a == b`, `a < b`, ...
    case compare(Comparison, Int, Int)
    /// `x is null`.
    case isNull(Int)
    /// `x is empty`: a set, list, object or text.
    case isEmpty(Int)
    /// `set contains x`, `x in set`.
    case contains(set: Int, element: Int)
    /// `a + b`, `a - b`, `a * b`, `a div b`, `a mod b`.
    case arithmetic(Arithmetic, Int, Int)
    /// `if a then b else c`.
    case choose(Int, then: Int, otherwise: Int)
    /// `x otherwise y`: y where x is null.
    case otherwise(Int, Int)
    /// `x matches 'pattern'`.
    case matches(Int, TextPattern)
    /// A function of section 9.3.
    case call(Function, [Int])
    /// `any(x in set where ...)`, `every(...)`, `count(...)`: the body stands in the same array and uses `element`.
    case quantifier(Quantifier, set: Int, body: Int)
  }

  /// What compares two values.
  public enum Comparison: String, Hashable, Sendable, CaseIterable {
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
  }

  /// What computes with two numbers.
  public enum Arithmetic: String, Hashable, Sendable, CaseIterable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "div"
    case remainder = "mod"
  }

  /// What looks at the elements of a set.
  public enum Quantifier: String, Hashable, Sendable, CaseIterable {
    case any
    case every
    case count
  }

  /// The functions there are, all total: null where an argument has no answer.
  public enum Function: String, Hashable, Sendable, CaseIterable {
    /// Scalars of a text, elements of a set or list.
    case length
    /// The text in small letters.
    case lower
    /// Elements of a set or list.
    case size
    case abs
    case min
    case max
    /// `clamp(x, low, high)`.
    case clamp
    /// `round(decimal)` to an int, half away from zero.
    case round
    /// The whole square root of a number, 0 for negative ones.
    case isqrt
    /// `step(x, a1, b1, a2, b2, ...)`: the b behind the last a that is at most x, null below the first.
    case step
    /// The day of a moment in the household's zone.
    case day
    /// The weekday of a day, 1 for Monday to 7.
    case weekday
    /// Whole years from a day to today.
    case age
    /// Days from the first day to the second.
    case days
    /// `addDays(day, n)`.
    case addDays
    /// `addMonths(day, n)`; the last day of a shorter month.
    case addMonths
    /// `next(rrule, after, from)`: the first day of the recurrence that began on `from` which comes after `after`.
    case next
    /// `startsWith(text, prefix)`.
    case startsWith
    /// The element of a set with exactly one, else null.
    case only
    /// `following(set, x)`: the element behind x in ascending order, the first behind the last; null of an empty set.
    case following
    /// The days in a row that end today or yesterday, of a set of days.
    case streak
    /// The most days in a row of a set of days.
    case longestStreak
  }

  /// Something that is read.
  public struct Input: Hashable, Sendable {
    /// Where reading begins.
    public let root: Root
    /// The way from there; empty for the root itself.
    public let steps: [Step]

    /// Makes an input.
    package init(_ root: Root, _ steps: [Step] = []) {
      self.root = root
      self.steps = steps
    }

    /// Where reading begins.
    public enum Root: Hashable, Sendable {
      /// The record as a result: the id alone, or its fields.
      case record
      /// The record at the hub before the change set; all null when there was none.
      case old
      /// The record as the writer's device showed it when the change was made.
      case seen
      /// The record of the member who writes or looks; the id alone, or its fields.
      case member
      /// The household's own record.
      case household
      /// The id of the device that writes or looks.
      case device
      /// The hub's time of the decision.
      case now
      /// The day of `now` in the household's zone.
      case today
      /// The corrected stamp of the change set.
      case written
      /// Whether the change set changes a field of the record.
      case changed(FieldNumber)
      /// Whether the change set creates the record.
      case isNew
      /// The rank of the member's role, as a number; greater outranks less.
      case rank
    }

    /// One step on the way to a value.
    public enum Step: Hashable, Sendable {
      /// A field of the record at hand.
      case field(FieldNumber)
      /// The record of this collection that the reference at hand points to; null when it is not there.
      case follow(CollectionNumber)
      /// A key of the JSON object at hand.
      case key(String)
    }
  }
}
