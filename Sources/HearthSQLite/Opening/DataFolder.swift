internal import Foundation
internal import HearthEngine

/// The folder that holds the database.
enum DataFolder {
  /// The folder at a path, made when it is not there.
  static func make(_ path: String) throws(StoreFault) -> URL {
    let folder = URL(filePath: path, directoryHint: .isDirectory)
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw StoreFault(
        .readOnly, "The data folder `\(path)` is not there and cannot be made: \(error.localizedDescription)")
    }
    try sync(folder.deletingLastPathComponent())
    return folder
  }

  /// Makes a new folder's entry in its parent durable; SQLite does the same for the files it makes in the folder.
  private static func sync(_ folder: URL) throws(StoreFault) {
    let path = folder.path(percentEncoded: false)
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }  // A parent that may be passed through but not read was there before us.
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 || errno == EINVAL else {
      throw StoreFault(.failed, "The folder `\(path)` cannot be synced: \(String(cString: strerror(errno))).")
    }
  }
}
