import Foundation
import Testing

/// Random histories of a family, decided by the hub and by the oracle, must come out alike.
struct RandomHistoryTests {
  /// How many; `HEARTH_RANDOM_HISTORIES` asks for more.
  static let count = Int(ProcessInfo.processInfo.environment["HEARTH_RANDOM_HISTORIES"] ?? "") ?? 200
  /// A single one, to look into; `HEARTH_RANDOM_SEED`.
  static let only = Int(ProcessInfo.processInfo.environment["HEARTH_RANDOM_SEED"] ?? "")
  static let parts = 4

  @Test(arguments: 0..<parts)
  func hubAndOracleAgree(part: Int) throws {
    var codes: [String: Int] = [:]
    var (decided, refused) = (0, 0)
    for seed in stride(from: part, to: Self.count, by: Self.parts) where Self.only.map({ $0 == seed }) ?? true {
      var history = try RandomHistory(seed: seed)
      do {
        try history.run()
      } catch {
        let story = history.household.story.suffix(120).joined(separator: "\n")
        Issue.record("seed \(seed): \(error)\n\(history.devices)\n\(story)")
        return
      }
      decided += history.household.decided
      refused += history.household.refused
      codes.merge(history.household.codes) { $0 + $1 }
    }
    guard Self.only == nil, Self.count >= 200 else { return }
    // What never happens proves nothing.
    var expected: Set = [
      "forbidden", "notWritable", "transitionRefused", "insufficientBalance", "checkFailed", "alreadySet",
    ]
    if Self.count >= 2000 {
      expected.formUnion(["alreadyClaimed", "limitExceeded", "uniqueViolation", "staleVersion"])
    }
    #expect(expected.subtracting(codes.keys).isEmpty, "of \(decided) change sets \(refused) were refused: \(codes)")
  }
}
