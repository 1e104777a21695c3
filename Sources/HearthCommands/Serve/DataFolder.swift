internal import Foundation
internal import HearthServer

/// The folder of a hub: its database, its admin token, and while it runs where it can be reached.
struct DataFolder {
  let url: URL

  init(_ path: String) {
    url = URL(filePath: path)
  }

  /// Where a running hub can be reached.
  struct Running: Codable {
    let pid: Int32
    let tcp: String
    let webSocket: String
    let http: String
  }

  private var tokenFile: URL { url.appending(path: "admin-token") }
  private var lockFile: URL { url.appending(path: "hearth.lock") }
  private var runningFile: URL { url.appending(path: "hub.json") }

  /// Makes the folder when it is not there; only its owner may look into it.
  func prepare() throws {
    do {
      try FileManager.default.createDirectory(
        at: url, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw CommandFailure(
        .unwritable, "The data folder `\(url.relativeToHere)` cannot be made: \(error.localizedDescription)")
    }
  }

  /// The admin token; made at the first start.
  func adminToken() throws -> String {
    if let token = storedAdminToken { return token }
    let token = Administration.makeToken()
    let isWritten = FileManager.default.createFile(
      atPath: tokenFile.path, contents: Data((token + "\n").utf8), attributes: [.posixPermissions: 0o600])
    guard isWritten else {
      throw CommandFailure(
        .unwritable, "`\(tokenFile.relativeToHere)` cannot be written. Check the folder's permissions.")
    }
    return token
  }

  /// The admin token of a hub that has been started before.
  var storedAdminToken: String? {
    (try? String(contentsOf: tokenFile, encoding: .utf8))?.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  func write(_ running: Running) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    try encoder.encode(running).write(to: runningFile, options: .atomic)
  }

  func removeRunning() {
    try? FileManager.default.removeItem(at: runningFile)
  }

  /// The hub that runs on this folder; nil when none does.
  var running: Running? {
    guard let data = try? Data(contentsOf: runningFile),
      let running = try? JSONDecoder().decode(Running.self, from: data)
    else { return nil }
    // A hub that was killed leaves the file, and another process may have its number by now: only the lock tells.
    return ProcessControl.isAlive(running.pid) && ProcessControl.isLocked(lockFile.path) ? running : nil
  }
}
