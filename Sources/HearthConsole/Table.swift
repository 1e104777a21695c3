/// Columns that line up.
package struct Table: Sendable {
  package enum Alignment: Sendable {
    case left
    case right
  }

  private let columns: [(title: String, alignment: Alignment)]
  private var rows: [[String]] = []
  private var styles: [[Terminal.Style?]] = []

  package init(_ columns: [(title: String, alignment: Alignment)]) {
    self.columns = columns
  }

  /// Columns that are all text.
  package init(_ titles: [String]) {
    self.init(titles.map { ($0, .left) })
  }

  /// Adds a row; missing cells are empty, line breaks become spaces, controls become visible.
  package mutating func add(_ cells: [String], styles: [Terminal.Style?] = []) {
    rows.append(columns.indices.map { $0 < cells.count ? cells[$0].printable : "" })
    self.styles.append(columns.indices.map { $0 < styles.count ? styles[$0] : nil })
  }

  package var isEmpty: Bool { rows.isEmpty }

  /// The table as text with a line break behind each line.
  package func text(_ terminal: Terminal) -> String {
    let widths = columns.indices.map { column in
      ([columns[column].title] + rows.map { $0[column] }).map(\.displayWidth).max() ?? 0
    }
    var text = line(columns.map(\.title), widths, columns.map { _ in .strong }, terminal)
    for (row, style) in zip(rows, styles) { text += line(row, widths, style, terminal) }
    return text
  }

  private func line(_ cells: [String], _ widths: [Int], _ styles: [Terminal.Style?], _ terminal: Terminal) -> String {
    var line = ""
    for (column, cell) in cells.enumerated() {
      let padding = String(repeating: " ", count: widths[column] - cell.displayWidth)
      let shown = styles[column].map { terminal.styled(cell, $0) } ?? cell
      let isLast = column == cells.count - 1
      switch columns[column].alignment {
      case .left: line += isLast ? shown : shown + padding + "  "
      case .right: line += padding + shown + (isLast ? "" : "  ")
      }
    }
    while line.last == " " { line.removeLast() }
    return line + "\n"
  }
}
