package import Foundation
internal import HearthModel
package import HearthSQLite

/// What a store did to its disk while a script ran, and when each step was acknowledged.
package struct Recording: Sendable {
  package let operations: [DiskOperation]
  /// The number of operations before each step began and when it had returned.
  package let marks: [Mark]
  /// The number of operations after opening.
  package let opened: Int
  /// The step that the recording begins with.
  package let firstStep: Int
  /// What stands in the file after each number of steps, from `firstStep` on.
  package let digests: [RowDigest]

  package struct Mark: Sendable {
    package let began: Int
    package let ended: Int
  }

  /// Runs a script on a store.
  ///
  /// - Parameters:
  ///   - files: what is on the disk at the beginning.
  ///   - fault: what the disk refuses from the beginning.
  ///   - digests: whether to read the whole file after each step, which leaves no trace on the disk.
  package init(
    _ script: StoreScript, steps: Range<Int>, _ options: SQLiteStore.Options, in place: URL,
    files: [String: [UInt8]] = [:], fault: DiskFault? = nil, digests: Bool, progress: (Int) -> Void = { _ in }
  ) throws {
    let subject = try StoreUnderTest(files, in: place, script, options)
    subject.disk.set(fault)
    try subject.open()
    opened = subject.disk.count
    firstStep = steps.lowerBound
    var (marks, read) = ([Mark](), [RowDigest]())
    if digests { read.append(try RowDigest.read(subject.path).digest) }
    for step in steps {
      let began = subject.disk.count
      let answers = try subject.apply(step)
      marks.append(Mark(began: began, ended: subject.disk.count))
      guard answers == script.answers[step] else { throw Difference(step: step, what: ["the answers"]) }
      if digests { read.append(try RowDigest.read(subject.path).digest) }
      progress(step)
    }
    if digests, let store = subject.store {
      let differences = try ModelCheck(script: script, step: steps.upperBound).differences(store)
      guard differences.isEmpty else { throw Difference(step: steps.upperBound, what: differences) }
    }
    (operations, self.marks, self.digests) = (subject.disk.operations, marks, read)
  }

  /// The undisturbed store is not what the model is.
  package struct Difference: Error, CustomStringConvertible {
    package let step: Int
    package let what: [String]

    package var description: String { "The undisturbed store differs from the model after step \(step): \(what)" }
  }

  /// The states that a store may be in when the power goes after so many operations: what was acknowledged, and the one
  /// step under way.
  package func candidates(at point: Int) -> ClosedRange<Int> {
    let acknowledged = marks.prefix { $0.ended <= point }.count
    let isUnderWay = acknowledged < marks.count && marks[acknowledged].began < point
    let first = firstStep + acknowledged
    return first...(isUnderWay ? first + 1 : first)
  }
}
