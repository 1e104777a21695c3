/// A field line as written: nothing resolved, every part with its place (docs/reference/pack-language.md, section 4).
struct FieldLine {
  let type: TypeTerm
  /// The `?` behind the type.
  let nullMark: Mark?
  let defaultTerm: DefaultTerm?
  let marks: [MarkTerm]

  var isNullable: Bool { nullMark != nil }
}

/// A type as written: `text(1..200)`, `ref users`, `set(ref users, 20)`, `Code`.
struct TypeTerm {
  let name: String
  let mark: Mark
  let arguments: [Argument]
  /// The pattern behind `matches`.
  let pattern: (text: String, mark: Mark)?

  enum Argument {
    case word(String, Mark)
    case range(lower: String, upper: String, Mark)
    case type(TypeTerm)

    var mark: Mark {
      switch self {
      case .word(_, let mark), .range(_, _, let mark): mark
      case .type(let term): term.mark
      }
    }
  }
}

/// A default as written.
struct DefaultTerm {
  let text: String
  let mark: Mark
  /// The words behind the first, to find a mark whose `,` is missing.
  let laterWords: [(text: String, mark: Mark)]
}

/// A mark as written: its words, the operands of `precedence a > b`, and the expression behind `derived` and
/// `restrict when`.
struct MarkTerm {
  let words: [String]
  var operands: [(name: String, mark: Mark)] = []
  var expression: ExpressionSource?
  let mark: Mark

  var text: String { words.joined(separator: " ") }
}
