package import Foundation

/// Makes each sync of a server take longer, to imitate a disk whose flushes cost something.
package struct SlowSync: Sendable, Equatable {
  package let microseconds: Int

  /// What the preloaded program takes: up to a minute.
  private static let range = 1...60_000_000

  /// - Throws: ``LoadFault`` for a number that makes no sense.
  package init(microseconds: Int) throws {
    guard Self.range.contains(microseconds) else {
      throw LoadFault(
        "--slow-sync is \(microseconds); expected \(Self.range.lowerBound) through \(Self.range.upperBound) "
          + "microseconds.")
    }
    self.microseconds = microseconds
  }

  /// The variables of a server whose syncs are slow; builds what it preloads.
  package func environment(reference folder: URL, cache: URL = CProgram.cache) throws -> [String: String] {
    let library = try CProgram.slowSync(in: folder).built(in: cache)
    return ["LD_PRELOAD": library.path, "SLOW_SYNC_US": String(microseconds)]
  }
}
