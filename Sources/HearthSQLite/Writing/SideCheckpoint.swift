internal import GRDB
internal import GRDBSQLite
internal import Synchronization

/// Copies the log into the file beside running commits, on a connection and a thread of its own.
///
/// Copying a thousand pages takes the disk ten milliseconds, in which no commit could answer. So the bulk is copied
/// here; what commits added meanwhile, a few pages, the writer copies between two of them, and only then the log can
/// begin anew: https://www.sqlite.org/wal.html, section 2.3, "checkpoint starvation".
final class SideCheckpoint: Sendable {
  /// How far it is.
  enum Phase: Sendable {
    case idle
    case running
    /// The bulk is in the file; the rest is the writer's.
    case done
    case failed(any Error)
  }

  private let connection: DatabaseQueue
  private let phase = Mutex(Phase.idle)

  init(_ connection: DatabaseQueue) {
    self.connection = connection
  }

  /// Begins; does nothing while it is running.
  func start() {
    let isIdle = phase.withLock { phase in
      guard case .idle = phase else { return false }
      phase = .running
      return true
    }
    guard isIdle else { return }
    connection.asyncWriteWithoutTransaction { [self] database in
      do {
        try Self.copy(database)
        phase.withLock { $0 = .done }
      } catch {
        phase.withLock { $0 = .failed(error) }
      }
    }
  }

  /// Copies until only a few pages are left: each round leaves what commits added while it ran, less each time. Where a
  /// reader holds more back, the rounds end all the same.
  private static func copy(_ database: Database) throws {
    for _ in 0..<roundsMax where try LogGauge.checkpoint(database) <= restMax { return }
  }

  private static let roundsMax = 4
  /// Pages that the writer copies between two commits without anybody seeing it.
  private static let restMax = 64

  /// How far it is; what has ended is idle afterwards.
  func take() -> Phase {
    phase.withLock { phase in
      let current = phase
      switch phase {
      case .idle, .running: break
      case .done, .failed: phase = .idle
      }
      return current
    }
  }

  /// Waits for the end and lets go of the connection.
  func close() throws { try connection.close() }
}
