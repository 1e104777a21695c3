/// What is wrong with an expression, and where.
struct ExpressionFault: Error {
  /// The number; nil for what follows from a mistake that is reported elsewhere.
  let code: String?
  let mark: Mark
  let message: String
  /// A name that is none, and the names that are: whoever reports looks for the nearest.
  let wrongName: (name: String, known: [String])?

  init(_ code: String?, _ mark: Mark, _ message: String) {
    self.code = code
    self.mark = mark
    self.message = message
    wrongName = nil
  }

  init(_ code: String?, _ mark: Mark, _ message: String, _ name: String, among known: some Sequence<String>) {
    self.code = code
    self.mark = mark
    self.message = message
    wrongName = (name, Array(known))
  }

  /// A part of the pack that is wrong itself and has been reported: nothing can be said about what uses it.
  static func known(_ mark: Mark) -> ExpressionFault { ExpressionFault(nil, mark, "") }
}

/// The text of an expression and where its scalars stand in the file.
struct ExpressionSource {
  let text: String
  let places: ScalarPlaces
  /// Where the text begins in what `places` counts.
  let offset: Int

  init(_ text: String, at places: ScalarPlaces, offset: Int = 0) {
    self.text = text
    self.places = places
    self.offset = offset
  }

  /// A scalar of a file.
  init(_ node: YAMLNode) {
    self.init(node.text ?? "", at: node.places)
  }

  func mark(at position: Int) -> Mark { places[offset + position] }
}

/// A word, number, text or sign of an expression.
struct ExpressionToken {
  enum Kind: Hashable {
    case word(String)
    case number(String)
    case day(String)
    case text(String)
    case sign(String)
    case end
  }

  let kind: Kind
  let mark: Mark
  /// Its place in the expression's own text.
  var offset = 0

  /// The token as the pack writes it, for messages.
  var description: String {
    switch kind {
    case .word(let text), .number(let text), .day(let text), .sign(let text): "`\(text)`"
    case .text(let text): "the text `\(text.prefix(40))`"
    case .end: "the end"
    }
  }
}

/// Cuts the text of an expression into tokens.
struct ExpressionLexer {
  /// Scalars that an expression may have.
  static let scalarsMax = 2000

  private let scalars: [Unicode.Scalar]
  private let source: ExpressionSource
  private var position = 0

  private init(_ source: ExpressionSource) {
    scalars = Array(source.text.unicodeScalars)
    self.source = source
  }

  /// The tokens, the last of which is the end.
  static func tokens(of source: ExpressionSource) throws(ExpressionFault) -> [ExpressionToken] {
    var lexer = ExpressionLexer(source)
    guard lexer.scalars.count <= scalarsMax else {
      let message = "an expression has at most \(scalarsMax) characters, this one \(lexer.scalars.count)."
      throw ExpressionFault("P506", source.mark(at: 0), message)
    }
    var tokens = [ExpressionToken]()
    repeat { tokens.append(try lexer.next()) } while tokens.last?.kind != .end
    return tokens
  }

  private func peek(_ distance: Int = 0) -> Unicode.Scalar? {
    scalars.indices.contains(position + distance) ? scalars[position + distance] : nil
  }

  private mutating func next() throws(ExpressionFault) -> ExpressionToken {
    while let scalar = peek(), scalar == " " || scalar == "\t" || scalar == "\n" { position += 1 }
    let (mark, offset) = (source.mark(at: position), position)
    return ExpressionToken(kind: try nextKind(at: mark), mark: mark, offset: offset)
  }

  private mutating func nextKind(at mark: Mark) throws(ExpressionFault) -> ExpressionToken.Kind {
    guard let scalar = peek() else { return .end }
    if Self.isLetter(scalar) { return .word(takeWord()) }
    if Self.isDigit(scalar) { return takeNumber() }
    if scalar == "'" { return .text(try takeText(from: mark)) }
    return .sign(try takeSign(at: mark))
  }

  private mutating func takeWord() -> String {
    var text = String.UnicodeScalarView()
    while let scalar = peek(), Self.isLetter(scalar) || Self.isDigit(scalar) || isHyphen {
      text.append(scalar)
      position += 1
    }
    return String(text)
  }

  /// Whether a `-` stands inside a word, as enum values have it.
  private var isHyphen: Bool {
    guard peek() == "-", let next = peek(1) else { return false }
    return Self.isLetter(next) || Self.isDigit(next)
  }

  private mutating func takeNumber() -> ExpressionToken.Kind {
    let form = scalars[position...].prefix(10).map { Self.isDigit($0) ? "0" : $0 }
    if form == Array("0000-00-00".unicodeScalars) {
      defer { position += 10 }
      return .day(text(position..<(position + 10)))
    }
    let start = position
    while let scalar = peek(), Self.isDigit(scalar) { position += 1 }
    if peek() == ".", let next = peek(1), Self.isDigit(next) {
      position += 1
      while let scalar = peek(), Self.isDigit(scalar) { position += 1 }
    }
    return .number(text(start..<position))
  }

  private func text(_ range: Range<Int>) -> String { String(String.UnicodeScalarView(scalars[range])) }

  /// A text in single quotes; a doubled quote stands for one.
  private mutating func takeText(from mark: Mark) throws(ExpressionFault) -> String {
    var text = String.UnicodeScalarView()
    position += 1
    while let scalar = peek() {
      position += 1
      if scalar == "'" {
        guard peek() == "'" else { return String(text) }
        position += 1
      }
      text.append(scalar)
    }
    throw ExpressionFault("P501", mark, "the quote that opens here is not closed.")
  }

  private static let signs = ["==", "!=", "<=", ">=", "->", "<", ">", "+", "-", "*", "(", ")", ",", "."]
  /// What other languages write.
  private static let foreignSigns = [
    ("&&", "and"), ("||", "or"), ("??", "otherwise"), ("!", "not"), ("=", "=="), ("/", "div"), ("%", "mod"),
    ("\"", "'text'"), ("?", "if a then b else c"), ("[", "("), ("]", ")"),
  ]

  private mutating func takeSign(at mark: Mark) throws(ExpressionFault) -> String {
    let rest = String(String.UnicodeScalarView(scalars[position...].prefix(2)))
    if let sign = Self.signs.first(where: { rest.hasPrefix($0) }) {
      position += sign.count
      return sign
    }
    if let (sign, word) = Self.foreignSigns.first(where: { rest.hasPrefix($0.0) }) {
      throw ExpressionFault("P501", mark, "`\(sign)` is no word of this language. Write `\(word)`.")
    }
    throw ExpressionFault("P501", mark, "`\(scalars[position])` has no meaning in an expression.")
  }

  private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "_": true
    default: false
    }
  }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }
}
