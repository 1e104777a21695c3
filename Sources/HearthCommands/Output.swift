internal import Foundation
internal import HearthConsole

/// Where a command writes what it has found: text for people, or JSON for machines.
struct Output {
  let terminal: Terminal
  let isJSON: Bool

  init(isJSON: Bool) {
    self.isJSON = isJSON
    terminal = isJSON ? .plain : .standardOutput()
  }

  func line(_ text: String = "") {
    self.text(text + "\n")
  }

  /// Writes to standard output; ends the process when that cannot be.
  func text(_ text: String) {
    do {
      try StandardStream.output.write(text)
    } catch {
      // As if SIGPIPE had ended it, which servers ignore.
      if error.isReaderGone { exit(141) }
      let failure = CommandFailure(.unwritable, "Standard output cannot be written: \(error.reason).")
      try? StandardStream.errors.write(failure.text + "\n")
      exit(failure.exitCode)
    }
  }

  /// One JSON document on one line, keys in ascending order.
  func json(_ value: some Encodable) throws {
    line(try Self.encode(value))
  }

  static func encode(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  func styled(_ text: String, _ style: Terminal.Style) -> String { terminal.styled(text, style) }
}
