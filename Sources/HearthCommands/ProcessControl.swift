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

  /// Asks a process to end in order.
  static func terminate(_ pid: Int32) {
    _ = kill(pid, SIGTERM)
  }

  static var own: Int32 { getpid() }
}
