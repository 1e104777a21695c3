package import ArgumentParser
internal import Foundation
internal import HearthConsole
internal import HearthDevice
internal import HearthModel
internal import HearthPack
internal import HearthReplica
internal import HearthServer

/// `hearth demo`: a hub, two devices and an offline conflict before the reader's eyes.
package struct DemoCommand: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "demo", abstract: "Show an offline conflict: a hub, a parent's phone, a child's tablet.",
    discussion: """
      Starts a hub on an empty folder, founds the FamQuest families of the seed, lets Eva's phone (TCP) and Sam's
      tablet (WebSocket) edit the same tasks offline, reconnects them, and explains what was decided. The hub stays up.
      Example: hearth demo --folder ./hearth-demo
      """)

  @Option(help: "Folder for the demo; it is made anew each time.") var folder = "hearth-demo"
  @Option(help: "Folder with a sub-folder for each app.") var packs = PackLibrary.defaultFolder
  @Flag(help: "Print what was seen as JSON.") var json = false

  package init() {}

  package mutating func run() async throws {
    let output = Output(isJSON: json)
    let stage = DemoStage(folder: folder, packs: packs, output: output)
    let running = try await stage.startHub()
    let credentials = try await stage.foundHouseholds(running)
    let outcome = try await DemoPlay(
      library: PackLibrary(folder: packs), credentials: credentials, running: running, folder: folder, output: output
    ).perform()
    if json { return try output.json(outcome) }
    stage.sayWhatNext(running)
  }
}

/// Sets the scene: an empty folder, a hub of its own, the families.
struct DemoStage {
  let folder: String
  let packs: String
  let output: Output

  private var dataFolder: String { "\(folder)/hub" }

  func startHub() async throws -> DataFolder.Running {
    try await clearFolder()
    try DataFolder(dataFolder).prepare()
    let log = "\(folder)/hub.log"
    guard FileManager.default.createFile(atPath: log, contents: nil) else {
      throw CommandFailure(.unwritable, "`\(log)` cannot be written.")
    }
    let process = Process()
    process.executableURL = URL(filePath: Self.executable)
    process.arguments = ["serve", "--data", dataFolder, "--packs", packs, "--tcp-port", "0", "--http-port", "0"]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle(forWritingAtPath: log)
    try process.run()
    for _ in 0..<400 {
      if let running = DataFolder(dataFolder).running {
        say("1", "A hub on an empty folder", "listens on \(running.tcp) and \(running.webSocket)")
        return running
      }
      guard process.isRunning else { break }
      try await Task.sleep(for: .milliseconds(10))
    }
    let reason = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
    throw CommandFailure(.demo, "The hub of the demo did not start:\n\(reason)")
  }

  /// Each demo starts on an empty folder; a hub of an earlier one is stopped.
  private func clearFolder() async throws {
    let data = DataFolder(dataFolder)
    if let running = data.running {
      ProcessControl.terminate(running.pid)
      for _ in 0..<300 where ProcessControl.isAlive(running.pid) { try await Task.sleep(for: .milliseconds(10)) }
    }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder) else { return }
    guard isFolder.boolValue else {
      throw CommandFailure(.notEmpty, "`\(folder)` is a file. Name another folder with --folder.")
    }
    let content = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    guard content.allSatisfy({ ["hub", "hub.log", "devices"].contains($0) }) else {
      throw CommandFailure(.notEmpty, "`\(folder)` holds other files. Name another folder with --folder.")
    }
    try FileManager.default.removeItem(atPath: folder)
  }

  func foundHouseholds(_ running: DataFolder.Running) async throws -> [CredentialFile] {
    let library = try PackLibrary(folder: packs)
    guard let token = DataFolder(dataFolder).storedAdminToken else {
      throw CommandFailure(.demo, "The hub of the demo has no admin token.")
    }
    let client = AdminClient(url: running.http, token: token, running: running)
    let founded = try await client.found(
      app: "famquest", seed: try PackLibrary.read(library.seedFile("famquest")), fresh: false)
    let credentials = founded.flatMap { household in
      household.devices.map { CredentialFile(household: household, device: $0, app: "famquest", client: client) }
    }
    for credential in credentials { try credential.write(to: "\(folder)/devices") }
    let names = founded.map { "\($0.label) (\($0.devices.count) devices)" }.joined(separator: ", ")
    say("2", "The families of FamQuest", names)
    return credentials
  }

  private func say(_ number: String, _ title: String, _ text: String) {
    guard !output.isJSON else { return }
    output.line("\(output.styled(number, .strong)) \(output.styled(title, .strong)): \(text)")
  }

  func sayWhatNext(_ running: DataFolder.Running) {
    let devices = "--devices \(folder)/devices"
    output.line()
    output.line(output.styled("The hub stays up. Next, try:", .strong))
    for command in [
      "hearth device sam-phone \(devices) -c 'show tasks'", "hearth device eva-phone \(devices)",
      "hearth scenario fixtures/famquest/scenarios",
      "hearth scenario fixtures/famquest/scenarios --data \(folder)/hub --hub \(running.webSocket)",
      "curl \(running.http)/metrics", "hearth stop --data \(folder)/hub",
    ] {
      output.line("  \(output.styled(Self.commandName(command), .name))")
    }
  }

  /// The command as it works from the current folder, whether or not `hearth` is on the path.
  private static func commandName(_ command: String) -> String {
    let invoked = CommandLine.arguments[0]
    return invoked.contains("/") && command.hasPrefix("hearth ") ? invoked + command.dropFirst(6) : command
  }

  private static var executable: String {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
  }
}
