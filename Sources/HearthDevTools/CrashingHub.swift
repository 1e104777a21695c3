internal import Foundation
internal import HearthModel
internal import HearthServer

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// A hub in a process of its own, which is killed and started again on the same folder and ports.
final class CrashingHub: @unchecked Sendable {
  struct Addresses: Codable {
    let pid: Int32
    let tcp: String
    let webSocket: String
    let http: String
  }

  /// A household and its devices' credentials.
  struct Founded {
    let household: HouseholdID
    let devices: [Administration.FoundedHousehold.Device]
  }

  private let binary: String
  private let folder: String
  private let packs: String
  private var process: Process?
  private(set) var addresses = Addresses(pid: 0, tcp: "", webSocket: "", http: "")

  init(binary: String, folder: String, packs: String) {
    self.binary = binary
    self.folder = folder
    self.packs = packs
  }

  private var dataFolder: String { folder + "/hub" }

  /// Starts the hub and waits until it listens.
  func start() throws {
    let runningFile = dataFolder + "/hub.json"
    try? FileManager.default.removeItem(atPath: runningFile)
    let log = folder + "/hub.log"
    if !FileManager.default.fileExists(atPath: log) { _ = FileManager.default.createFile(atPath: log, contents: nil) }
    let handle = FileHandle(forWritingAtPath: log)
    handle?.seekToEndOfFile()
    let process = Process()
    process.executableURL = URL(filePath: binary)
    process.arguments = [
      "serve", "--data", dataFolder, "--packs", packs, "--log-level", "warning", "--tcp-port", port(addresses.tcp),
      "--http-port", port(addresses.http),
    ]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = handle
    try process.run()
    self.process = process
    for _ in 0..<1000 {
      if let data = FileManager.default.contents(atPath: runningFile),
        let found = try? JSONDecoder().decode(Addresses.self, from: data), found.pid == process.processIdentifier
      {
        addresses = found
        return
      }
      guard process.isRunning else { break }
      usleep(10_000)
    }
    throw CocoaError(
      .executableNotLoadable, userInfo: [NSDebugDescriptionErrorKey: "the hub did not start; see \(log)"])
  }

  private func port(_ url: String) -> String {
    let authority = url.split(separator: "/").dropFirst().first ?? ""
    return authority.split(separator: ":").last.map(String.init) ?? "0"
  }

  /// SIGKILL: nothing of the process's own runs any more.
  func kill() {
    guard let process else { return }
    #if canImport(Glibc)
      _ = Glibc.kill(process.processIdentifier, SIGKILL)
    #else
      _ = Darwin.kill(process.processIdentifier, SIGKILL)
    #endif
    process.waitUntilExit()
  }

  func stop() {
    process?.terminate()
    process?.waitUntilExit()
  }

  func found(seedText: String, devices: Int) async throws -> Founded {
    let token = try String(contentsOfFile: dataFolder + "/admin-token", encoding: .utf8)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    let eva = RecordID(name: "eva").description
    let founded = try await Administration.request(
      Administration.FoundingRequest(
        app: "famquest", seed: seedText, household: RecordID(name: "eva-family").description,
        devices: (0...devices).map { Administration.NewDevice(name: "writer-\($0)", member: eva) }),
      hub: addresses.http, adminToken: token)
    guard let household = founded.first, let id = RecordID(household.household) else {
      throw CocoaError(.coderReadCorrupt)
    }
    return Founded(household: HouseholdID(id), devices: household.devices)
  }
}
