package import ArgumentParser
internal import Foundation
internal import HearthConsole
internal import HearthDevice
internal import HearthModel
internal import HearthPack

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// `hearth device`: the test client.
package struct DeviceCommand: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "device", abstract: "Be a device: type commands, or read them from a script.",
    discussion: """
      Examples:
        hearth device noah-tablet
        hearth device noah-tablet -c 'show tasks' -c 'set tasks/dishes title=Afwas'
        hearth device eva-phone --script edits.txt --json
      Type `help` for the commands.
      """)

  @Argument(help: "The device: the name of a credential.") var name: String
  @Option(help: "Folder of the credentials and replicas.") var devices = CredentialFile.defaultFolder
  @Option(help: "Folder with a sub-folder for each app.") var packs = PackLibrary.defaultFolder
  @Option(help: "The hub: tcp://host:port or ws://host:port; that of the credential when left out.") var hub: String?
  @Option(name: .customShort("c"), help: "A command; may be given several times.") var command: [String] = []
  @Option(help: "A file with one command a line; `-` reads standard input.") var script: String?
  @Flag(help: "Start without a connection; `online` makes one.") var offline = false
  @Flag(help: "Over WebSocket, JSON that people can read rather than binary frames.") var readableFrames = false
  @Flag(help: "Print one JSON document for each command.") var json = false

  package init() {}

  package func validate() throws {
    guard command.isEmpty || script == nil else {
      throw ValidationError("Give commands with -c or with --script, not with both.")
    }
  }

  package mutating func run() async throws {
    let credential = try CredentialFile.read(name, folder: devices)
    let library = try PackLibrary(folder: packs)
    let clock = AdjustableClock()
    let session = try DeviceSession(
      credential: credential, library: library, hub: hub, folder: devices, clock: clock,
      readableFrames: readableFrames, output: Output(isJSON: json))
    if !offline { await session.goOnline() }
    let lines = try scripted()
    if let lines {
      try await session.runScript(lines)
    } else {
      await session.runInteractively()
    }
    await session.end()
  }

  /// The commands of flags, script or pipe; nil when a person types.
  private func scripted() throws -> [ScriptLine]? {
    if !command.isEmpty { return command.map { ScriptLine(place: "-c", text: $0) } }
    guard let script else {
      if isatty(STDIN_FILENO) == 1 { return nil }
      return Self.lines(of: readStandardInput(), file: "stdin")
    }
    if script == "-" { return Self.lines(of: readStandardInput(), file: "stdin") }
    return Self.lines(of: try PackLibrary.read(URL(filePath: script)), file: script)
  }

  private func readStandardInput() -> String {
    String(decoding: FileHandle.standardInput.readDataToEndOfFile(), as: UTF8.self)
  }

  private static func lines(of text: String, file: String) -> [ScriptLine] {
    // A file of Windows begins with a mark and ends its lines with two characters.
    let text = text.hasPrefix("\u{feff}") ? String(text.unicodeScalars.dropFirst()) : text
    return text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated().map { index, line in
      ScriptLine(place: "\(file):\(index + 1)", text: String(line))
    }
  }
}

/// A command and where it stands.
struct ScriptLine {
  let place: String
  let text: String
}

/// The device's clock: the system's, and how far the user has moved it.
final class AdjustableClock: @unchecked Sendable {
  private let lock = NSLock()
  private var shift: Int64 = 0

  var ahead: Int64 { lock.withLock { shift } }

  var now: Instant { Instant(milliseconds: Instant.current.milliseconds + ahead) }

  func move(by milliseconds: Int64) {
    lock.withLock { shift = shift.addingReportingOverflow(milliseconds).partialValue }
  }

  func reset() {
    lock.withLock { shift = 0 }
  }
}
