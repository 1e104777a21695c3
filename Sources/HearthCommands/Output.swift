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
    FileHandle.standardOutput.write(Data((text + "\n").utf8))
  }

  func text(_ text: String) {
    FileHandle.standardOutput.write(Data(text.utf8))
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
