import Foundation
import Testing

@testable import HearthDevTools

/// The file with what is noted: `fixtures/costs.yaml`.
@Suite("Costs: the file")
struct CostSheetTests {
  private static let names = ["edit", "create"]

  private static var sheet: CostSheet {
    let costs = Dictionary(uniqueKeysWithValues: CostFigure.allCases.map { ($0, 12.5) })
    let exact = costs.merging([.instructions: 455_154]) { $1 }
    return CostSheet(
      CostSurroundings(architecture: "x86_64", compiler: "6.3", sqlite: "3.40.1"), allowance: [.allocations: 4.5],
      noted: ["edit": exact, "create": exact.filter { $0.key != .instructions }])
  }

  private static var text: String { sheet.text(workloads: names) }

  private func mistakes(_ text: String) -> String {
    do {
      _ = try CostSheet(text, file: "costs.yaml", workloads: Self.names)
      return "none"
    } catch {
      return "\(error)"
    }
  }

  @Test func `what is written is what is read`() throws {
    #expect(try CostSheet(Self.text, file: "costs.yaml", workloads: Self.names) == Self.sheet)
  }

  @Test func `rewriting keeps the allowances, and instructions that could not be counted`() {
    let counted = CountedCosts(workloads: [(CostWorkload.all[0], [.statements: 7])])
    let sheet = CostSheet(counted, keeping: Self.sheet)
    #expect(sheet.allowance[.allocations] == 4.5)
    #expect(sheet.noted["edit"]?[.statements] == 7)
    #expect(sheet.noted["edit"]?[.instructions] == 455_154)
  }

  @Test func `a file that is rewritten may lack something, but its numbers are right`() throws {
    let text = Self.text.replacing("  create:", with: "  created:").replacing("  syncs: 0", with: "  synced: 0")
    let sheet = try CostSheet(text, file: "costs.yaml", workloads: Self.names, isRewritten: true)
    #expect(sheet.allowance[.allocations] == 4.5 && sheet.noted.keys.sorted() == ["edit"])
    #expect(throws: CostFault.self) {
      try CostSheet(
        text.replacing("allocations: 4.5", with: "allocations: some"), file: "costs.yaml", workloads: Self.names,
        isRewritten: true)
    }
  }

  @Test func `the file of the repository has every workload and figure`() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let text = try String(contentsOf: root.appending(path: "fixtures/costs.yaml"), encoding: .utf8)
    let names = CostWorkload.all.map(\.name)
    let sheet = try CostSheet(text, file: "fixtures/costs.yaml", workloads: names)
    #expect(sheet.text(workloads: names) == text, "it is not as `scripts/costs --rewrite` writes it")
  }

  @Test func `an unknown key is told with its place and the nearest right one`() {
    let text = Self.text.replacing("    syncs: 12.5", with: "    sinks: 12.5", maxReplacements: 1)
    let line = text.split(separator: "\n", omittingEmptySubsequences: false).firstIndex { $0.contains("sinks") }! + 1
    let found = mistakes(text)
    #expect(found.contains("costs.yaml:\(line):5: `sinks` is not known in edit."), "\(found)")
    #expect(found.contains("`syncs` is missing in edit. Write the file anew: scripts/costs --rewrite."), "\(found)")
  }

  @Test func `a workload that is missing, and one that nobody knows, are told in one go`() {
    let found = mistakes(Self.text.replacing("  create:", with: "  created:"))
    #expect(found.contains("`created` is not known in workloads. Did you mean `create`?"), "\(found)")
    #expect(found.contains("`create` is missing in workloads."), "\(found)")
  }

  @Test(arguments: ["many", "-1", "nan", "[1]", ""])
  func `a figure is a number`(_ value: String) {
    let found = mistakes(Self.text.replacing("statements: 12.5", with: "statements: \(value)"))
    #expect(found.contains("`statements` has to be a number from 0, this is"), "\(found)")
  }

  @Test(arguments: ["", "- 1", "workloads: 3", "a: [", "word"])
  func `what is no such file is an error`(_ text: String) {
    #expect(mistakes(text).hasPrefix("costs.yaml:"), "\(mistakes(text))")
  }
}
