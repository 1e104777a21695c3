import Foundation
import HearthDevice
import HearthEngine
import HearthHub
import HearthMemory
import HearthModel
import HearthPack
import HearthServer
import HearthTesting
import Logging
import Testing

/// A hub that listens on the loopback, with the household of a parent and a child, and a folder for replicas.
actor TestHub {
  /// How a device talks to a hub.
  enum Route: CaseIterable, Sendable {
    case tcp, webSocket, readableWebSocket
  }

  static let pack: Pack = load(
    """
    pack: chores
    version: 1
    language: 1
    open: true
    household: homes
    members: people
    zone: household.zone
    roles: { ranked: [parent, child] }
    collections:
      homes:
        fields:
          zone: zone = UTC
      people:
        fields:
          name: text(20)
          role: enum(parent, child)
      tasks:
        fields:
          title: text(1..40), guardian
          note: text(200)?
          votes: int = 0, counter
          tags: set(text(20), 20) = {}
          extra: json = {}
          by: ref people? = member, setNull
      boxes:
        fields:
          name: text(20)
      lids:
        fields:
          box: ref boxes, restrict
    """)

  static let eva = RecordID(name: "eva")
  static let noah = RecordID(name: "noah")
  static let dishes = RecordID(name: "dishes")
  /// What anything may take on a busy machine before a test gives up.
  static let patience = Duration.seconds(120)

  private static let seed: Seed.Household = {
    let text = """
      app: chores
      households:
        - id: home
          records:
            homes: [{ id: home }]
            people: [{ id: eva, name: Eva, role: parent }, { id: noah, name: Noah, role: child }]
            tasks: [{ id: dishes, title: Dishes, by: eva }]
            boxes: [{ id: box, name: Box }]
      """
    do {
      return try SeedLoader.load(text, file: "seed.yaml", pack: pack).households[0]
    } catch {
      preconditionFailure("the seed cannot be read: \(error)")
    }
  }()

  static func load(_ text: String) -> Pack {
    do {
      return try PackLoader.load(text, file: "pack.yaml")
    } catch {
      preconditionFailure("the pack cannot be read: \(error)")
    }
  }

  nonisolated let store = GatedStore()
  nonisolated let household = TestHub.seed.id
  nonisolated let folder: URL
  private let engine = Engine(packs: [TestHub.pack.name: TestHub.pack]) { instant, _ in
    Day(rawValue: Int32(instant.milliseconds / 86_400_000))
  }
  private var server: HubServer?
  private var addresses: HubServer.Addresses?
  private var random = SeededGenerator(seed: 11)

  /// Founds the household; nothing listens before ``start()``.
  init() throws {
    folder = URL.temporaryDirectory.appending(path: "hearth-device-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    var random = SeededGenerator(seed: 7)
    _ = try Founding(engine: engine).found(
      Self.seed, app: Self.pack.name, in: store, now: .current, random: { random.next() }, makeToken: { "" })
    for (name, member) in [("phone", Self.eva), ("tablet", Self.noah)] {
      _ = try Founding(engine: engine).addDevice(
        Seed.Device(name: name, member: member), to: household, in: store, random: { random.next() },
        token: "token of \(name)")
    }
  }

  deinit {
    try? FileManager.default.removeItem(at: folder)
  }

  /// Starts a hub and gives it to a body; ends the hub and removes the files afterwards.
  static func with(_ body: (TestHub) async throws -> Void) async throws {
    let hub = try TestHub()
    try await hub.start()
    do {
      try await body(hub)
    } catch {
      await hub.stop()
      throw error
    }
    await hub.stop()
  }

  /// Listens; after the first time on the same ports.
  ///
  /// The ports lie below those that the system gives to whoever asks for any, so that nobody takes them in between.
  func start() async throws {
    for _ in 0..<100 {
      let first = Int.random(in: 15_000..<32_000)
      if try await listens(tcp: addresses?.tcpPort ?? first, http: addresses?.httpPort ?? first + 1) { return }
      try await Task.sleep(for: .milliseconds(50))
    }
    throw NoFreePort()
  }

  private struct NoFreePort: Error {}

  /// Whether the hub listens on these ports; they may be taken.
  private func listens(tcp: Int, http: Int) async throws -> Bool {
    var configuration = ServerConfiguration()
    configuration.tcpPort = tcp
    configuration.httpPort = http
    configuration.drainSeconds = 1
    let server = HubServer(
      configuration: configuration, engine: engine, store: store, adminToken: nil,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, onFailure: { _ in })
    do {
      addresses = try await server.start()
    } catch {
      try? await server.stop()
      return false
    }
    self.server = server
    return true
  }

  func stop() async {
    store.open()
    try? await server?.stop()
    server = nil
  }

  /// An address of the right form where nothing listens: the port belongs to a protocol that nobody serves here.
  nonisolated static let nowhere = "tcp://127.0.0.1:9"

  /// A token that the hub does not take any more, as for a device that was removed.
  nonisolated static let strangersToken = "nobody's token"

  /// The configuration of a device; its file stays the same for the same name.
  func configuration(_ name: String, _ route: Route = .tcp, path: String? = nil) -> DeviceConfiguration {
    var configuration = DeviceConfiguration(
      hub: (route == .tcp ? addresses?.tcp : addresses?.webSocket) ?? Self.nowhere, token: "token of \(name)",
      household: household,
      member: name == "tablet" ? Self.noah : Self.eva, pack: Self.pack,
      path: path ?? folder.appending(path: "\(name).db").path)
    configuration.usesReadableFrames = route == .readableWebSocket
    return configuration
  }

  func device(_ name: String, _ route: Route = .tcp) throws -> Device {
    try Device(configuration(name, route))
  }

  /// A device that has caught up.
  func liveDevice(_ name: String, _ route: Route = .tcp) async throws -> Device {
    let device = try device(name, route)
    await device.connect()
    try await device.waitUntilLive()
    return device
  }

  /// The head revision of the household.
  nonisolated func head() throws -> Revision {
    try store.read { try $0.household(household)?.revision } ?? .zero
  }

  /// What the hub has decided of a replica's change set.
  nonisolated func decision(_ replica: ReplicaNumber, _ counter: UInt64) throws -> ChangeEntry? {
    try store.read { try $0.change(household, Dot(replica, counter)) }
  }
}

/// Waits until something is so.
func eventually(
  _ what: String, sourceLocation: SourceLocation = #_sourceLocation, _ isSo: () async throws -> Bool
) async throws {
  let deadline = ContinuousClock.now + TestHub.patience
  while try await !isSo() {
    guard ContinuousClock.now < deadline else {
      Issue.record("waited in vain until \(what)", sourceLocation: sourceLocation)
      throw CancellationError()
    }
    try await Task.sleep(for: .milliseconds(3))
  }
}

/// Does something that may wait, within the time that anything may take.
func inTime<Result: Sendable>(
  _ what: String, sourceLocation: SourceLocation = #_sourceLocation,
  _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
  try await withThrowingTaskGroup(of: Result?.self) { group in
    group.addTask { try await body() }
    group.addTask {
      try await Task.sleep(for: TestHub.patience)
      return nil
    }
    defer { group.cancelAll() }
    guard let first = try await group.next(), let result = first else {
      Issue.record("waited in vain until \(what)", sourceLocation: sourceLocation)
      throw CancellationError()
    }
    return result
  }
}

extension Device {
  func waitUntilLive(sourceLocation: SourceLocation = #_sourceLocation) async throws {
    try await eventually("the device is live", sourceLocation: sourceLocation) { try self.status().link == .live }
  }

  /// A value of a record as this device shows it.
  func value(_ collection: String, _ id: RecordID, _ field: String) throws -> Value? {
    try record(collection, id)?[field]
  }

  /// Sets the title of the task that every household has.
  @discardableResult
  func rename(_ title: String) throws -> ChangeTicket {
    try edit { $0.set("tasks", TestHub.dishes, "title", .text(title)) }
  }

  /// Counts a vote for the task that every household has.
  @discardableResult
  func vote(_ count: Int64 = 1) throws -> ChangeTicket {
    try edit { $0.increment("tasks", TestHub.dishes, "votes", by: count) }
  }
}

/// Copies a replica that nobody has open, with its log.
func copyReplica(from source: String, to destination: String) throws {
  for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: source + suffix) {
    try FileManager.default.copyItem(atPath: source + suffix, toPath: destination + suffix)
  }
}
