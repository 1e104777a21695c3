internal import Foundation

/// The C reference (loadtest/reference/README.md): the least that a hub for households can do.
struct ReferenceHub: PeerProgram {
  let mode: Mode

  enum Mode: String, CaseIterable {
    case relay, log, append, upsert
  }

  var name: String { "reference-\(mode.rawValue)" }
  var about: String {
    switch mode {
    case .relay: "C: sockets alone"
    case .log: "C: sockets and a log that is synced, many with one sync"
    case .append: "C: sockets and one row of SQLite"
    case .upsert: "C: sockets and two rows of SQLite, written over"
    }
  }
  var isDurable: Bool { mode != .relay }
  var merges: Bool { false }
  var feelsSlowSync: Bool { true }
  var installation: String { CProgram.installation }

  /// Compiled when it is first needed; whether that is possible shows then.
  func isInstalled(_ tools: Tools) -> Bool { true }

  func command(_ tools: Tools, port: Int, data: URL) throws -> ServerCommand? {
    let program = try CProgram.referenceHub(in: tools.reference).built(in: CProgram.cache)
    return ServerCommand(
      program: program, arguments: ["--mode", mode.rawValue, "--port", "\(port)", "--data", data.path])
  }

  func wire(_ seat: Seat) -> any Wire { ReferenceWire(seat) }
}
