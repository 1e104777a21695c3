package import ArgumentParser
internal import Foundation
internal import HearthConsole

/// `hearth-dev coverage`.
package struct CoverageCommand: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "coverage", abstract: "Which demands on Hearth are claimed by a test or a scenario.",
    discussion: """
      Counts from the packs, the scenarios and the tests themselves; the list of all demands, and the reasons for those
      that are left out, are in fixtures/coverage.yaml. Exit code: 0 when each demand is claimed or has a reason, else
      1.
      Example: hearth-dev coverage --claims FQ-X08
      """)

  @Option(help: "The folder with `fixtures` and `Tests`.") var root = "."
  @Option(help: "Show where this demand is claimed.") var claims: String?

  package init() {}

  package mutating func run() async throws {
    let coverage = try Coverage(root: URL(filePath: root).standardizedFileURL)
    if let id = claims {
      let places = coverage.claims[id]?.sorted() ?? [coverage.reasons[id].map { "left out: \($0)" } ?? "nowhere"]
      print(places.joined(separator: "\n"))
      return
    }
    print(Self.table(coverage).text(.plain), terminator: "")
    for kind in coverage.kinds {
      for id in coverage.open(kind) { print("\(id) is left out: \(coverage.reasons[id] ?? "nobody said why")") }
    }
    for fault in coverage.faults { print("coverage.yaml: \(fault).") }
    if !coverage.faults.isEmpty || !coverage.unexplained.isEmpty { throw ExitCode(1) }
  }

  private static func table(_ coverage: Coverage) -> Table {
    var table = Table([("demands", .left), ("what", .left), ("claimed", .right), ("of", .right)])
    var total = (claimed: 0, all: 0)
    for kind in coverage.kinds {
      let claimed = kind.count - coverage.open(kind).count
      total = (total.claimed + claimed, total.all + kind.count)
      table.add([kind.prefix, kind.what, "\(claimed)", "\(kind.count)"])
    }
    table.add(["all", "", "\(total.claimed)", "\(total.all)"])
    return table
  }
}
