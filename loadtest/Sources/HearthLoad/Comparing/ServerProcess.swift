internal import Foundation
internal import NIOCore
internal import NIOPosix

/// A server as a process of its own, with what it says in a file.
final class ServerProcess {
  private let process = Process()
  private let log: URL
  private let command: ServerCommand

  /// - Parameters:
  ///   - folder: an empty one of its own, in which it runs.
  ///   - environment: beside this process's variables.
  init(_ command: ServerCommand, in folder: URL, environment: [String: String]) throws {
    self.command = command
    log = folder.appending(path: "server.log")
    _ = FileManager.default.createFile(atPath: log.path, contents: nil)
    process.executableURL = command.program
    process.arguments = command.arguments
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment.merging(command.environment) { $1 }
      .merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    let output = try FileHandle(forWritingTo: log)
    process.standardOutput = output
    process.standardError = output
    try process.run()
  }

  var pid: Int32 { process.processIdentifier }

  var isRunning: Bool { process.isRunning }

  /// The end of what it said.
  var words: String {
    String(((try? String(contentsOf: log, encoding: .utf8)) ?? "").suffix(Self.wordsMax))
  }

  private static let wordsMax = 1000
  /// Tries, 20 ms apart: whoever waits may be held up as well as the server.
  private static let startTries = 1000

  /// Waits until it takes connections.
  func waitUntilListening(on port: Int) async throws {
    for _ in 0..<Self.startTries where process.isRunning {
      let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      if let channel = try? await bootstrap.connect(host: "127.0.0.1", port: port).get() {
        try? await channel.close()
        return
      }
      try await Task.sleep(for: .milliseconds(20))
    }
    let what = process.isRunning ? "did not listen on port \(port)" : "ended at once"
    throw LoadFault("`\(command.program.path)` \(what). It said:\n\(words)")
  }

  /// Ends it in good order, or after some seconds without asking.
  func stop() {
    process.terminate()
    for _ in 0..<500 where process.isRunning { Thread.sleep(forTimeInterval: 0.01) }
    if process.isRunning { kill(pid, SIGKILL) }
    process.waitUntilExit()
  }

  /// A port of loopback that nobody listens on, for servers that cannot choose one themselves.
  static func freePort() async throws -> Int {
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .bind(host: "127.0.0.1", port: 0).get()
    defer { channel.close(promise: nil) }
    guard let port = channel.localAddress?.port else { throw LoadFault("The system gives no port away.") }
    try await channel.close()
    return port
  }
}

/// A program and what it is told.
struct ServerCommand {
  let program: URL
  var arguments: [String] = []
  var environment: [String: String] = [:]
}
