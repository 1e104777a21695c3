import Foundation
import HearthFuzzing
import HearthScenario
import Testing

/// What fuzzing has found stays found: the corpus and every crasher run again, and a few mutants of each.
@Suite("Fuzzing")
struct CorpusTests {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  static let ground = Result { try FuzzGround(root: root) }

  @Test(arguments: FuzzTarget.allCases)
  func `the corpus and every crasher break no promise (P10)`(_ target: FuzzTarget) throws {
    let ground = try Self.ground.get()
    let entries = try FuzzCorpus(ground).entries(target)
    #expect(!entries.isEmpty)
    var accepted = 0
    for entry in entries {
      do {
        if case .accepted = try target.run(entry.bytes, on: ground) { accepted += 1 }
      } catch {
        Issue.record("\(entry.name): \(error)")
      }
    }
    // A target that refuses everything would test nothing behind its first check.
    #expect(accepted > 0, "none of \(entries.count) inputs of \(target.rawValue) was understood")
  }

  @Test(arguments: FuzzTarget.allCases)
  func `mutants of the corpus break no promise (P10)`(_ target: FuzzTarget) throws {
    let ground = try Self.ground.get()
    let corpus = try FuzzCorpus(ground).entries(target).map(\.bytes)
    let mutator = Mutator(target, corpus: corpus)
    var random = SplitMix64(seed: 7)
    for number in 0..<Self.runs(target) {
      let input = mutator.next(&random)
      do {
        try target.run(input, on: ground)
      } catch {
        Issue.record("mutant \(number) of \(target.rawValue): \(error)")
      }
    }
  }

  /// Mutants of a target: as many as a debug build runs in about a second.
  private static func runs(_ target: FuzzTarget) -> Int {
    switch target {
    case .frames, .websocket, .deflated, .deviceBinary, .deviceText, .hubBinary, .hubText, .expression: 2000
    case .value, .settings, .catalogue, .scenario: 500
    case .hubCoreBinary, .hubCoreText, .deviceCoreBinary, .deviceCoreText, .pack, .seed, .founding: 100
    }
  }
}
