import Foundation
import HearthEngine
import HearthModel
import HearthPack
import HearthProtocol
import HearthReplica
import HearthSQLite
import HearthScenario
import HearthServer
import Testing

/// The ways from a device to a hub.
enum Transport: String, CaseIterable, Sendable, CustomTestStringConvertible {
  /// No wire at all: the cores of hub and devices hand their bytes to each other.
  case memory = "in memory"
  case tcp = "TCP"
  case webSocket = "WebSocket, binary"
  case webSocketJSON = "WebSocket, JSON"

  var testDescription: String { rawValue }
}

/// A hub on a store in a folder, and devices of one household, over one transport.
///
/// In memory the hub's store is in SQLite too: all four differ in nothing but the way between device and hub.
struct EndToEnd {
  let world: any ScenarioWorld
  let store: any Store
  let household: Seed.Household

  /// Runs a body with a world of devices, which have stopped when this returns.
  static func running<Result>(
    _ transport: Transport, _ household: Seed.Household, devices: [Seed.Device], pack: Pack = Fixture.famquest,
    _ body: (EndToEnd) async throws -> Result
  ) async throws -> Result {
    let folder = try TemporaryFolder()
    let packs = [pack.name: pack]
    let store = try SQLiteStore.open(at: folder.file("hub"), packs: packs)
    let household = household.with(devices)
    guard transport != .memory else {
      let world = InProcessWorld(pack: pack, store: store, dayInZone: Fixture.day)
      for device in try world.found(household) { world.addDevice(device, household: household.id) }
      return try await body(EndToEnd(world: world, store: store, household: household))
    }
    let engine = Engine(packs: packs, dayInZone: Fixture.day)
    return try await TestHub.running([household], store: store, engine: engine) { hub in
      let world = try remoteWorld(hub, transport, household, folder.url, pack: pack)
      do {
        let result = try await body(EndToEnd(world: world, store: store, household: household))
        await world.end()
        return result
      } catch {
        await world.end()
        throw error
      }
    }
  }

  static func remoteWorld(
    _ hub: TestHub, _ transport: Transport, _ household: Seed.Household, _ folder: URL,
    pack: Pack = Fixture.famquest
  ) throws -> RemoteWorld {
    let credentials = household.devices.map {
      RemoteWorld.Credential(name: $0.name, member: $0.member, token: hub.token($0.name))
    }
    return try RemoteWorld(
      hub: transport == .tcp ? hub.addresses.tcp : hub.addresses.webSocket, pack: pack,
      household: household.id, seedHousehold: household.id, credentials: credentials, folder: folder,
      isReadable: transport == .webSocketJSON)
  }

  // MARK: What a test asks

  /// Makes a change set of what the closure writes; gives its counter.
  @discardableResult
  func edit(_ device: String, _ body: (inout Draft) -> Void) async throws -> UInt64 {
    try await world.pass()
    var draft = Draft()
    body(&draft)
    return try await world.commit(draft, on: device)
  }

  func connect(_ devices: String...) async throws {
    for device in devices { try await world.connect(device) }
    try await world.settle()
  }

  func record(_ collection: String, _ name: String, on device: String) async throws -> VisibleRecord {
    let number = Fixture.famquest.collection(named: collection)!.number
    return try #require(try await world.view(ReplicaKey(number, RecordID(name: name)), on: device))
  }

  func value(_ collection: String, _ name: String, _ field: String, on device: String) async throws -> Value {
    try await record(collection, name, on: device)[Fixture.famquest.field(collection, field)]
  }

  /// The verdict on a change set that has been decided.
  func verdict(_ counter: UInt64, of device: String) async throws -> Outcome.Verdict {
    try #require(try await world.settled(device).first { $0.changeSet.counter == counter }).verdict
  }

  /// Sentences of the open conflicts of a record, with the names of devices.
  func explanations(_ collection: String, _ name: String, on device: String) async throws -> [String] {
    let schema = Fixture.famquest.collection(named: collection)!
    let (replica, names) = (try await world.replica(device), household.devices)
    let explanation = Explanation(pack: Fixture.famquest) { number in
      if number == replica.identity.replica { return device }
      return replica.roster[number].flatMap { entry in names.first { $0.name == entry.device }?.name } ?? "?"
    }
    return try await record(collection, name, on: device).conflicts.flatMap { explanation.sentences($0, in: schema) }
  }
}
