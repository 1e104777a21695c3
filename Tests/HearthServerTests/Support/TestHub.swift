import Foundation
import HearthEngine
import HearthHub
import HearthMemory
import HearthModel
import HearthPack
import HearthServer
import HearthTesting
import HearthTransport
import Logging
import Synchronization

/// A hub on ports of its own, with Eva's and Mark's families.
final class TestHub: Sendable {
  let addresses: HubServer.Addresses
  let server: HubServer
  let store: any Store
  let households: [Seed.Household]
  private let tokens: [String: String]
  private let faultBox: Box<[StoreFault]>

  static let adminToken = "admin-token-of-the-tests"

  /// The faults for which the process would have ended.
  var failures: [StoreFault] { faultBox.value }

  private init(
    _ configuration: ServerConfiguration, _ store: any Store, _ households: [Seed.Household], _ log: LogCapture?,
    _ engine: Engine
  ) async throws {
    let faultBox = Box<[StoreFault]>([])
    var tokens: [String: String] = [:]
    for household in households { tokens.merge(try Self.found(household, in: store, engine: engine)) { $1 } }
    let logger = Logger(label: "test") { _ in log ?? SwiftLogNoOpLogHandler() as any LogHandler }
    server = HubServer(
      configuration: configuration, engine: engine, store: store, adminToken: Self.adminToken, logger: logger
    ) { fault in faultBox.change { $0.append(fault) } }
    (self.store, self.households, self.tokens, self.faultBox) = (store, households, tokens, faultBox)
    addresses = try await server.start()
  }

  /// Founds a household unless the store has it; gives the tokens of its devices, which follow from their names.
  static func found(
    _ household: Seed.Household, in store: any Store, now: Instant = .wall, engine: Engine = Fixture.engine
  ) throws -> [String: String] {
    var names = household.devices.map(\.name)[...]
    let tokens = Dictionary(uniqueKeysWithValues: names.map { ($0, "token-of-\($0)") })
    guard try !store.households().contains(where: { $0.id == household.id }) else { return tokens }
    var random = SeededGenerator(seed: household.id.record.low)
    _ = try Founding(engine: engine).found(
      household, app: Fixture.famquest.name, in: store, now: now, random: { random.next() },
      makeToken: { "token-of-\(names.removeFirst())" })
    return tokens
  }

  /// Runs a body with a hub, which has stopped when this returns.
  static func running<Result>(
    _ households: [Seed.Household] = [Fixture.eva, Fixture.mark], store: (any Store)? = nil,
    log: LogCapture? = nil, engine: Engine = Fixture.engine, configure: (inout ServerConfiguration) -> Void = { _ in },
    _ body: (TestHub) async throws -> Result
  ) async throws -> Result {
    var configuration = ServerConfiguration()
    (configuration.tcpPort, configuration.httpPort) = (0, 0)
    configuration.drainSeconds = 1
    // The households are founded on a day of their own.
    configuration.turnsDays = false
    configure(&configuration)
    let hub = try await TestHub(configuration, store ?? MemoryStore(), households, log, engine)
    do {
      let result = try await body(hub)
      try await hub.stop()
      return result
    } catch {
      if let store = hub.store as? StoreDouble { store.release() }
      try? await hub.stop()
      throw error
    }
  }

  private let stopping = Box(false)

  /// Stops the hub; harmless when it has stopped.
  func stop() async throws {
    let isFirst = stopping.change { isStopping in
      defer { isStopping = true }
      return !isStopping
    }
    if isFirst { try await server.stop() }
  }

  func token(_ device: String) -> String { tokens[device]! }

  func member(_ device: String) -> RecordID {
    households.flatMap(\.devices).first { $0.name == device }!.member
  }

  func household(of device: String) -> Seed.Household {
    households.first { $0.devices.contains { $0.name == device } }!
  }

  /// A device that has caught up.
  func live(
    _ device: String, over wire: Wire = .tcp, incarnation: UInt64 = 1, cursor: Cursor = .start,
    receiveBuffer: Int32? = nil
  ) async throws -> Peer {
    let peer = try await Peer(self, over: wire, receiveBuffer: receiveBuffer)
    try await peer.signIn(Peer.hello(token(device), incarnation: incarnation, cursor: cursor))
    return peer
  }

  /// An answer of the HTTP port.
  func http(
    _ path: String, method: String = "GET", token: String? = nil, body: [UInt8] = []
  ) async throws -> (status: UInt, text: String) {
    let answer = try await HubHTTP.request(method, addresses.http, path: path, token: token, body: body)
    return (answer.status, String(decoding: answer.body, as: UTF8.self))
  }

  /// A number of /metrics; nil when it is not there.
  func metric(_ name: String) async throws -> Double? {
    let line = try await http("/metrics").text.split(separator: "\n").first { $0.hasPrefix(name + " ") }
    return line.flatMap { Double($0.dropFirst(name.count + 1)) }
  }

  /// The canonical title of a task of Eva's family.
  func title(of task: String, in household: Seed.Household = Fixture.eva) throws -> String? {
    try store.value(household.id, Fixture.famquest, "tasks", RecordID(name: task), "title")?.text
  }
}

/// A value behind a lock.
final class Box<Value: Sendable>: Sendable {
  private let mutex: Mutex<Value>

  init(_ value: Value) {
    mutex = Mutex(value)
  }

  var value: Value { mutex.withLock { $0 } }

  @discardableResult
  func change<Result: Sendable>(_ body: (inout Value) -> Result) -> Result {
    mutex.withLock { value in body(&value) }
  }
}
