internal import Foundation
internal import HearthDevice
internal import HearthModel
internal import HearthServer

/// A device that writes as fast as the hub answers, and remembers what was acknowledged.
actor CrashWriter {
  private let number: Int
  private let device: Device
  private let configuration: DeviceConfiguration
  private var writing: Task<Void, Never>?
  private var watching: Task<Void, Never>?
  private var made: [UInt64: RecordID] = [:]
  private var acknowledged: Set<UInt64> = []
  private var renames = 0
  private var count = 0

  /// Change sets that may wait in the outbox; more would only test the outbox.
  private static let outboxMax = 20

  init(
    number: Int, hub: String, pack: Pack, household: HouseholdID, device: Administration.FoundedHousehold.Device,
    folder: String
  ) throws {
    self.number = number
    var configuration = DeviceConfiguration(
      hub: hub, token: device.token, household: household, member: RecordID(device.member)!, pack: pack,
      path: "\(folder)/\(device.name).db")
    configuration.software = "hearth-crash"
    self.configuration = configuration
    self.device = try Device(configuration)
  }

  private var ownTask: RecordID { RecordID(name: "task-of-\(number)") }

  // MARK: Writing

  func start() async {
    await device.connect()
    let settlements = await device.settlements()
    watching = Task { for await settled in settlements { self.note(settled) } }
    writing = Task {
      while !Task.isCancelled {
        await self.write()
        try? await Task.sleep(for: .milliseconds(3))
      }
    }
  }

  private func note(_ settled: SettledChange) {
    if case .rejected = settled.verdict { return }
    acknowledged.insert(settled.ticket.counter)
  }

  private func write() async {
    guard await device.outbox().count < Self.outboxMax else { return }
    count += 1
    var draft = Draft()
    let task = ownTask
    if count == 1 {
      draft.create("tasks", task, [("title", .text("own task of \(number)"))])
    } else if count % 2 == 0 {
      draft.create(
        "rewards", RecordID(name: "reward-\(number)-\(count)"), [("name", .text("r \(count)")), ("cost", .int(1))])
    } else {
      draft.set("tasks", task, "title", .text("title \(count)"))
    }
    guard let ticket = try? await device.commit(draft) else { return }
    if count == 1 { return }
    if count % 2 == 0 { made[ticket.counter] = RecordID(name: "reward-\(number)-\(count)") } else { renames += 1 }
  }

  /// Stops writing and lets the device come back and finish by itself.
  func stop() async {
    writing?.cancel()
    await writing?.value
    try? await device.waitUntilSynced(timeout: .seconds(90))
  }

  // MARK: Checking

  func checkOwnView(_ verdict: inout CrashVerdict) async {
    verdict.acknowledged += acknowledged.count
    let left = await device.outbox().count
    if left > 0 { verdict.stranded.append("writer-\(number) still has \(left) change sets in its outbox") }
  }

  /// Looks at the household with a device that has never been connected: what it sees is what the hub has.
  func checkFromOutside(_ writers: [CrashWriter], _ verdict: inout CrashVerdict) async throws {
    var fresh = configuration
    fresh.path = ":memory:"
    let witness = try Device(fresh)
    await device.disconnect()
    await witness.connect()
    for _ in 0..<3000 {
      if try await witness.status().link == .live { break }
      try await Task.sleep(for: .milliseconds(10))
    }
    let rewards = Set(try await witness.records(in: "rewards").map(\.id))
    for writer in writers {
      for (name, id) in await writer.acknowledgedRecords() where !rewards.contains(id) { verdict.missing.append(name) }
      let (task, expected) = await writer.expectedVersion()
      let version = try await witness.record("tasks", task)?["version"]?.int
      // The creation is version 1; each accepted rename adds exactly one.
      if let version, version > Int64(expected) {
        verdict.doubled.append("\(version - Int64(expected)) renames of writer")
      }
      if version.map({ $0 < Int64(expected) }) ?? true {
        verdict.missing.append(
          "renames of a writer: version \(version.map(String.init) ?? "none"), expected \(expected)")
      }
    }
    await witness.disconnect()
  }

  private func acknowledgedRecords() -> [(String, RecordID)] {
    made.filter { acknowledged.contains($0.key) }.map {
      ("reward of change set \($0.key) of writer-\(number)", $0.value)
    }
  }

  private func expectedVersion() -> (RecordID, Int) {
    (ownTask, 1 + renames)
  }
}
