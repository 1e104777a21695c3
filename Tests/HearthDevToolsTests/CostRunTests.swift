import Foundation
import HearthModel
import Testing

@testable import HearthDevTools

#if canImport(Glibc)
  import Glibc
#endif

/// What a change set costs is counted exactly.
@Suite("Costs: the counting")
struct CostRunTests {
  private static let packs = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "fixtures")

  private func count(_ workload: CostWorkload) throws -> Costs {
    try CostRun(workload, packs: Self.packs).watched()
  }

  private static func workload(_ name: String, households: Int = 1, turns: Int = 4) throws -> CostWorkload {
    var workload = try #require(CostWorkload.all.first { $0.name == name })
    (workload.households, workload.turnsBefore, workload.turnsCounted) = (households, 1, turns)
    return workload
  }

  @Test(arguments: CostWorkload.all.map(\.name))
  func `every workload is taken in, and costs something of everything`(_ name: String) throws {
    let costs = try count(Self.workload(name, turns: 1))
    for figure in CostFigure.allCases where !figure.isOfTheBuild {
      #expect((costs[figure] ?? 0) > 0, "\(figure.rawValue) of \(name)")
    }
  }

  @Test func `names are distinct`() {
    #expect(Set(CostWorkload.all.map(\.name)).count == CostWorkload.all.count)
  }

  @Test func `two runs count the same`() throws {
    let workload = try Self.workload("conflict")
    #expect(try count(workload) == count(workload))
  }

  @Test func `a transaction is synced once, whatever it holds (P2)`() throws {
    #expect(try count(Self.workload("edit"))[.syncs] == 1)
    let shared = try count(Self.workload("edit", households: 4))
    #expect(shared[.syncs] == 0.25)
    let alone = try count(Self.workload("edit"))
    #expect(shared[.upBytes] == alone[.upBytes] && shared[.otherBytes] == alone[.otherBytes])
  }

  @Test func `a change set that does more is found in statements, bytes and log`() throws {
    let edit = try Self.workload("edit")
    let more = CostWorkload(
      name: edit.name, what: edit.what, app: edit.app, members: edit.members, turnsBefore: 1, turnsCounted: 4,
      turn: { number in
        edit.turn(number).map { step in
          var draft = step.draft
          draft.set("rewards", RecordID(name: "movie-night"), "cost", .int(Int64(50 + number)))
          return (step.device, draft)
        }
      })
    let sheet = try CostSheet(.current, noted: [edit.name: count(edit)])
    let check = try CostCheck(CountedCosts(workloads: [(more, count(more))]), against: sheet)
    let worse = Set(check.worse.map(\.figure))
    #expect(worse.isSuperset(of: [.statements, .logBytes, .upBytes, .otherBytes]), "\(worse)")
    #expect(!worse.contains(.syncs))
  }

  @Test func `a rejected change set is an error and no cost`() throws {
    let forbidden = CostWorkload(
      name: "forbidden", what: "a child writes what it may not", app: "famquest", members: ["noah", "eva"],
      turn: { _ in
        var draft = Draft()
        draft.set("tasks", RecordID(name: "dishes"), "points", .int(1000))
        return [(0, draft)]
      })
    #expect(throws: (any Error).self) { try count(forbidden) }
  }

  // MARK: Calls for memory

  #if canImport(Glibc)
    @Test func `every call for memory counts once, and only in the counted body`() throws {
      let before = CountedBody.allocations
      free(malloc(10))
      #expect(CountedBody.allocations == before)
      try CountedBody.run {
        free(malloc(10))
        free(calloc(2, 5))
        free(realloc(malloc(1), 100_000))
        var aligned: UnsafeMutableRawPointer?
        if posix_memalign(&aligned, 64, 100) == 0 { free(aligned) }
        free(aligned_alloc(64, 128))
      }
      #expect(CountedBody.allocations - before == 6)
    }

    @Test func `posix_memalign refuses what is no alignment`() {
      var memory: UnsafeMutableRawPointer?
      #expect(posix_memalign(&memory, 3, 100) == EINVAL)
      #expect(memory == nil)
    }
  #endif

  @Test func `what a counted body throws comes out`() {
    #expect(throws: CostFault.self) { try CountedBody.run { throw CostFault("on purpose") } }
  }
}
