package import ArgumentParser
internal import HearthConsole
internal import HearthFuzzing

/// `hearth-dev fuzz targets`.
package struct FuzzTargets: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "targets", abstract: "List what can be fuzzed.")

  @Flag(help: "Only the names, one a line.") var names = false

  package init() {}

  package mutating func run() async throws {
    if names { return print(FuzzTarget.allCases.map(\.rawValue).joined(separator: "\n")) }
    var table = Table(["target", "parses"])
    for target in FuzzTarget.allCases { table.add([target.rawValue, target.parses]) }
    print(table.text(.plain), terminator: "")
  }
}
