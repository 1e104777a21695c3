internal import Foundation
internal import HearthEngine

/// Holds a data folder for one hub, by a lock on the file `hearth.lock` in it.
///
/// `flock` and not `fcntl`: "Locks created by flock() are associated with an open file description" (flock(2)), so that
/// a second store in the same process is refused as well, and the lock goes when the process does, however it ends. The
/// file stays: removing it would let two processes hold locks on two files of the same name.
final class FolderLock: Sendable {
  private let descriptor: Int32

  init(folder: URL) throws(StoreFault) {
    let path = folder.appending(path: "hearth.lock").path(percentEncoded: false)
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      let reason = "cannot be opened for writing: \(Self.reason())"
      throw StoreFault(.readOnly, "The lock file `\(path)` \(reason). The data folder has to be writable.")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let reason = errno == EWOULDBLOCK ? nil : Self.reason()
      let holder = Self.holder(descriptor)
      close(descriptor)
      if let reason { throw StoreFault(.failed, "The lock file `\(path)` cannot be locked: \(reason).") }
      let advice = "One hub serves a data folder: stop that process, or give this one another folder."
      throw StoreFault(
        .inUse, "The data folder `\(folder.path(percentEncoded: false))` is in use by \(holder). \(advice)")
    }
    let text = "\(getpid())\n"
    ftruncate(descriptor, 0)
    _ = text.withCString { pwrite(descriptor, $0, strlen($0), 0) }
  }

  deinit {
    close(descriptor)
  }

  /// Lets another store have the folder. Harmless when it has been released.
  func release() {
    flock(descriptor, LOCK_UN)
  }

  /// Who wrote the file last.
  private static func holder(_ descriptor: Int32) -> String {
    var bytes = [UInt8](repeating: 0, count: 32)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    let text = String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
    guard let process = Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)) else { return "another process" }
    return process == getpid() ? "this process (\(process)) itself" : "process \(process)"
  }

  private static func reason() -> String { String(cString: strerror(errno)) }
}
