import Foundation
import Testing

/// Rules of our own that no tool knows (CONTRIBUTING.md, "The rules a test checks").
@Suite("The sources")
struct TidyTests {
  /// Targets in which decisions are values: no clock, no chance, no environment, no file, no task.
  static let pure = [
    "HearthModel", "HearthPack", "HearthProtocol", "HearthWire", "HearthEngine", "HearthHub", "HearthReplica",
  ]

  /// Patterns, and what they would bring in.
  static let impure: [(pattern: String, what: String)] = [
    (#"\bDate\(\)"#, "a clock"), (#"\b(Continuous|Suspending)Clock\b"#, "a clock"), ("clock_gettime", "a clock"),
    (#"\bDispatchTime\b"#, "a clock"), (#"\bNIODeadline\b"#, "a clock"), (#"\.random\("#, "chance"),
    ("SystemRandomNumberGenerator", "chance"), (#"\.shuffled\(\)"#, "chance"), (#"\.randomElement\(\)"#, "chance"),
    (#"\bUUID\(\)"#, "chance"), (#"\bProcessInfo\b"#, "the environment"), (#"\bgetenv\b"#, "the environment"),
    (#"\bFile(Manager|Handle)\b"#, "a file"), (#"(String|Data)\(contentsOf"#, "a file"),
    (#"\bTask(\.detached)? \{"#, "a task"),
    (#"\bTask\.sleep"#, "a task"), (#"\bThread\b"#, "a thread"), (#"\bDispatchQueue\b"#, "a thread"),
    (#"\bprint\("#, "output"), ("import Logging", "a log"), ("import NIO", "I/O"), ("import GRDB", "a database"),
  ]

  @Test(arguments: pure) func `below the shells nothing reads a clock, chance, environment or file`(_ target: String) {
    let files = SourceTree.sources.filter { $0.target == target && !$0.isGenerated }
    #expect(!files.isEmpty)
    for file in files {
      for (number, line) in file.code.enumerated() {
        for (pattern, what) in Self.impure where line.range(of: pattern, options: .regularExpression) != nil {
          Issue.record("\(file.path):\(number + 1) uses \(what): \(line)")
        }
      }
    }
  }

  @Test func `every import says who may see it`() {
    for file in SourceTree.sources where !file.isGenerated {
      for (number, line) in file.lines.enumerated() where line.hasPrefix("import ") {
        Issue.record("\(file.path):\(number + 1): write `internal import`, `package import` or `public import`")
      }
    }
  }

  /// Longer functions, each with the reason for it; a function that is no longer long has to leave the list.
  static let longFunctions: [String: String] = [:]
  static let functionLinesMax = 60
  static let fileLinesMax = 520
  static let longFiles: [String: String] = [
    "Sources/HearthCommands/Device/DeviceVerbs.swift": "one verb after the other, each a few lines"
  ]

  @Test func `functions fit on a screen`() {
    var long = Set<String>()
    for file in SourceTree.sources where !file.isGenerated {
      for function in file.functions where function.length > Self.functionLinesMax {
        let key = "\(file.path) \(function.name)"
        long.insert(key)
        guard Self.longFunctions[key] == nil else { continue }
        Issue.record("\(file.path):\(function.line): \(function.name) has \(function.length) lines; split it")
      }
    }
    for key in Self.longFunctions.keys where !long.contains(key) { Issue.record("\(key) is not long any more") }
  }

  @Test func `files have one subject`() {
    for file in SourceTree.sources where !file.isGenerated && file.lines.count > Self.fileLinesMax {
      guard Self.longFiles[file.path] == nil else { continue }
      Issue.record("\(file.path) has \(file.lines.count) lines; it has two subjects")
    }
  }

  @Test func `lines have at most 120 columns`() {
    for file in SourceTree.sources + SourceTree.tests where !file.isGenerated {
      for (number, line) in file.lines.enumerated() where line.count > 120 && !line.contains("\"") {
        Issue.record("\(file.path):\(number + 1) has \(line.count) columns")
      }
    }
  }

  @Test func `no file is dead`() {
    let texts = SourceTree.sources.map { ($0.path, $0.code.joined(separator: "\n")) }
    for file in SourceTree.sources where !file.isGenerated && !file.path.hasSuffix("/Main.swift") {
      let names = Self.declared(in: file)
      let isUsed = names.contains { name in
        texts.contains { path, text in path != file.path && text.contains("\(name)") }
      }
      if !isUsed { Issue.record("\(file.path): nothing else uses any of \(names.sorted().prefix(5))") }
    }
  }

  /// The names of types, functions and properties that a file declares.
  private static func declared(in file: SourceTree.File) -> Set<String> {
    var names = Set<String>()
    for line in file.code {
      for match in line.matches(of: /\b(?:struct|class|enum|actor|protocol|typealias|func|var|let|case) (\w+)/)
      where match.output.1.count > 2 {
        names.insert(String(match.output.1))
      }
      // Conformances and initializers are used through the type that they extend.
      if let match = line.firstMatch(of: /^extension ([\w.]+)/) {
        names.insert(String(match.output.1.split(separator: ".").last ?? ""))
      }
    }
    return names
  }

  static let unwanted: [(pattern: String, what: String)] = [
    (#"\b(TODO|FIXME|XXX)\b"#, "say it in an issue"),
    (#"\b(no longer|previously|used to be)\b"#, "describe the code, not its change"),
    (#"fatalError\("#, "use preconditionFailure with the state, or throw"), ("try!", "handle it"),
  ]

  @Test func `comments describe the code and not its history`() {
    for file in SourceTree.sources where !file.isGenerated {
      for (number, line) in file.lines.enumerated() {
        for (pattern, what) in Self.unwanted where line.range(of: pattern, options: .regularExpression) != nil {
          Issue.record("\(file.path):\(number + 1): \(what): \(line.trimmingCharacters(in: .whitespaces))")
        }
      }
    }
  }

  @Test func `every target is described in the architecture page`() throws {
    let page = try String(
      contentsOf: SourceTree.root.appending(path: "docs/internals/architecture.md"), encoding: .utf8)
    for target in Set(SourceTree.sources.map(\.target)) where !page.contains("`\(target)`") {
      Issue.record("docs/internals/architecture.md does not mention \(target)")
    }
  }
}
