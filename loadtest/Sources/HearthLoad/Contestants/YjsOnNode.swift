internal import Foundation

/// Yjs's own server on node; documents are in memory.
struct YjsOnNode: PeerProgram {
  let name = "yjs"
  let about = "Yjs's server on node, in memory"
  let isDurable = false
  let merges = true
  let feelsSlowSync = true
  let installation = "apt install nodejs node-y-websocket node-ws"

  /// A node that is not Debian's does not look where Debian puts its modules.
  private var environment: [String: String] {
    let own = ProcessInfo.processInfo.environment["NODE_PATH"].map { $0 + ":" } ?? ""
    return ["NODE_PATH": own + "/usr/share/nodejs"]
  }

  func isInstalled(_ tools: Tools) -> Bool {
    guard let node = tools.program("node") else { return false }
    return Probe.succeeds(
      node, ["-e", "require.resolve('ws'); require.resolve('y-websocket/bin/utils')"], environment: environment)
  }

  func command(_ tools: Tools, port: Int, data: URL) throws -> ServerCommand? {
    tools.program("node").map { node in
      ServerCommand(
        program: node, arguments: [tools.peers.appending(path: "yjs_hub.cjs").path, "\(port)"],
        environment: environment)
    }
  }

  func wire(_ seat: Seat) -> any Wire { YjsWire(seat) }
}
