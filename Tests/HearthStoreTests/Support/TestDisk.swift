import Foundation
import Synchronization

/// A disk that a test can fill, break and cut the power of.
///
/// It stands between SQLite and the file system (TestDisk+SQLite.swift) for the files of one folder, and knows of each
/// file what has been synced: that is what a power cut leaves.
final class TestDisk: Sendable {
  struct State {
    /// Writing finds no space.
    var isFull = false
    /// Syncing fails.
    var syncFails = false
    /// The files can be opened for reading only.
    var isReadOnly = false
    /// The contents of each file at its last sync, by name.
    var synced: [String: Data] = [:]
    /// Writes to each file since its last sync, by name.
    var unsynced: [String: Int] = [:]
    /// Syncs of each file, by name.
    var syncs: [String: Int] = [:]
    /// Files that are deleted, but may be back after a power cut.
    var deleted: Set<String> = []
    /// Files whose first sync also syncs the folder.
    var created: Set<String> = []
  }

  private let folder: String
  private let state = Mutex(State())

  /// The disk under a folder, from now until the process ends.
  init(under folder: TemporaryFolder) {
    self.folder = folder.path
    TestDiskSystem.install()
    TestDiskSystem.disks.withLock { $0.append((folder.path, self)) }
  }

  func change(_ body: (inout State) -> Void) {
    state.withLock { body(&$0) }
  }

  var now: State { state.withLock { $0 } }

  /// What a power cut at this moment leaves, in a folder of its own.
  func powerCut() throws -> TemporaryFolder {
    let copy = try TemporaryFolder()
    for (name, contents) in now.synced { try contents.write(to: copy.url.appending(path: name)) }
    return copy
  }

  // MARK: What SQLite does

  /// Whether a write may go on.
  func writes(_ name: String) -> Bool {
    state.withLock { state in
      guard !state.isFull else { return false }
      state.unsynced[name, default: 0] += 1
      return true
    }
  }

  /// Whether a sync may go on.
  func syncs(_ name: String) -> Bool {
    !now.syncFails
  }

  /// A file was made.
  func made(_ name: String) {
    state.withLock { _ = $0.created.insert(name) }
  }

  /// A file was deleted.
  func deleted(_ name: String) {
    state.withLock { _ = $0.deleted.insert(name) }
  }

  /// A sync has succeeded.
  ///
  /// For a new journal or log it is also one of the folder, as `unixSync` in SQLite's `os_unix.c` does: "Also fsync the
  /// directory containing the file if the DIRSYNC flag is set."
  func synced(_ name: String) {
    let contents = FileManager.default.contents(atPath: folder + name)
    state.withLock { state in
      if state.created.remove(name) != nil {
        for gone in state.deleted { state.synced[gone] = nil }
        state.deleted = []
      }
      state.synced[name] = contents
      state.unsynced[name] = 0
      state.syncs[name, default: 0] += 1
    }
  }
}
