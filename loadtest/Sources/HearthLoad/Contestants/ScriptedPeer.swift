internal import Foundation

/// Runs a program to the end and says whether it was content.
enum Probe {
  static func succeeds(_ program: URL, _ arguments: [String], environment: [String: String] = [:]) -> Bool {
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }
}

/// A server in Python: a script of `loadtest/peers` and the packages that it imports.
protocol PythonPeer: PeerProgram {
  var script: String { get }
  /// What it imports.
  var modules: [String] { get }
  /// What pip calls them.
  var packages: String { get }
}

extension PythonPeer {
  var installation: String { "pip install \(packages), and name that Python with --python" }

  func isInstalled(_ tools: Tools) -> Bool {
    guard let python = tools.pythonProgram else { return false }
    return Probe.succeeds(python, ["-c", "import \(modules.joined(separator: ", "))"])
  }

  func command(_ tools: Tools, port: Int, data: URL) throws -> ServerCommand? {
    tools.pythonProgram.map { python in
      ServerCommand(program: python, arguments: [tools.peers.appending(path: script).path, "\(port)"])
    }
  }
}
