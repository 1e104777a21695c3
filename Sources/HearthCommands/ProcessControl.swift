#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Signals to other processes.
enum ProcessControl {
  static func isAlive(_ pid: Int32) -> Bool {
    kill(pid, 0) == 0 || errno == EPERM
  }

  /// Whether a process holds a lock (flock(2)) on a file.
  static func isLocked(_ path: String) -> Bool {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    // Closing the descriptor gives the lock back that was taken to see whether it can be.
    defer { close(descriptor) }
    return flock(descriptor, LOCK_SH | LOCK_NB) != 0
  }

  /// Asks a process to end in order.
  static func terminate(_ pid: Int32) {
    _ = kill(pid, SIGTERM)
  }

  static var own: Int32 { getpid() }
}
