/// One mistake in a file that people write: where, what was expected, what to do.
public struct Diagnostic: Error, Hashable, Sendable {
  /// The file as the user named it.
  public let file: String
  /// Line from 1.
  public let line: Int
  /// Column from 1, in Unicode scalars.
  public let column: Int
  /// The number, explained by `hearth error <number>` and in docs/reference/pack-errors.md.
  public let code: String
  /// What was expected, what came, what to do: one or two sentences on one line.
  public let message: String

  /// Makes a diagnostic.
  public init(file: String, line: Int, column: Int, code: String, message: String) {
    self.file = file
    self.line = line
    self.column = column
    self.code = code
    self.message = message
  }
}

extension Diagnostic: CustomStringConvertible {
  /// `file:line:column: error P104: message`, the form that editors jump from.
  public var description: String { "\(file):\(line):\(column): error \(code): \(message)" }
}

/// All mistakes of a file, in the order of its lines; never empty when thrown.
public struct Diagnostics: Error, Hashable, Sendable, CustomStringConvertible {
  /// The mistakes.
  public let list: [Diagnostic]

  /// Makes a list of mistakes and puts them in the order of their lines.
  public init(_ list: [Diagnostic]) {
    self.list = list.sorted {
      ($0.file, $0.line, $0.column, $0.code, $0.message) < ($1.file, $1.line, $1.column, $1.code, $1.message)
    }
  }

  /// One line for each mistake.
  public var description: String { list.map(\.description).joined(separator: "\n") }
}

/// Collects the mistakes of one file, so that all are reported in one run.
package struct DiagnosticCollector {
  package let file: String
  package private(set) var list: [Diagnostic] = []
  /// A line of a trait or of a named type is read wherever it is used, and its mistake is still one mistake.
  private var known: Set<Diagnostic> = []

  package init(file: String) {
    self.file = file
  }

  package mutating func report(_ code: String, at mark: Mark, _ message: String) {
    let message = Self.oneLine(message)
    let diagnostic = Diagnostic(file: file, line: mark.line, column: mark.column, code: code, message: message)
    if known.insert(diagnostic).inserted { list.append(diagnostic) }
  }

  package func throwIfAny() throws(Diagnostics) {
    if !list.isEmpty { throw Diagnostics(list) }
  }

  /// Mistakes behind this many come without the nearest right name: finding it costs more than the rest of the reading.
  private static let suggestionsMax = 100

  /// The nearest right name as a sentence, see `suggestion(for:among:)`.
  package func suggestion(for name: String, among names: some Sequence<String>) -> String {
    list.count < Self.suggestionsMax ? HearthPack.suggestion(for: name, among: names) : ""
  }

  /// Scalars of a message that are shown; a file can hold a name of a megabyte.
  private static let messageMax = 1000

  /// What a file holds may contain line breaks, but a message is one line.
  private static func oneLine(_ message: String) -> String {
    var line = ""
    for (position, scalar) in message.unicodeScalars.enumerated() {
      guard position < messageMax else { return line + "..." }
      switch scalar.properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator: line += "\\u{\(String(scalar.value, radix: 16))}"
      default: line.unicodeScalars.append(scalar)
      }
    }
    return line
  }
}

/// The sentence " Did you mean `x`?" for the nearest of the known names, or the known names when few, or nothing.
package func suggestion(for name: String, among known: some Sequence<String>) -> String {
  let known = Set(known).sorted()
  let limit = max(1, name.count / 3)
  let nearest =
    known
    .filter { abs($0.count - name.count) <= limit }
    .map { ($0, editDistance(name, $0)) }
    .min { ($0.1, $0.0) < ($1.1, $1.0) }
  if let nearest, nearest.1 <= limit { return " Did you mean `\(nearest.0)`?" }
  guard !known.isEmpty, known.count <= 12 else { return "" }
  return " Known: " + known.map { "`\($0)`" }.joined(separator: ", ") + "."
}

/// Insertions, removals, replacements and swaps of neighbours between two names ("optimal string alignment").
private func editDistance(_ left: String, _ right: String) -> Int {
  let (left, right) = (Array(left), Array(right))
  var rows = [Array(0...right.count)]
  for line in left.indices {
    var row = [line + 1]
    for column in right.indices {
      let isSame = left[line] == right[column]
      var distance = min(rows[line][column] + (isSame ? 0 : 1), rows[line][column + 1] + 1, row[column] + 1)
      if line > 0, column > 0, left[line] == right[column - 1], left[line - 1] == right[column] {
        distance = min(distance, rows[line - 1][column - 1] + 1)
      }
      row.append(distance)
    }
    rows.append(row)
  }
  return rows[left.count][right.count]
}
