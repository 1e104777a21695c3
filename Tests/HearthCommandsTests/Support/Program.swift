import Foundation
import Testing

/// What a finished run of `hearth` has left.
struct Run {
  let output: String
  let errors: String
  let status: Int32

  /// The lines of the standard output.
  var lines: [String] { output.split(separator: "\n").map(String.init) }
}

/// A folder of its own, the built `hearth` run in it, and what runs there ended with it.
final class Workplace: @unchecked Sendable {
  let folder: URL
  private var running: [Process] = []
  private let lock = NSLock()

  /// - Parameter rules: whether FamQuest's rules hold; tests of what commands do have a child edit whatever it likes.
  init(rules: Bool = true) throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "hearth-cli-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let fixtures = folder.appending(path: "fixtures")
    if rules {
      try FileManager.default.createSymbolicLink(at: fixtures, withDestinationURL: Repository.file("fixtures"))
    } else {
      try makeOpenFixtures(at: fixtures)
    }
  }

  /// FamQuest with everything open, beside its own seed and scenarios.
  private func makeOpenFixtures(at fixtures: URL) throws {
    let app = fixtures.appending(path: "famquest")
    try FileManager.default.createDirectory(at: app, withIntermediateDirectories: true)
    for name in ["seed.yaml", "scenarios"] {
      try FileManager.default.createSymbolicLink(
        at: app.appending(path: name), withDestinationURL: Repository.file("fixtures/famquest/\(name)"))
    }
    let text = Self.withoutRules(try Repository.text("fixtures/famquest/schema.yaml"))
    try Data(text.utf8).write(to: app.appending(path: "schema.yaml"))
  }

  /// The text of a pack without the blocks that hold rules.
  static func withoutRules(_ text: String) -> String {
    var lines = [Substring]()
    var blockIndent: Int?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let indent = line.prefix { $0 == " " }.count
      let isEmpty = line.allSatisfy { $0 == " " } || line.drop { $0 == " " }.first == "#"
      if let open = blockIndent {
        if isEmpty || indent > open { continue }
        blockIndent = nil
      }
      let key = line.dropFirst(indent).prefix { $0 != ":" }
      let isRules =
        indent == 4 && ["who", "access", "rules", "moves", "effects", "expires", "keep"].contains(key)
        || indent == 2 && key == "session" || indent == 0 && key == "expect"
      if isRules { blockIndent = indent } else { lines.append(line) }
    }
    return lines.joined(separator: "\n") + "\nopen: true\n"
  }

  deinit {
    for process in running where process.isRunning { kill(process.processIdentifier, SIGKILL) }
    // The hub of a demo outlives its command.
    for file in ["hearth-demo/hub/hub.json", "stage/hub/hub.json"] {
      let data = (try? Data(contentsOf: folder.appending(path: file))) ?? Data()
      if let hub = try? JSONDecoder().decode(Hub.self, from: data) { kill(hub.pid, SIGKILL) }
    }
    try? FileManager.default.removeItem(at: folder)
  }

  /// The `hearth` that was built with these tests.
  static let program: URL = {
    let beside = Bundle.main.executableURL?.deletingLastPathComponent().appending(path: "hearth")
    if let beside, FileManager.default.isExecutableFile(atPath: beside.path) { return beside }
    return Repository.file(".build/debug/hearth")
  }()

  func write(_ text: String, to path: String) throws {
    let file = folder.appending(path: path)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }

  func text(_ path: String) throws -> String {
    try String(contentsOf: folder.appending(path: path), encoding: .utf8)
  }

  /// Runs `hearth` to its end.
  func hearth(
    _ arguments: [String], input: String = "", environment: [String: String] = [:]
  ) async throws -> Run {
    let id = UUID().uuidString
    let (out, err) = (folder.appending(path: "\(id).out"), folder.appending(path: "\(id).err"))
    let source = folder.appending(path: "\(id).in")
    for file in [out, err] { try Data().write(to: file) }
    try Data(input.utf8).write(to: source)
    let process = try process(arguments, environment)
    return try await finish(process, source, out, err)
  }

  /// Runs a line of shell with `hearth` on the path.
  func shell(_ line: String) async throws -> Run {
    let id = UUID().uuidString
    let (out, err) = (folder.appending(path: "\(id).out"), folder.appending(path: "\(id).err"))
    for file in [out, err] { try Data().write(to: file) }
    let path = Self.program.deletingLastPathComponent().path
    let inherited = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    let process = try process([], ["PATH": "\(path):\(inherited)"])
    process.executableURL = URL(filePath: "/bin/bash")
    process.arguments = ["-c", line]
    return try await finish(process, URL(filePath: "/dev/null"), out, err)
  }

  private func finish(_ process: Process, _ source: URL, _ out: URL, _ err: URL) async throws -> Run {
    process.standardInput = try FileHandle(forReadingFrom: source)
    process.standardOutput = try FileHandle(forWritingTo: out)
    process.standardError = try FileHandle(forWritingTo: err)
    // A thread of the pool must not wait for a process.
    let status = try await withCheckedThrowingContinuation { (done: CheckedContinuation<Int32, any Error>) in
      process.terminationHandler = { done.resume(returning: $0.terminationStatus) }
      do { try process.run() } catch { done.resume(throwing: error) }
    }
    return Run(
      output: try String(contentsOf: out, encoding: .utf8), errors: try String(contentsOf: err, encoding: .utf8),
      status: status)
  }

  func hearth(_ arguments: String...) async throws -> Run { try await hearth(arguments) }

  /// Starts `hearth` on a terminal; the task ends with its status.
  func start(
    _ arguments: [String], on terminal: PseudoTerminal, environment: [String: String]
  ) throws -> Task<Int32, Never> {
    let process = try process(arguments, environment)
    process.standardInput = terminal.handle
    process.standardOutput = terminal.handle
    process.standardError = terminal.handle
    let (ends, end) = AsyncStream.makeStream(of: Int32.self)
    process.terminationHandler = { end.yield($0.terminationStatus) }
    try process.run()
    lock.withLock { running.append(process) }
    return Task { await ends.first { _ in true } ?? -1 }
  }

  private func process(_ arguments: [String], _ environment: [String: String]) throws -> Process {
    let process = Process()
    process.executableURL = Self.program
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment
      .filter { !$0.key.hasPrefix("HEARTH_") && $0.key != "NO_COLOR" }
      .merging(environment) { $1 }
    return process
  }

  // MARK: A hub

  /// Where a hub can be reached.
  struct Hub: Decodable {
    let pid: Int32
    let tcp: String
    let webSocket: String
    let http: String
  }

  /// Starts `hearth serve` and waits until it listens.
  func serve(_ arguments: [String] = [], data: String = "hearth-data") async throws -> Hub {
    let log = folder.appending(path: "\(UUID().uuidString).log")
    try Data().write(to: log)
    let process = try process(["serve", "--data", data, "--tcp-port", "0", "--http-port", "0"] + arguments, [:])
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = try FileHandle(forWritingTo: log)
    try process.run()
    lock.withLock { running.append(process) }
    let file = folder.appending(path: "\(data)/hub.json")
    let hub: Hub? = try await eventually {
      guard process.isRunning else { throw Failed(text: try String(contentsOf: log, encoding: .utf8)) }
      let hub = (try? Data(contentsOf: file)).flatMap { try? JSONDecoder().decode(Hub.self, from: $0) }
      // The file of a hub that was killed may lie there still.
      return hub?.pid == process.processIdentifier ? hub : nil
    }
    return try #require(hub, "the hub does not listen")
  }

  /// A hub with the families of FamQuest, whose credentials lie in `hearth-devices`.
  func serveFamilies() async throws -> Hub {
    let hub = try await serve()
    let run = try await hearth("household", "create", "--app", "famquest")
    try #require(run.status == 0, "\(run.errors)")
    return hub
  }

  struct Failed: Error {
    let text: String
  }
}

/// Asks until there is an answer; nil when there is none in two minutes, which is long on any machine.
func eventually<Answer>(_ ask: () async throws -> Answer?) async throws -> Answer? {
  let end = ContinuousClock.now + .seconds(120)
  while ContinuousClock.now < end {
    if let answer = try await ask() { return answer }
    try await Task.sleep(for: .milliseconds(20))
  }
  return nil
}
