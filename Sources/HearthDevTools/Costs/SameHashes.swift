internal import Foundation

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Sets and dictionaries that have the same order in every run, so that every run does the same.
///
/// https://developer.apple.com/documentation/swift/hasher: "Hash values are not guaranteed to be equal across different
/// executions of your program", unless the environment says so when the process starts.
enum SameHashes {
  private static let variable = "SWIFT_DETERMINISTIC_HASHING"

  /// Starts this program anew with its arguments, once.
  static func restartUnlessSet() throws {
    guard ProcessInfo.processInfo.environment[variable] == nil, let program = Bundle.main.executablePath else { return }
    setenv(variable, "1", 1)
    var arguments = CommandLine.arguments.map { strdup($0) }
    arguments.append(nil)
    execv(program, &arguments)
    throw CostFault("`\(program)` cannot be started anew: \(String(cString: strerror(errno))).")
  }
}
