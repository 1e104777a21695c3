package import ArgumentParser
internal import Foundation
internal import HearthConsole
internal import HearthDevice
internal import HearthModel
internal import HearthPack
internal import HearthScenario
internal import HearthServer

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// `hearth-dev crash`: kills a hub again and again under load, and looks whether it kept its word (P2, P3).
package struct CrashTest: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "crash", abstract: "Kill a hub with SIGKILL at random moments under load, and check what it promised.",
    discussion: """
      Devices create records and rename a task of their own as fast as the hub answers. After each kill the hub is
      started again on the same folder; nobody tells the devices. At the end: every acknowledged change set is there,
      none is there twice, and every device has come back by itself.
      Example: hearth-dev crash --kills 100 --hub-binary .build/debug/hearth
      """)

  @Option(help: "How often the hub is killed.") var kills = 100
  @Option(help: "Devices that write.") var devices = 6
  @Option(help: "The hub's program.") var hubBinary = ".build/debug/hearth"
  @Option(help: "Seed of the moments.") var seed: UInt64 = .random(in: 1 ... .max)
  @Option(help: "Folder of the packs.") var packs = "fixtures"
  @Option(help: "Folder for everything; a temporary one when left out, removed when all is well.") var folder: String?

  package init() {}

  package mutating func run() async throws {
    let place =
      folder ?? FileManager.default.temporaryDirectory.appending(path: "hearth-crash-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    print("seed \(seed), folder \(place)")
    let hub = CrashingHub(binary: hubBinary, folder: place, packs: packs)
    try hub.start()
    let writers = try await makeWriters(hub, place)
    for writer in writers { await writer.start() }
    try await killRepeatedly(hub)
    for writer in writers { await writer.stop() }
    let verdict = try await check(writers, hub)
    hub.stop()
    print(verdict.text)
    if folder == nil, verdict.isGood { try? FileManager.default.removeItem(atPath: place) }
    if !verdict.isGood { throw ExitCode(1) }
  }

  private func makeWriters(_ hub: CrashingHub, _ place: String) async throws -> [CrashWriter] {
    let app = URL(filePath: packs).appending(path: "famquest")
    let pack = try PackLoader.load(
      String(contentsOf: app.appending(path: "schema.yaml"), encoding: .utf8), file: "schema.yaml")
    let seedText = try String(contentsOf: app.appending(path: "seed.yaml"), encoding: .utf8)
    let founded = try await hub.found(seedText: seedText, devices: devices)
    return try founded.devices.enumerated().map { number, device in
      try CrashWriter(
        number: number, hub: number % 2 == 0 ? hub.addresses.tcp : hub.addresses.webSocket, pack: pack,
        household: founded.household, device: device, folder: place)
    }
  }

  private func killRepeatedly(_ hub: CrashingHub) async throws {
    var random = SplitMix64(seed: seed)
    var bar = ProgressBar("kills", total: kills, terminal: .standardOutput())
    for kill in 1...kills {
      // Long enough for devices to come back and write, short enough to hit every part of a commit.
      try await Task.sleep(for: .milliseconds(Int64(150 + random.next() % 900)))
      hub.kill()
      try hub.start()
      bar.update(kill)
    }
    bar.finish()
  }

  private func check(_ writers: [CrashWriter], _ hub: CrashingHub) async throws -> CrashVerdict {
    var verdict = CrashVerdict(kills: kills)
    for writer in writers { await writer.checkOwnView(&verdict) }
    try await writers[0].checkFromOutside(writers, &verdict)
    return verdict
  }
}

/// What came of it.
struct CrashVerdict {
  let kills: Int
  var acknowledged = 0
  var missing: [String] = []
  var doubled: [String] = []
  var stranded: [String] = []

  init(kills: Int) {
    self.kills = kills
  }

  var isGood: Bool { missing.isEmpty && doubled.isEmpty && stranded.isEmpty && acknowledged > 0 }

  var text: String {
    let problems =
      (missing.map { "missing: \($0)" } + doubled.map { "twice: \($0)" } + stranded.map { "stranded: \($0)" })
      .prefix(20).joined(separator: "\n")
    let counts =
      "\(kills) kills, \(acknowledged) acknowledged change sets, \(missing.count) missing, \(doubled.count) twice, \(stranded.count) devices stranded"
    return problems.isEmpty ? counts : problems + "\n" + counts
  }
}
