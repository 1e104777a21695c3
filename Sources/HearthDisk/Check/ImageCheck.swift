package import Foundation
internal import HearthEngine
package import HearthSQLite
internal import HearthTesting

/// Opens the store on what a power cut left, and compares it with what was acknowledged.
package struct ImageCheck {
  private let script: StoreScript
  private let digests: [RowDigest]
  private let options: SQLiteStore.Options
  private let place: URL

  /// - Parameters:
  ///   - digests: what stands in the file after each number of steps.
  ///   - place: the folder in which it makes its own.
  package init(_ script: StoreScript, _ digests: [RowDigest], _ options: SQLiteStore.Options, in place: URL) {
    (self.script, self.digests, self.options, self.place) = (script, digests, options, place)
  }

  /// What came of it: the number of steps whose state was found, or what is wrong.
  package enum Verdict: Sendable {
    case holds(steps: Int)
    case isWrong(String)
  }

  /// Checks one image.
  ///
  /// - Parameters:
  ///   - candidates: the numbers of steps after which the store may stand.
  ///   - seed: chooses which change sets are sent again.
  package func verdict(
    on files: [String: [UInt8]], _ candidates: ClosedRange<Int>, seed: UInt64
  ) -> Verdict {
    do {
      let subject = try StoreUnderTest(files, in: place, script, options)
      try subject.open()
      let (digest, faults) = try RowDigest.read(subject.path)
      if let fault = faults.first { return .isWrong("the file is damaged: \(fault)") }
      guard let steps = candidates.first(where: { digests[$0] == digest }) else {
        return .isWrong(mismatch(digest, candidates))
      }
      return try check(subject, steps, seed) ?? .holds(steps: steps)
    } catch {
      return .isWrong("the store cannot be used: \(error)")
    }
  }

  private func check(_ subject: StoreUnderTest, _ steps: Int, _ seed: UInt64) throws -> Verdict? {
    guard let store = subject.store else { return nil }
    var chance = SeededGenerator(seed: seed)
    let model = ModelCheck(script: script, step: steps)
    let sent = script.submissions(until: steps + 1)
    // The last ones, which are the likeliest to be lost, and some of all.
    let sample = sent.suffix(6) + (0..<(sent.isEmpty ? 0 : 6)).map { _ in chance.pick(sent) }
    var wrong = try model.resent(Array(sample), to: store)
    if chance.oneIn(8) { wrong += try model.differences(store).map { "\($0): not as in the model" } }
    return wrong.first.map { .isWrong($0) }
  }

  private func mismatch(_ digest: RowDigest, _ candidates: ClosedRange<Int>) -> String {
    if let old = digests[..<candidates.lowerBound].lastIndex(of: digest) {
      let lost = script.steps[old..<candidates.lowerBound].filter(\.changesStore).map(\.title)
      return "\(lost.count) acknowledged steps are lost: \(lost.prefix(5).joined(separator: ", "))"
    }
    if let later = digests[candidates.upperBound...].firstIndex(of: digest) {
      return "steps are there that nobody has asked for: the state after step \(later)"
    }
    let difference = digest.difference(from: digests[candidates.lowerBound])
    return "a state that there never was: against the state after step \(candidates.lowerBound), \(difference)"
  }
}
