/// What SQLite does to a file of a folder, as far as a disk keeps it.
package enum DiskOperation: Hashable, Sendable {
  /// A name comes into the folder, with an empty file.
  case create(String)
  case write(String, offset: Int, bytes: [UInt8])
  case truncate(String, size: Int)
  /// All that was written to the file is on the disk.
  case sync(String)
  /// A sync that failed: what was written since the last one may be on the disk or not, and no later sync tells
  /// (https://wiki.postgresql.org/wiki/Fsync_Errors).
  case failedSync(String)
  /// A name goes from the folder.
  case delete(String)
  /// All names that came and went are on the disk.
  case syncFolder

  /// What it is without the bytes, for people and for comparing two runs: SQLite's log holds random numbers.
  package var shape: String {
    switch self {
    case .create(let name): "create \(name)"
    case .write(let name, let offset, let bytes): "write \(name) \(offset) \(bytes.count)"
    case .truncate(let name, let size): "truncate \(name) \(size)"
    case .sync(let name): "sync \(name)"
    case .failedSync(let name): "failed sync \(name)"
    case .delete(let name): "delete \(name)"
    case .syncFolder: "sync folder"
    }
  }
}
