/// What is wrong with a field line, and where.
struct FieldLineFault: Error {
  let mark: Mark
  let message: String
}

/// Reads field lines by recursive descent; the grammar stands in docs/reference/pack-language.md, section 4.
struct FieldLineParser {
  /// Scalars that a line may have.
  static let scalarsMax = 10_000
  /// Types inside types; only `set` holds one, and no set holds a set.
  private static let depthMax = 4

  private var scalars: ArraySlice<Unicode.Scalar>
  private let count: Int
  private let places: ScalarPlaces

  /// - Parameters:
  ///   - text: the line.
  ///   - places: where its scalars stand in the file.
  init(_ text: String, at places: ScalarPlaces) throws(FieldLineFault) {
    scalars = Array(text.unicodeScalars)[...]
    count = scalars.count
    self.places = places
    guard scalars.count <= Self.scalarsMax else {
      throw FieldLineFault(mark: places[0], message: "the line has more than \(Self.scalarsMax) characters.")
    }
  }

  /// Reads a whole field line.
  static func parseField(_ text: String, at places: ScalarPlaces) throws(FieldLineFault) -> FieldLine {
    var parser = try FieldLineParser(text, at: places)
    let type = try parser.parseType()
    parser.skipSpaces()
    let nullMark = parser.place
    let isNullable = parser.take("?")
    var defaultTerm: DefaultTerm?
    if parser.take("=") { defaultTerm = try parser.parseDefault() }
    var marks = [MarkTerm]()
    while parser.take(",") { marks.append(try parser.parseMark()) }
    try parser.finish(expecting: "`,` and a mark, or the end of the line")
    return FieldLine(type: type, nullMark: isNullable ? nullMark : nil, defaultTerm: defaultTerm, marks: marks)
  }

  /// Reads a type alone, as in the `types` section and in shapes.
  static func parseType(_ text: String, at places: ScalarPlaces) throws(FieldLineFault) -> TypeTerm {
    var parser = try FieldLineParser(text, at: places)
    let type = try parser.parseType()
    try parser.finish(expecting: "the end of the type")
    return type
  }

  /// Reads a leaf of a shape: a type and marks.
  static func parseLeaf(_ text: String, at places: ScalarPlaces) throws(FieldLineFault) -> (TypeTerm, [MarkTerm]) {
    var parser = try FieldLineParser(text, at: places)
    let type = try parser.parseType()
    var marks = [MarkTerm]()
    while parser.take(",") { marks.append(try parser.parseMark()) }
    try parser.finish(expecting: "`,` and a mark, or the end of the line")
    return (type, marks)
  }

  // MARK: Grammar

  private mutating func parseType(depth: Int = 0) throws(FieldLineFault) -> TypeTerm {
    let (name, mark) = try word("a type")
    guard depth <= Self.depthMax else { throw FieldLineFault(mark: mark, message: "types nest too deep here.") }
    if name == "ref" {
      let (target, targetMark) = try word("the collection that `ref` points to")
      return TypeTerm(name: name, mark: mark, arguments: [.word(target, targetMark)], pattern: nil)
    }
    var arguments = [TypeTerm.Argument]()
    if take("(") {
      repeat { arguments.append(try parseArgument(depth: depth)) } while take(",")
      guard take(")") else { throw fault("`,` or `)` in the bounds of `\(name)`") }
    }
    var pattern: (text: String, mark: Mark)?
    if takeWord("matches") { pattern = try parseQuoted() }
    return TypeTerm(name: name, mark: mark, arguments: arguments, pattern: pattern)
  }

  private mutating func parseArgument(depth: Int) throws(FieldLineFault) -> TypeTerm.Argument {
    skipSpaces()
    let mark = place
    if let number = takeNumber() {
      guard takeRangeDots() else { return .word(number, mark) }
      guard let upper = takeNumber() else { throw fault("the upper bound behind `..`") }
      return .range(lower: number, upper: upper, mark)
    }
    let rest = self
    let (name, nameMark) = try word("a number, a name or a type")
    var look = self
    if name == "ref" || look.take("(") || look.takeWord("matches") {
      self = rest
      return .type(try parseType(depth: depth + 1))
    }
    return .word(name, nameMark)
  }

  private mutating func parseDefault() throws(FieldLineFault) -> DefaultTerm {
    skipSpaces()
    let mark = place
    var depth = 0
    var text = String.UnicodeScalarView()
    var words = [(text: String, mark: Mark)]()
    while let scalar = scalars.first, depth > 0 || scalar != "," {
      if scalar == "{" || scalar == "[" || scalar == "(" { depth += 1 }
      if scalar == "}" || scalar == "]" || scalar == ")" { depth -= 1 }
      if let last = text.last, Self.isSpace(last), !Self.isSpace(scalar) {
        var look = self
        if let word = look.nextWord() { words.append(word) }
      }
      text.append(scalar)
      scalars.removeFirst()
    }
    while let last = text.last, Self.isSpace(last) { text.removeLast() }
    guard depth == 0 else { throw FieldLineFault(mark: mark, message: "a bracket of the default is not closed.") }
    guard !text.isEmpty else {
      let message = "expected a default behind `=`. If it begins with `#`, put the line in quotes."
      throw FieldLineFault(mark: mark, message: message)
    }
    return DefaultTerm(text: String(text), mark: mark, laterWords: words)
  }

  private mutating func parseMark() throws(FieldLineFault) -> MarkTerm {
    let (first, mark) = try word("a mark behind `,`")
    var term = MarkTerm(words: [first], mark: mark)
    if first == "precedence" {
      repeat {
        let (name, place) = try word("a value of the enum")
        term.operands.append((name, place))
      } while take(">")
      return term
    }
    if first == "derived" {
      term.expression = takeExpression(toTheEnd: true)
      return term
    }
    var words = [first]
    while words != ["restrict", "when"], let next = nextWord() { words.append(next.text) }
    return MarkTerm(
      words: words, expression: words == ["restrict", "when"] ? takeExpression(toTheEnd: false) : nil, mark: mark)
  }

  /// The text of an expression: the rest of the line, or up to the next `,` that stands in no brackets and no quotes.
  private mutating func takeExpression(toTheEnd: Bool) -> ExpressionSource {
    skipSpaces()
    let offset = count - scalars.count
    var (depth, isQuoted) = (0, false)
    var text = String.UnicodeScalarView()
    while let scalar = scalars.first, toTheEnd || isQuoted || depth > 0 || scalar != "," {
      switch scalar {
      case "'": isQuoted.toggle()
      case "(" where !isQuoted: depth += 1
      case ")" where !isQuoted: depth -= 1
      default: break
      }
      text.append(scalar)
      scalars.removeFirst()
    }
    return ExpressionSource(String(text), at: places, offset: offset)
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

  private var place: Mark { places[count - scalars.count] }

  private func fault(_ expected: String) -> FieldLineFault {
    let rest = String(String.UnicodeScalarView(scalars.prefix(20)))
    let found = rest.isEmpty ? "the end of the line" : "`\(rest)`"
    return FieldLineFault(mark: place, message: "expected \(expected), found \(found).")
  }

  private static func isSpace(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || scalar == "\t" || scalar == "\n" }

  private mutating func skipSpaces() {
    while let scalar = scalars.first, Self.isSpace(scalar) { scalars.removeFirst() }
  }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    skipSpaces()
    guard scalars.first == scalar else { return false }
    scalars.removeFirst()
    return true
  }

  private mutating func takeWord(_ text: String) -> Bool {
    let rest = self
    if let next = nextWord(), next.text == text { return true }
    self = rest
    return false
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
    guard let word = nextWord() else { throw fault(expected) }
    return word
  }

  private mutating func nextWord() -> (text: String, mark: Mark)? {
    skipSpaces()
    guard let first = scalars.first, Self.isWordPart(first, isFirst: true) else { return nil }
    let mark = place
    var text = String.UnicodeScalarView()
    while let scalar = scalars.first, Self.isWordPart(scalar, isFirst: false) {
      text.append(scalar)
      scalars.removeFirst()
    }
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
