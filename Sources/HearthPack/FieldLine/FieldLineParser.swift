/// What is wrong with a field line, and where.
struct FieldLineFault: Error {
  let mark: Mark
  let message: String
}

/// Reads field lines by recursive descent; the grammar stands in docs/reference/pack-language.md, section 4.
struct FieldLineParser {
  private var scalars: ArraySlice<Unicode.Scalar>
  private let start: Mark
  private let count: Int

  /// - Parameters:
  ///   - text: the line.
  ///   - mark: where it begins in the file.
  init(_ text: String, at mark: Mark) {
    scalars = Array(text.unicodeScalars)[...]
    count = scalars.count
    start = mark
  }

  /// Reads a whole field line.
  static func parseField(_ text: String, at mark: Mark) throws(FieldLineFault) -> FieldLine {
    var parser = FieldLineParser(text, at: mark)
    let type = try parser.parseType()
    let isNullable = parser.take("?")
    var defaultText: (text: String, mark: Mark)?
    if parser.take("=") { defaultText = try parser.parseDefault() }
    var marks = [MarkTerm]()
    while parser.take(",") { marks.append(try parser.parseMark()) }
    try parser.finish(expecting: "`,` and a mark, or the end of the line")
    return FieldLine(type: type, isNullable: isNullable, defaultText: defaultText, marks: marks)
  }

  /// Reads a type alone, as in the `types` section and in shapes.
  static func parseType(_ text: String, at mark: Mark) throws(FieldLineFault) -> TypeTerm {
    var parser = FieldLineParser(text, at: mark)
    let type = try parser.parseType()
    try parser.finish(expecting: "the end of the type")
    return type
  }

  // MARK: Grammar

  private mutating func parseType() throws(FieldLineFault) -> TypeTerm {
    let (name, mark) = try word("a type")
    if name == "ref" {
      let (target, targetMark) = try word("the collection that `ref` points to")
      return TypeTerm(name: name, mark: mark, arguments: [.word(target, targetMark)], pattern: nil)
    }
    var arguments = [TypeTerm.Argument]()
    if take("(") {
      repeat { arguments.append(try parseArgument()) } while take(",")
      guard take(")") else { throw fault("`)` behind the bounds of `\(name)`") }
    }
    var pattern: (text: String, mark: Mark)?
    let rest = self
    if let next = try? word("a word"), next.text == "matches" { pattern = try parseQuoted() } else { self = rest }
    return TypeTerm(name: name, mark: mark, arguments: arguments, pattern: pattern)
  }

  private mutating func parseArgument() throws(FieldLineFault) -> TypeTerm.Argument {
    skipSpaces()
    let mark = place
    if let number = takeNumber() {
      guard takeRangeDots() else { return .word(number, mark) }
      guard let upper = takeNumber() else { throw fault("the upper bound behind `..`") }
      return .range(lower: number, upper: upper, mark)
    }
    let rest = self
    let (name, nameMark) = try word("a number, a name or a type")
    skipSpaces()
    if name == "ref" || scalars.first == "(" {
      self = rest
      return .type(try parseType())
    }
    return .word(name, nameMark)
  }

  private mutating func parseDefault() throws(FieldLineFault) -> (text: String, mark: Mark) {
    skipSpaces()
    let mark = place
    var depth = 0
    var text = String.UnicodeScalarView()
    while let scalar = scalars.first, depth > 0 || scalar != "," {
      if scalar == "{" || scalar == "[" || scalar == "(" { depth += 1 }
      if scalar == "}" || scalar == "]" || scalar == ")" { depth -= 1 }
      text.append(scalar)
      scalars.removeFirst()
    }
    while text.last == " " { text.removeLast() }
    guard !text.isEmpty else { throw FieldLineFault(mark: mark, message: "expected a default behind `=`.") }
    return (String(text), mark)
  }

  private mutating func parseMark() throws(FieldLineFault) -> MarkTerm {
    let (first, mark) = try word("a mark behind `,`")
    var words = [first]
    var operands = [(name: String, mark: Mark)]()
    if first == "precedence" {
      repeat {
        let (name, place) = try word("a value of the enum")
        operands.append((name, place))
      } while take(">")
    } else {
      while let next = try? word("") { words.append(next.text) }
    }
    return MarkTerm(words: words, operands: operands, mark: mark)
  }

  private mutating func parseQuoted() throws(FieldLineFault) -> (text: String, mark: Mark) {
    skipSpaces()
    let mark = place
    guard scalars.first == "'" else { throw fault("a pattern in single quotes behind `matches`") }
    scalars.removeFirst()
    guard let end = scalars.firstIndex(of: "'") else { throw fault("the closing `'` of the pattern") }
    let text = String(String.UnicodeScalarView(scalars[..<end]))
    scalars = scalars[(end + 1)...]
    return (text, mark)
  }

  // MARK: Tokens

  private var place: Mark { start.advanced(by: count - scalars.count) }

  private func fault(_ expected: String) -> FieldLineFault {
    let rest = String(String.UnicodeScalarView(scalars.prefix(20)))
    let found = rest.isEmpty ? "the end of the line" : "`\(rest)`"
    return FieldLineFault(mark: place, message: "expected \(expected), found \(found).")
  }

  private mutating func skipSpaces() {
    while scalars.first == " " { scalars.removeFirst() }
  }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    skipSpaces()
    guard scalars.first == scalar else { return false }
    scalars.removeFirst()
    return true
  }

  private mutating func takeRangeDots() -> Bool {
    guard scalars.starts(with: [".", "."]) else { return false }
    scalars.removeFirst(2)
    return true
  }

  private mutating func takeNumber() -> String? {
    var text = String.UnicodeScalarView()
    var rest = scalars
    if rest.first == "-" { text.append(rest.removeFirst()) }
    while let digit = rest.first, ("0"..."9").contains(digit) { text.append(rest.removeFirst()) }
    guard text.contains(where: { $0 != "-" }) else { return nil }
    scalars = rest
    return String(text)
  }

  private mutating func word(_ expected: String) throws(FieldLineFault) -> (text: String, mark: Mark) {
    skipSpaces()
    let mark = place
    var text = String.UnicodeScalarView()
    while let scalar = scalars.first, Self.isWordPart(scalar, isFirst: text.isEmpty) {
      text.append(scalars.removeFirst())
    }
    guard !text.isEmpty else { throw fault(expected) }
    return (String(text), mark)
  }

  private static func isWordPart(_ scalar: Unicode.Scalar, isFirst: Bool) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "_": true
    case "0"..."9", "-": !isFirst
    default: false
    }
  }

  private mutating func finish(expecting expected: String) throws(FieldLineFault) {
    skipSpaces()
    guard scalars.isEmpty else { throw fault(expected) }
  }
}
