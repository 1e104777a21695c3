internal import HearthEngine
internal import HearthHub
internal import HearthMemory
package import HearthModel
internal import HearthPack
internal import HearthProtocol
internal import HearthReplica
internal import HearthWire

/// One run: a hub and the devices of its households on a virtual clock, network and disk, in one thread, driven by one
/// seed. The engine, the session machines, the wire's bytes and the device library's core are those that ship.
package final class Simulation {
  package let plan: SimulationPlan
  let pack: Pack
  let engine: Engine
  let limits: Limits
  let doorkeeper: Doorkeeper
  let pageBytes: Int
  let outboundBytesMax: Int
  var agenda = Agenda()
  let deflater = Deflater()
  /// The true time in milliseconds since 1970; nobody in the run knows it.
  var now: Int64
  var trace: Trace
  var hub: HubProcess
  var households: [SimulatedHousehold] = []
  var devices: [SimulatedDevice] = []
  var nextLine: UInt64 = 1
  /// Chance of the network and of the machines.
  var noise: Dice
  var watch: Watch
  /// By role.
  var rights: [String: RoleRights] = [:]
  /// Whether the world behaves, because everybody is to come to rest.
  var isCalm = false
  /// Faults that happened, counted.
  var faults: [Fault: Int] = [:]
  /// The step at hand; for the trace.
  var step = 0
  var made = 0

  static let start = Instant("2025-11-11T08:00:00Z")!.milliseconds

  /// - Parameter keepsLines: whether what happens is written down for people.
  package init(
    _ plan: SimulationPlan, keepsLines: Bool = false, dayInZone: @escaping @Sendable (Instant, String) -> Day?
  ) throws {
    self.plan = plan
    pack = plan.pack
    engine = Engine(packs: [plan.pack.name: plan.pack], dayInZone: dayInZone)
    var dice = Dice(seed: plan.seed, "world")
    var limits = Limits()
    limits.pushWindow = UInt32(dice.pick([2, 8, 64, 256]))
    self.limits = limits
    doorkeeper = Doorkeeper(packs: [plan.pack.name: plan.pack], limits: limits)
    pageBytes = dice.pick([300, 2000, 20_000, Limits.pageBytes])
    outboundBytesMax = dice.pick([8 << 10, 64 << 10, 1 << 20])
    now = Self.start
    trace = Trace(keepsLines: keepsLines)
    noise = Dice(seed: plan.seed, "noise")
    hub = HubProcess(limits: limits, store: MemoryStore(), batchMax: dice.pick([1, 4, 512]))
    watch = Watch(plan.pack, asksOracle: plan.asksOracle)
    try found()
  }

  private func found() throws {
    var dice = Dice(seed: plan.seed, "households")
    for number in 0..<plan.households {
      let seed =
        number == 0
        ? plan.seedData.households[0]
        : plan.seedData.renamed(pack) { RecordID(high: dice.next(), low: dice.next()) }.households[0]
      _ = try Founding(engine: engine).found(
        seed, app: pack.name, in: hub.store, now: Instant(milliseconds: now), random: { dice.next() },
        makeToken: { "unused-\(dice.next())" })
      households.append(SimulatedHousehold(id: seed.id, members: members(of: seed)))
      try watch.founded(seed.id, in: hub.store)
      for _ in 0..<plan.devicesPerHousehold { try addDevice(to: number, &dice) }
    }
    try hubStarts()
  }

  private func members(of seed: Seed.Household) -> [RecordID] {
    seed.records.filter { $0.collection == pack.memberCollection }.map(\.id)
  }

  @discardableResult
  func addDevice(to household: Int, member: RecordID? = nil, _ dice: inout Dice) throws -> SimulatedDevice {
    let home = households[household]
    let member = member ?? dice.pick(home.members)
    let index = devices.count
    let token = "token-\(index)-\(dice.next())"
    _ = try Founding(engine: engine).addDevice(
      Seed.Device(name: "device-\(index)", member: member), to: home.id, in: hub.store, random: { dice.next() },
      token: token)
    let storage = MemoryReplica(
      identity: ReplicaIdentity(incarnation: dice.next() | 1, household: home.id, member: member))
    let device = SimulatedDevice(
      index: index, name: "device-\(index)", household: household, member: member, token: token,
      disk: DeviceDisk(storage), clock: DeviceClock(time: now, ahead: dice.within(-2000...2000)),
      random: Dice(seed: plan.seed, "device", UInt64(index)))
    device.start(pack)
    devices.append(device)
    return device
  }

  // MARK: The run

  /// Runs the plan to its end.
  ///
  /// - Throws: ``Violation`` for the first promise that was not kept.
  package func run() throws {
    do {
      for number in 0..<plan.steps {
        step = number
        var dice = Dice(seed: plan.seed, "step", UInt64(number))
        try pump(until: now + plan.profile.gap(&dice))
        if !plan.omitted.contains(number) { try perform(&dice) }
        if (number + 1) % plan.quietEvery == 0 { try rest() }
      }
      try rest()
    } catch let violation as Violation {
      trace.note(now, "VIOLATED \(violation)")
      throw violation
    } catch {
      throw Violation(.noTrap, "step \(step)", "\(error)")
    }
  }

  /// Lets everything happen that is due.
  func pump(until time: Int64) throws {
    while let next = agenda.next, next <= time {
      guard let (due, event) = agenda.take() else { break }
      now = max(now, due)
      try handle(event)
    }
    now = max(now, time)
  }

  private func handle(_ event: Agenda.Event) throws {
    switch event {
    case .opens(let device, let attempt): try lineOpens(devices[device], attempt)
    case .bytesToHub(let line, let bytes): try arriveAtHub(line, bytes)
    case .bytesToDevice(let line, let bytes): try arriveAtDevice(line, bytes)
    case .hubLearnsOfEnd(let line): hubLearnsOfEnd(line)
    case .deviceLearnsOfEnd(let line): try deviceLearnsOfEnd(line)
    case .wake(let device): try wake(devices[device])
    case .deviceStarts(let device): try deviceStarts(devices[device])
    case .hubTicks(let life): try hubTicks(life)
    case .hubWorks(let life): try hubWorks(life)
    case .hubReads(let line, let request): try hubReads(line, request)
    case .hubHasRead(let line, let page): try hubHasRead(line, page)
    case .hubSynced(let life): try hubSynced(life)
    case .hubStarts(let life): if hub.life == life, !hub.isRunning { try hubStarts() }
    case .diskMends: hub.diskIsFull = false
    }
  }
}

/// A household of a run.
struct SimulatedHousehold {
  let id: HouseholdID
  let members: [RecordID]
}

/// The hub's process and what it stands on.
struct HubProcess {
  /// What the disk holds for good.
  var store: MemoryStore
  var core: HubCore
  var isRunning = false
  /// Grows with each start, so that what an earlier process arranged means nothing.
  var life = 0
  var lines: [HubCore.ConnectionID: Line] = [:]
  /// The work of the commit thread.
  var admissions: [(Line, Hello)] = []
  var tickets: [HubCore.Ticket] = []
  var isBusy = false
  /// What has been written and not yet synced.
  var pending: PendingCommit?
  let batchMax: Int
  /// Faults of its disk.
  var diskIsFull = false
  var diskFails = false
  var syncMilliseconds: ClosedRange<Int64> = 0...4
  /// The hub's clock against the true time.
  var ahead: Int64 = 0
  /// A copy of the database with what was known of it, to be put back later.
  var backup: (store: MemoryStore, watch: Watch.Memory)?
  var turned: [HouseholdID: Day] = [:]
  var wasPutBack = false
  /// When it looks next after those who are silent.
  var ticksAt: Int64 = 0

  init(limits: Limits, store: MemoryStore, batchMax: Int) {
    self.store = store
    self.batchMax = batchMax
    core = HubCore(limits: limits)
  }
}

/// A commit on its way to the disk.
struct PendingCommit {
  let store: MemoryStore
  let batch: DecidedBatch
  let tickets: [HubCore.Ticket]
}
