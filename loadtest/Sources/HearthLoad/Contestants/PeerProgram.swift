internal import Foundation

/// A contestant that is one program, which is told where to listen and where to keep its data.
protocol PeerProgram: Contestant {
  /// What to run; nil when it is not installed.
  func command(_ tools: Tools, port: Int, data: URL) throws -> ServerCommand?
  func wire(_ seat: Seat) -> any Wire
  var preparation: (any Wire)? { get }
}

extension PeerProgram {
  var preparation: (any Wire)? { nil }

  func start(_ site: Site) async throws -> any StartedServer {
    let port = try await ServerProcess.freePort()
    let data = site.folder.appending(path: "data")
    try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
    guard let command = try command(site.tools, port: port, data: data) else {
      throw LoadFault("\(name) is not installed: \(installation)")
    }
    let process = try ServerProcess(command, in: site.folder, environment: site.environment)
    do {
      try await process.waitUntilListening(on: port)
    } catch {
      process.stop()
      throw error
    }
    return StartedPeer(process: process, port: port, peer: self, payload: site.payload)
  }
}

private struct StartedPeer: StartedServer {
  let process: ServerProcess
  let port: Int
  let peer: any PeerProgram
  let payload: Payload

  var pid: Int32 { process.pid }
  var isRunning: Bool { process.isRunning }
  var words: String { process.words }
  var preparation: (any Wire)? { peer.preparation }

  func wire(household: Int, device: Int) -> any Wire {
    peer.wire(Seat(household: household, device: device, payload))
  }

  func stop() { process.stop() }
}
