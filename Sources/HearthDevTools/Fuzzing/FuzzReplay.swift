package import ArgumentParser
internal import Foundation
internal import HearthFuzzing

/// `hearth-dev fuzz replay`.
package struct FuzzReplay: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "replay", abstract: "Run inputs again, each in this process.",
    discussion: """
      The target is the name of the file's folder. An input that still ends the process ends this one.
      Example: hearth-dev fuzz replay fixtures/fuzz/pack/crash-0123456789abcdef
      """)

  @Argument(help: "Files, as fixtures/fuzz/TARGET/crash-*.") var files: [String]
  @Option(help: "The target, for files that lie elsewhere.") var target: String?
  @Option(help: "The folder with `fixtures` and `protocol`.") var root = "."

  package init() {}

  package mutating func run() async throws {
    let ground = try FuzzGround(root: URL(filePath: root).standardizedFileURL)
    var failures = 0
    for path in files {
      let file = URL(filePath: path)
      let target = try FuzzTarget(named: target ?? file.deletingLastPathComponent().lastPathComponent)
      let bytes = Array(try Data(contentsOf: file))
      print("\(path): \(bytes.count) bytes of \(target.parses)")
      do {
        switch try target.run(bytes, on: ground) {
        case .accepted: print("  understood, and no promise is broken")
        case .refused: print("  refused, and no promise is broken")
        }
      } catch {
        print("  \(error)")
        failures += 1
      }
    }
    if failures > 0 { throw ExitCode(1) }
  }
}
