import Foundation

/// A page of the specification, as text and as the tables in it.
struct Page {
  let text: String

  /// - Parameter path: from the root of the repository.
  init(_ path: String) throws {
    text = try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
  }

  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// The cells of the table that follows a line `<!-- table: name -->`, the head first; the line of dashes is left out.
  func table(_ name: String) throws -> [[String]] {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard let start = lines.firstIndex(of: "<!-- table: \(name) -->") else { throw Fault("no table `\(name)`") }
    let rows = lines[(start + 1)...].drop { $0.isEmpty }.prefix { $0.hasPrefix("|") }
    return rows.filter { !$0.hasPrefix("|---") }.map(Self.cells)
  }

  private static func cells(_ row: String) -> [String] {
    row.dropFirst().dropLast().split(separator: "|", omittingEmptySubsequences: false)
      .map { $0.trimmingCharacters(in: .whitespaces) }
  }

  struct Fault: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
  }
}

/// The answers to every event in every state, as a page states them.
struct AnswerTable {
  private let answers: [String: [String: String]]
  let events: [String]
  let states: [String]

  init(_ page: Page, _ name: String) throws {
    let rows = try page.table(name)
    states = Array(rows[0].dropFirst())
    events = rows.dropFirst().map { $0[0] }
    var answers: [String: [String: String]] = [:]
    for row in rows.dropFirst() {
      guard row.count == rows[0].count else { throw Page.Fault("the row `\(row[0])` has \(row.count) cells") }
      answers[row[0]] = Dictionary(uniqueKeysWithValues: zip(states, row.dropFirst()))
    }
    self.answers = answers
  }

  /// The answer; nil when the page has no such cell.
  func answer(to event: String, in state: String) -> String? { answers[event]?[state] }
}
