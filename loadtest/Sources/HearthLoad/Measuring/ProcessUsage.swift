internal import Foundation

/// What a process has used, as Linux tells.
package struct ProcessUsage: Sendable {
  /// User and system time so far, in seconds.
  package let cpuSeconds: Double
  /// Proportional set size: the process's own pages, and its part of those it shares.
  package let memoryBytes: Int

  /// - Returns: nil when there is no such process, or no `/proc`.
  package init?(of process: Int32) {
    guard let seconds = Self.cpuSeconds(of: process) else { return nil }
    cpuSeconds = seconds
    memoryBytes = Self.proportionalSetSize(of: process)
  }

  /// By the process's clock, which counts nanoseconds of all its threads; `/proc` rounds down to hundredths of a
  /// second, too coarse for what a few change sets cost.
  private static func cpuSeconds(of process: Int32) -> Double? {
    // The clock of a number that no process can have is that of the one who asks.
    guard FileManager.default.fileExists(atPath: "/proc/\(process)") else { return nil }
    var (clock, time) = (clockid_t(), timespec())
    guard clock_getcpuclockid(process, &clock) == 0, clock_gettime(clock, &time) == 0 else { return nil }
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// A process with all that it has started, and what these have.
  ///
  /// - Returns: nil when there is no such process, or no `/proc`.
  package init?(ofFamilyOf process: Int32) {
    guard let head = ProcessUsage(of: process) else { return nil }
    let others = Self.descendants(of: process).compactMap { ProcessUsage(of: $0) }
    cpuSeconds = others.reduce(head.cpuSeconds) { $0 + $1.cpuSeconds }
    memoryBytes = others.reduce(head.memoryBytes) { $0 + $1.memoryBytes }
  }

  private static func descendants(of process: Int32) -> [Int32] {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    let parents = all.compactMap { Int32($0) }.reduce(into: [Int32: Int32]()) { $0[$1] = parent(of: $1) }
    var (found, next) = ([Int32](), [process])
    while let one = next.popLast() {
      let children = parents.filter { $0.value == one }.map(\.key)
      found += children
      next += children
    }
    return found
  }

  /// The fourth field, the second behind the name.
  private static func parent(of process: Int32) -> Int32? {
    guard let stat = read("/proc/\(process)/stat"), let closing = stat.lastIndex(of: ")") else { return nil }
    return stat[stat.index(after: closing)...].split(separator: " ").dropFirst().first.flatMap { Int32($0) }
  }

  /// The process that asks.
  package static var own: ProcessUsage? { ProcessUsage(of: ProcessInfo.processInfo.processIdentifier) }

  private static func proportionalSetSize(of process: Int32) -> Int {
    let rollup = read("/proc/\(process)/smaps_rollup") ?? ""
    guard let line = rollup.split(separator: "\n").first(where: { $0.hasPrefix("Pss:") }) else { return 0 }
    return (line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
  }

  /// `/proc` says that its files are empty, so they are read to the end.
  private static func read(_ path: String) -> String? {
    guard let file = FileHandle(forReadingAtPath: path) else { return nil }
    defer { try? file.close() }
    return (try? file.readToEnd()).flatMap { $0 }.map { String(decoding: $0, as: UTF8.self) }
  }
}
