import Foundation

/// What a test waited for in vain.
struct WaitedInVain: Error, CustomStringConvertible {
  let description: String
}

/// The bound of every wait. Nothing is expected to take this long; a busy machine is.
let patience = Duration.seconds(40)

/// Waits until a condition holds.
func eventually(_ what: String, within bound: Duration = patience, _ condition: () async throws -> Bool) async throws {
  let deadline = ContinuousClock.now + bound
  while try await !condition() {
    guard ContinuousClock.now < deadline else {
      throw WaitedInVain(description: "waited \(bound) in vain until \(what)")
    }
    try await Task.sleep(for: .milliseconds(1))
  }
}

/// A folder that is gone when its owner is.
final class TemporaryFolder: Sendable {
  let url: URL
  var path: String { url.path(percentEncoded: false) }

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "hearth-server-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(at: url)
  }

  /// The path of a file in the folder.
  func file(_ name: String) -> String { url.appending(path: name).path(percentEncoded: false) }
}
