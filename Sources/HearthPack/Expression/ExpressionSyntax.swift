internal import HearthModel

/// A word of an expression with its place.
struct SyntaxName {
  let text: String
  let mark: Mark
}

/// An expression as written: nothing resolved, every part with its place.
struct ExpressionSyntax {
  let form: Form
  let mark: Mark

  init(_ form: Form, _ mark: Mark) {
    self.form = form
    self.mark = mark
  }

  indirect enum Form {
    case null
    case bool(Bool)
    case number(String)
    case day(String)
    case text(String)
    /// `a.b.c`.
    case path([SyntaxName])
    /// `f(x, y)`, `collection(x).field`.
    case call(SyntaxName, [ExpressionSyntax], rest: [SyntaxName])
    /// `any(x in set where c)`.
    case quantifier(Expression.Quantifier, SyntaxName, set: ExpressionSyntax, body: ExpressionSyntax)
    case not(ExpressionSyntax)
    /// Operands of one `and` or `or` chain.
    case all([ExpressionSyntax])
    case any([ExpressionSyntax])
    case implies(ExpressionSyntax, ExpressionSyntax)
    case compare(Expression.Comparison, ExpressionSyntax, ExpressionSyntax)
    case isOneOf(ExpressionSyntax, [ExpressionSyntax])
    case contains(set: ExpressionSyntax, element: ExpressionSyntax)
    case test(ExpressionSyntax, Test, isNegated: Bool)
    case matches(ExpressionSyntax, String, Mark)
    case otherwise(ExpressionSyntax, ExpressionSyntax)
    case arithmetic(Expression.Arithmetic, ExpressionSyntax, ExpressionSyntax)
    case choose(ExpressionSyntax, then: ExpressionSyntax, otherwise: ExpressionSyntax)
  }

  enum Test: String {
    case null
    case set
    case empty
  }

  /// The words of a path as the pack writes them, for messages.
  var pathText: String? {
    if case .path(let names) = form { names.map(\.text).joined(separator: ".") } else { nil }
  }
}
