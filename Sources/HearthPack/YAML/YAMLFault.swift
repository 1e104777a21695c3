internal import Yams

/// Why a file is not the YAML that Hearth reads.
struct YAMLFault: Error {
  let code: String
  let mark: Mark
  let message: String

  init(_ code: String, _ mark: Mark, _ message: String) {
    self.code = code
    self.mark = mark
    self.message = message
  }

  static func anchor(at mark: Mark) -> YAMLFault {
    YAMLFault("P002", mark, "anchors (`&name`) are not read here. Write the value out where it is used.")
  }

  static func alias(at mark: Mark) -> YAMLFault {
    YAMLFault("P002", mark, "aliases (`*name`) are not read here. Write the value out.")
  }

  static func tag(at mark: Mark) -> YAMLFault {
    YAMLFault("P002", mark, "tags (`!name`) are not read here. Remove it.")
  }

  static func duplicate(_ key: String, first: Int, at mark: Mark) -> YAMLFault {
    YAMLFault("P003", mark, "`\(key)` stands twice in one mapping, first on line \(first). Keep one.")
  }

  init(unreadable scalar: Unicode.Scalar, at mark: Mark) {
    let digits = String(scalar.value, radix: 16, uppercase: true)
    let number = "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    self.init("P001", mark, "the character \(number) cannot stand in a file. Remove it, or escape it in double quotes.")
  }

  init(_ error: any Error, in source: SourceText) {
    switch error as? YamlError {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      self.init(problem: problem, at: mark, context: context, source)
    case .duplicatedKeysInMapping(let keys, let context):
      let first = source.clamped(Mark(context.mark))
      let key = keys.first ?? ""
      self = .duplicate(key, first: first.line, at: source.secondPlace(ofKey: key, first: first) ?? first)
    default:
      self.init("P001", Mark(line: 1, column: 1), "this is not YAML: \(error)")
    }
  }

  /// Says what usually is wrong where the parser says what it waited for.
  private init(problem: String, at mark: Yams.Mark, context: YamlError.Context?, _ source: SourceText) {
    let place = source.clamped(Mark(mark))
    let begin = context.map { source.clamped(Mark($0.mark)) } ?? place
    switch (problem, context?.text ?? "") {
    case ("found undefined alias", _): self = .alias(at: place)
    case ("found undefined tag handle", _): self = .tag(at: place)
    case ("found character that cannot start any token", _) where source.scalar(at: place) == "\t":
      self.init("P001", place, "a tab cannot indent or separate here. Use spaces.")
    case ("found character that cannot start any token", _):
      let found = source.scalar(at: place).map { "`\($0)`" } ?? "this"
      self.init("P001", place, "a value cannot begin with \(found). Put it in quotes.")
    case ("could not find expected ':'", "while scanning a simple key"):
      self.init("P001", begin, "a key without its `:`. Write `key: value`.")
    case ("found unexpected end of stream", "while scanning a quoted scalar"):
      self.init("P001", begin, "the quote that opens here is not closed.")
    case ("mapping values are not allowed in this context", _):
      self.init("P001", place, "a `:` where no key can stand. Check the indentation, or put the value in quotes.")
    case ("did not find expected key", _):
      self.init("P001", place, "expected a key. Check the indentation of this line and the one before.")
    case ("did not find expected ',' or '}'", _):
      self.init("P001", place, "expected `,` or the `}` of line \(begin.line). Close it, or quote a value with commas.")
    case ("did not find expected ',' or ']'", _):
      self.init("P001", place, "expected `,` or the `]` of line \(begin.line). Close it, or quote a value with commas.")
    case ("but found another document", _), ("did not find expected <document start>", _):
      self.init("P001", place, "a second document begins here. A file has one; remove the `---`.")
    case (_, let text):
      let text = text.isEmpty ? "" : "\(text) from line \(begin.line), "
      self.init("P001", place, "no YAML: \(text)\(problem). Check indentation, quotes and brackets up to here.")
    }
  }
}

extension Mark {
  fileprivate init(_ mark: Yams.Mark) {
    self.init(line: mark.line, column: mark.column)
  }
}
