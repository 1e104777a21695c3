/// One mistake in a file that people write: where, what was expected, what to do.
public struct Diagnostic: Error, Hashable, Sendable {
  /// The file as the user named it.
  public let file: String
  /// Line from 1.
  public let line: Int
  /// Column from 1, in Unicode scalars.
  public let column: Int
  /// The number, explained by `hearth help <number>` and in docs/reference/errors.md.
  public let code: String
  /// What was expected, what came, what to do: one or two sentences.
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
    self.list = list.sorted { ($0.file, $0.line, $0.column, $0.code) < ($1.file, $1.line, $1.column, $1.code) }
  }

  /// One line for each mistake.
  public var description: String { list.map(\.description).joined(separator: "\n") }
}

/// Collects the mistakes of one file, so that all are reported in one run.
package struct DiagnosticCollector {
  package let file: String
  package private(set) var list: [Diagnostic] = []

  package init(file: String) {
    self.file = file
  }

  package mutating func report(_ code: String, at mark: Mark, _ message: String) {
    list.append(Diagnostic(file: file, line: mark.line, column: mark.column, code: code, message: message))
  }

  package func throwIfAny() throws(Diagnostics) {
    if !list.isEmpty { throw Diagnostics(list) }
  }
}

/// The sentence " Did you mean `x`?" for the nearest of the known names, or the known names when few, or nothing.
package func suggestion(for name: String, among known: some Sequence<String>) -> String {
  let known = Set(known).sorted()
  let nearest = known.map { ($0, editDistance(name, $0)) }.min { ($0.1, $0.0) < ($1.1, $1.0) }
  if let nearest, nearest.1 <= max(1, name.count / 3) { return " Did you mean `\(nearest.0)`?" }
  guard !known.isEmpty, known.count <= 12 else { return "" }
  return " Known: " + known.map { "`\($0)`" }.joined(separator: ", ") + "."
}

/// Levenshtein's distance: insertions, removals and replacements of characters between two names.
private func editDistance(_ left: String, _ right: String) -> Int {
  let right = Array(right)
  var row = Array(0...right.count)
  for (line, character) in left.enumerated() {
    var diagonal = row[0]
    row[0] = line + 1
    for column in right.indices {
      let replaced = diagonal + (right[column] == character ? 0 : 1)
      diagonal = row[column + 1]
      row[column + 1] = min(replaced, row[column] + 1, row[column + 1] + 1)
    }
  }
  return row[right.count]
}
