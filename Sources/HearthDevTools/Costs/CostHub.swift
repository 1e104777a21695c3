internal import HearthEngine
internal import HearthHub
internal import HearthModel
internal import HearthPack
internal import HearthProtocol
internal import HearthSQLite
internal import HearthTesting
internal import HearthWire

/// A hub without sockets and threads: frames come in, are decided, stored and answered in one call.
///
/// It does what the server's shell and its commit thread do, in the same order, so that what is counted is what a hub
/// spends. Its clock stands still until it is told, and its chance comes from a seed.
final class CostHub {
  typealias Frame = (connection: HubCore.ConnectionID, bytes: [UInt8])

  let store: SQLiteStore
  private(set) var now = Instant("2025-11-11T16:00:00Z")!
  private let pack: Pack
  let engine: Engine
  private let doorkeeper: Doorkeeper
  private var core = HubCore(limits: Limits())
  private var tickets: [HubCore.Ticket] = []
  private var written: [Frame] = []
  private var random = SeededGenerator(seed: 1)

  init(_ pack: Pack, in folder: String) throws {
    self.pack = pack
    engine = Engine(packs: [pack.name: pack]) { instant, _ in
      Day(rawValue: Int32(clamping: instant.milliseconds / 86_400_000))
    }
    doorkeeper = Doorkeeper(packs: engine.packs, limits: Limits())
    var options = SQLiteStore.Options()
    // The log is copied when its bytes are to be counted, and not now and then in between.
    options.checkpointPages = 1 << 30
    store = try SQLiteStore.open(at: folder, packs: engine.packs, options: options)
    try store.beginLife(Epoch(rawValue: random.next() | 1))
  }

  func found(_ household: Seed.Household) throws -> [Founding.NewDevice] {
    try Founding(engine: engine).found(
      household, app: pack.name, in: store, now: now, random: { random.next() },
      makeToken: { "token-\(random.next())" })
  }

  func wait(milliseconds: Int64) { now = Instant(milliseconds: now.milliseconds + milliseconds) }

  func open(_ connection: HubCore.ConnectionID) { core.opened(connection, now: now.milliseconds) }

  /// Takes frames in, and decides in one transaction what change sets they bring.
  func receive(_ frames: some Sequence<Frame>) throws {
    for frame in frames {
      try carryOut(core.received(frame.bytes, .binary, from: frame.connection, now: now.milliseconds))
    }
    if !tickets.isEmpty { try decide() }
  }

  /// What was written to connections since it was asked last.
  func takeWritten() -> [Frame] {
    defer { written.removeAll(keepingCapacity: true) }
    return written
  }

  private func carryOut(_ effects: [HubCore.Effect]) throws {
    for effect in effects {
      switch effect {
      case .write(let connection, let bytes, _): written.append((connection, bytes))
      case .admit(let connection, let hello):
        let circumstances = Doorkeeper.Circumstances(session: connection.rawValue, now: now.milliseconds)
        try carryOut(core.admitted(connection, doorkeeper.admit(hello, store, circumstances)))
      case .read(let connection, let request): try carryOut(core.read(connection, request.page(from: store)))
      case .submit(let submitted): tickets += submitted
      case .inquire: throw CostFault("A device said what no workload is about.")
      case .acknowledge: break
      case .close: throw CostFault("The hub closed a connection.")
      case .note: break
      }
    }
  }

  private func decide() throws {
    var batch: DecidedBatch?
    try store.commit { reader in
      let decided = try engine.decide(tickets.map(\.submission), reader: reader, now: now)
      batch = decided
      return decided.commit
    }
    guard let batch else { return }
    let decided = Array(zip(tickets, batch.results).map { (ticket: $0, result: $1) })
    tickets.removeAll(keepingCapacity: true)
    try carryOut(core.decided(decided, announcements: batch.announcements))
    try store.tidy()
  }
}
