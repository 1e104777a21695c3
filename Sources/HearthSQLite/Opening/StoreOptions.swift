extension SQLiteStore {
  /// How much the store may use. The numbers come from docs/internals/sqlite-store.md.
  package struct Options: Sendable {
    /// Pages of the file that the writing connection keeps in memory, in bytes.
    package var writerCacheBytes = 64 << 20
    /// The same for each reading connection.
    package var readerCacheBytes = 4 << 20
    /// Connections that read beside the writer.
    package var readerCount = 2
    /// Decoded records that the writer keeps in memory.
    package var recordCountMax = 20_000
    /// Heads and replicas of households that the writer keeps in memory.
    package var householdCountMax = 20_000
    /// Prepared statements of collections that the writer keeps.
    package var statementCountMax = 512
    /// Pages of the write-ahead log after which they are copied into the database between commits.
    package var checkpointPages = 1000
    /// Whether they are copied on a thread of its own, so that commits go on meanwhile.
    package var copiesLogBeside = false
    /// Size to which the log is cut when it has grown beyond it.
    package var logBytesMax = 64 << 20
    /// How long to wait for another program that is writing to the file, in seconds.
    package var busySeconds = 5.0

    /// ``checkpointPages`` where the log is copied beside commits: the longer it grows, the more changes of the same
    /// page are copied once.
    package static let checkpointPagesBeside = 12_000

    /// The sizes for a hub that serves up to a few thousand households.
    package init() {}
  }
}
