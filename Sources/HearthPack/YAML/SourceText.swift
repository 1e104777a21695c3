/// The text of a file by lines, to look at what stands at a place.
package struct SourceText {
  /// The lines without their breaks; at least one.
  let lines: [[Unicode.Scalar]]

  /// Splits a text at line feeds, carriage returns and pairs of them.
  package init(_ text: String) {
    var lines: [[Unicode.Scalar]] = [[]]
    var isBehindReturn = false
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n" where isBehindReturn: break
      case "\n", "\r": lines.append([])
      default: lines[lines.count - 1].append(scalar)
      }
      isBehindReturn = scalar == "\r"
    }
    if lines.count > 1, lines[lines.count - 1].isEmpty { lines.removeLast() }
    self.lines = lines
  }

  /// What stands at a place; nil at the end of a line and outside the file.
  func scalar(at mark: Mark) -> Unicode.Scalar? {
    guard lines.indices.contains(mark.line - 1) else { return nil }
    let line = lines[mark.line - 1]
    return line.indices.contains(mark.column - 1) ? line[mark.column - 1] : nil
  }

  /// The place itself, or the end of the last line for a place behind it.
  func clamped(_ mark: Mark) -> Mark {
    mark.line <= lines.count ? mark : Mark(line: lines.count, column: lines[lines.count - 1].count + 1)
  }

  /// The first scalar that a file may not hold.
  ///
  /// YAML excludes control characters. The breaks U+0085, U+2028 and U+2029 are excluded as well: YAML counts lines by
  /// them, editors do not, and the places in messages would be wrong.
  var firstUnreadable: (scalar: Unicode.Scalar, mark: Mark)? {
    for (line, scalars) in lines.enumerated() {
      if let column = scalars.firstIndex(where: { !$0.isReadable }) {
        return (scalars[column], Mark(line: line + 1, column: column + 1))
      }
    }
    return nil
  }

  /// The words that look like `&name` or `*name` where a value may begin, in the order of the file.
  var references: [(lead: Unicode.Scalar, name: String, mark: Mark)] {
    var found = [(lead: Unicode.Scalar, name: String, mark: Mark)]()
    for (line, scalars) in lines.enumerated() {
      for column in scalars.indices where scalars[column] == "&" || scalars[column] == "*" {
        let isFirst = column == 0 || " \t[{,".unicodeScalars.contains(scalars[column - 1])
        let name = scalars[(column + 1)...].prefix(while: \.isAnchorPart)
        guard isFirst, !name.isEmpty else { continue }
        let text = String(String.UnicodeScalarView(name))
        found.append((scalars[column], text, Mark(line: line + 1, column: column + 1)))
      }
    }
    return found
  }

  /// The second place of a key of which the first is known, as far as a look at the lines finds it.
  func secondPlace(ofKey key: String, first: Mark) -> Mark? {
    let spellings = [key, "'\(key)'", "\"\(key)\""].map { Array(($0 + ":").unicodeScalars) }
    let isKey = { (rest: ArraySlice<Unicode.Scalar>) in spellings.contains { rest.starts(with: $0) } }
    let line = lines[first.line - 1]
    for column in line.indices.dropFirst(first.column) where " {,".unicodeScalars.contains(line[column - 1]) {
      if isKey(line[column...]) { return Mark(line: first.line, column: column + 1) }
    }
    for (number, line) in lines.enumerated().dropFirst(first.line) {
      let rest = line.drop { $0 == " " }
      if rest.isEmpty || rest.first == "#" { continue }
      if rest.startIndex < first.column - 1 { return nil }
      if rest.startIndex == first.column - 1, isKey(rest) { return Mark(line: number + 1, column: first.column) }
    }
    return nil
  }
}

extension Unicode.Scalar {
  fileprivate var isReadable: Bool {
    switch value {
    case 0x09, 0x20...0x7E, 0xA0...0x2027, 0x202A...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD, 0x10000...0x10FFFF: true
    default: false
    }
  }

  fileprivate var isAnchorPart: Bool {
    switch self {
    case "0"..."9", "A"..."Z", "a"..."z", "_", "-": true
    default: false
    }
  }
}

/// Where each scalar of a text stands in the file: quotes, escapes and folded lines move it away from its offset.
package struct ScalarPlaces {
  private let start: Mark
  /// The place of each scalar and of the end; nil when the text stands in the file as it is.
  private let table: [Mark]?

  /// The place of the scalar at an offset, or of the end.
  package subscript(offset: Int) -> Mark {
    guard let table else { return start.advanced(by: offset) }
    return table[min(offset, table.count - 1)]
  }

  /// The places of a text that is a file of its own: what looks like YAML in it is none.
  package init(of text: String) {
    start = Mark(line: 1, column: 1)
    var places = [start]
    var isBehindReturn = false
    for scalar in text.unicodeScalars {
      let place = places[places.count - 1]
      switch scalar {
      case "\n" where isBehindReturn: places.append(place)
      case "\n", "\r": places.append(Mark(line: place.line + 1, column: 1))
      default: places.append(place.advanced(by: 1))
      }
      isBehindReturn = scalar == "\r"
    }
    table = places
  }

  /// Finds the places of a text that begins at a mark.
  init(_ text: String, from mark: Mark, in source: SourceText) {
    start = mark
    let scalars = Array(text.unicodeScalars)
    guard source.lines.indices.contains(mark.line - 1) else {
      table = nil
      return
    }
    if source.lines[mark.line - 1].dropFirst(mark.column - 1).starts(with: scalars) {
      table = nil
    } else {
      var walk = SourceWalk(source, mark)
      table = walk.places(of: scalars)
    }
  }
}

/// Walks over a quoted, folded or block scalar as it stands in the file, beside the text that YAML made of it.
private struct SourceWalk {
  private enum Style {
    case plain
    case single
    case double
    case block
  }

  private let lines: [[Unicode.Scalar]]
  private let style: Style
  private var line: Int
  private var column: Int
  private var indentation = 0

  init(_ source: SourceText, _ mark: Mark) {
    lines = source.lines
    (line, column) = (mark.line - 1, mark.column - 1)
    switch source.scalar(at: mark) {
    case "'": style = .single
    case "\"": style = .double
    case "|", ">": style = .block
    default: style = .plain
    }
    switch style {
    case .plain: break
    case .single, .double: column += 1
    case .block: beginBlock()
    }
  }

  private var current: Unicode.Scalar? { column < lines[line].count ? lines[line][column] : nil }
  private var mark: Mark { Mark(line: line + 1, column: column + 1) }
  private var isAtEndOfLine: Bool { lines[line].dropFirst(column).allSatisfy { $0 == " " || $0 == "\t" } }

  mutating func places(of text: [Unicode.Scalar]) -> [Mark] {
    var places = [Mark]()
    var isFolded = false
    for scalar in text {
      if style == .double, current == "\\", column + 1 == lines[line].count { goToNextLine() }
      if scalar == "\n" && isFolded {
        places.append(mark)
      } else if (scalar == " " || scalar == "\n") && isAtEndOfLine {
        places.append(mark)
        goToNextLine()
        isFolded = style != .block
      } else {
        isFolded = false
        places.append(mark)
        column += width
      }
    }
    return places + [mark]
  }

  /// How many scalars of the file make the current scalar of the text.
  private var width: Int {
    switch (style, current) {
    case (.single, "'"): return 2
    case (.double, "\\"):
      let next = column + 1 < lines[line].count ? lines[line][column + 1] : nil
      return next == "x" ? 4 : next == "u" ? 6 : next == "U" ? 10 : 2
    default: return 1
    }
  }

  private mutating func goToNextLine() {
    guard line + 1 < lines.count else { return }
    line += 1
    if style == .block {
      column = min(indentation, lines[line].count)
      return
    }
    while line + 1 < lines.count, lines[line].allSatisfy({ $0 == " " }) { line += 1 }
    column = lines[line].prefix { $0 == " " || $0 == "\t" }.count
  }

  private mutating func beginBlock() {
    guard line + 1 < lines.count else { return }
    let first = lines[(line + 1)...].first { !$0.allSatisfy { $0 == " " } }
    indentation = first?.prefix { $0 == " " }.count ?? 0
    goToNextLine()
  }
}
