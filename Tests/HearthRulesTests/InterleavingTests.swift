import Foundation
import HearthModel
import HearthReplica
import HearthScenario
import HearthSimulator
import HearthTesting
import Testing

/// The old traps of counting: each ends the same whoever comes first, is cut off, or says everything again.
struct InterleavingTests {
  /// How many orders of events each is tried in; `HEARTH_INTERLEAVINGS` asks for more.
  static let count = Int(ProcessInfo.processInfo.environment["HEARTH_INTERLEAVINGS"] ?? "") ?? 200

  /// Letters in a random order, each put before the hub again and again, as after lost answers.
  ///
  /// - Parameter end: what must be so in the end; given what became of each letter.
  private func interleave(
    _ letters: (Bench) throws -> [Bench.Letter], _ end: (Bench, [Rejection?]) throws -> Void
  ) throws {
    for seed in 0..<Self.count {
      var random = SeededGenerator(seed: UInt64(seed))
      var bench = Bench()
      let letters = try letters(bench)
      var fates = [Rejection?](repeating: nil, count: letters.count)
      // Letters of one device keep their order.
      var waiting = letters.indices.shuffled(using: &random)
      while let position = waiting.first(where: { position in
        !waiting.contains { $0 < position && letters[$0].device == letters[position].device }
      }) {
        waiting.removeAll { $0 == position }
        fates[position] = try bench.deliver(letters[position])
        for _ in 0..<random.below(5) { try bench.sayAgain(&random) }
      }
      do {
        // Everything the family has is much to compare; what became of each letter is compared always.
        if seed.isMultiple(of: 10) { try bench.check() }
        try end(bench, fates)
      } catch {
        Issue.record("seed \(seed): \(error)")
        return
      }
    }
  }

  private func expect(_ isSo: Bool, _ what: String) throws {
    if !isSo { throw Household.Failure(what) }
  }

  @Test func doubleApproval_booksOnce() throws {
    try interleave { bench in
      let approval = try bench.change("tasks", "tidy-room", [("status", .set(.text("done")))])
      return [
        Bench.Letter(device: "phone", member: "eva", changes: [approval], clock: 5000),
        Bench.Letter(device: "tablet", member: "eva", changes: [approval], clock: 2000),
      ]
    } _: { bench, fates in
      try expect(fates.allSatisfy { $0 == nil }, "both approvals are right")
      try expect(bench.value("users", "luna", "points_balance") == .int(10), "ten points, once")
      try expect(bench.value("tasks", "tidy-room", "status") == .text("done"), "the task is done")
    }
  }

  @Test func doubleCompletion_countsOneDay() throws {
    try interleave { bench in
      let completion = try bench.change("tasks", "dishes", [("status", .set(.text("done")))])
      return [
        Bench.Letter(device: "phone", member: "sam", changes: [completion], clock: 3000),
        Bench.Letter(device: "tablet", member: "sam", changes: [completion], clock: 9000),
        Bench.Letter(device: "laptop", member: "eva", changes: [completion], clock: 6000),
      ]
    } _: { bench, fates in
      try expect(fates.allSatisfy { $0 == nil }, "all completions are right")
      try expect(bench.value("users", "sam", "points_balance") == .int(104), "twenty points, once")
    }
  }

  @Test func twoPurchases_neverOverspend() throws {
    try interleave { bench in
      let buy = { (record: String, reward: String, cost: Int64) in
        bench.creation(
          "points_ledger", record,
          [
            ("user_id", .id(RecordID(name: "sam"))), ("delta", .int(-cost)), ("kind", .text("spend")),
            ("reward_id", .id(RecordID(name: reward))),
          ])
      }
      return [
        Bench.Letter(device: "phone", member: "sam", changes: [buy("n1", "later-bedtime", 60)], clock: 3000),
        Bench.Letter(device: "tablet", member: "sam", changes: [buy("n2", "movie-night", 50)], clock: 1000),
      ]
    } _: { bench, fates in
      try expect(fates.count { $0 == nil } == 1, "one purchase goes through")
      try expect(fates.compactMap { $0?.code } == [.insufficientBalance], "the other one lacks points")
      let left = try bench.value("users", "sam", "points_balance")
      try expect(left == .int(fates[0] == nil ? 24 : 34), "what is left is \(left.brief)")
    }
  }

  @Test func twoClaims_haveOneWinner() throws {
    try interleave { bench in
      let claim = { (member: String) in
        try bench.change(
          "tasks", "water-plants",
          [
            ("claimed_by", .set(.id(RecordID(name: member)))),
            ("claimed_at", .set(.instant(Household.start))),
          ])
      }
      return [
        Bench.Letter(device: "tablet", member: "noah", changes: [try claim("noah")], clock: 3000),
        Bench.Letter(device: "phone", member: "luna", changes: [try claim("luna")], clock: 1000),
      ]
    } _: { bench, fates in
      let winner = RecordID(name: fates[0] == nil ? "noah" : "luna")
      try expect(fates.compactMap { $0?.code } == [.alreadyClaimed], "the second claim is refused")
      try expect(bench.value("tasks", "water-plants", "claimed_by") == .id(winner), "the first one stays")
      try expect(bench.value("tasks", "water-plants", "assignees") == .list([.id(winner)]), "and is assigned")
    }
  }

  @Test func reopeningTwice_reversesOnce() throws {
    try interleave { bench in
      let reopening = try bench.change("tasks", "set-table", [("status", .set(.text("open")))])
      return [
        Bench.Letter(device: "phone", member: "eva", changes: [reopening], clock: 3000),
        Bench.Letter(device: "tablet", member: "eva", changes: [reopening], clock: 1000),
      ]
    } _: { bench, _ in
      try expect(bench.value("users", "noah", "points_balance") == .int(0), "ten points are taken back, once")
      try expect(bench.value("tasks", "set-table", "attempt") == .int(2), "a second attempt begins")
    }
  }
}
