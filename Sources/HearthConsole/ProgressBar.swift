/// A bar on standard error that says how far long work has come; nothing when nobody looks.
package struct ProgressBar {
  private let title: String
  private let total: Int
  private let terminal: Terminal
  private var drawn = -1

  package init(_ title: String, total: Int, terminal: Terminal) {
    self.title = title
    self.total = max(total, 1)
    self.terminal = terminal
  }

  /// Shows that so many of the total are done.
  package mutating func update(_ done: Int, note: String = "") {
    let percent = min(done, total) * 100 / total
    guard terminal.isInteractive, percent != drawn else { return }
    drawn = percent
    let width = 30
    let filled = width * percent / 100
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
    Self.write("\r\(title) \(terminal.styled(bar, .good)) \(percent) % \(room(note))\u{1b}[K")
  }

  /// The part of a note that fits behind the bar: a line that wraps cannot be drawn over.
  private func room(_ note: String) -> String {
    note.printable.clipped(to: max(1, terminal.width - title.displayWidth - 40))
  }

  /// Takes the bar away.
  package func finish() {
    if terminal.isInteractive, drawn >= 0 { Self.write("\r\u{1b}[K") }
  }

  private static func write(_ text: String) {
    // A bar that cannot be drawn is no reason to end the work.
    try? StandardStream.errors.write(text)
  }
}
