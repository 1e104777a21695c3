internal import Foundation

/// Redis with an append-only file that is synced before anybody hears of a change set.
struct Redis: PeerProgram {
  let name = "redis"
  let about = "SET, XADD and PUBLISH in one transaction, append-only file synced always"
  let isDurable = true
  let merges = false
  let feelsSlowSync = true
  let installation = "apt install redis-server"

  func isInstalled(_ tools: Tools) -> Bool { tools.program("redis-server") != nil }

  func command(_ tools: Tools, port: Int, data: URL) throws -> ServerCommand? {
    tools.program("redis-server").map { program in
      ServerCommand(
        program: program,
        arguments: [tools.peers.appending(path: "redis.conf").path, "--port", "\(port)", "--dir", data.path])
    }
  }

  func wire(_ seat: Seat) -> any Wire { RedisWire(seat) }
}
