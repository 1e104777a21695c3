import Foundation
import HearthModel
import Testing

@testable import HearthDevTools

/// What a change set leaves in the database is counted by what it is.
@Suite("Storage: the counting")
struct StorageRunTests {
  private static let packs = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "fixtures")

  private func growth(_ name: String) throws -> StorageGrowth {
    let workload = try #require(StorageRun.workloads.first { $0.name == name })
    return try StorageRun(workload, turns: 100, packs: Self.packs).growth()
  }

  @Test func `an edit leaves history and no record, a conflict decisions too`() throws {
    let edit = try growth("edit")
    #expect(edit.changeSets == 100)
    #expect(edit.bytes[.history]! > 100 && edit.bytes[.history]! < 1000)
    #expect(edit.bytes[.decisions] == 0)
    #expect(edit.bytesCollected[.history]! < edit.bytes[.history]! / 2, "what collecting leaves of history")
    let conflict = try growth("conflict")
    #expect(conflict.changeSets == 200)
    #expect(conflict.bytes[.decisions]! > 50)
    #expect(conflict.bytesCollected[.decisions]! < 20)
  }

  @Test func `a creation leaves a record, its indexes and what it points to`() throws {
    let bytes = try growth("create").bytes
    for kind in [StorageKind.history, .records, .indexes, .references] { #expect(bytes[kind]! > 30, "\(kind)") }
  }

  @Test(arguments: [
    ("famquest_tasks", "famquest_tasks", StorageKind.records),
    ("famquest_tasks_by_due", "famquest_tasks", .indexes),
    ("famquest_tasks_by_assignee", "famquest_tasks_by_assignee", .indexes),
    ("hearth_changes", "hearth_changes", .history), ("hearth_decisions", "hearth_decisions", .decisions),
    ("hearth_references", "hearth_references", .references), ("sqlite_schema", "sqlite_schema", .other),
  ])
  func `each table and index is of one kind`(_ name: String, _ table: String, _ kind: StorageKind) {
    #expect(StorageKind(name: name, table: table, collections: ["famquest_tasks"]) == kind)
  }
}
