import HearthModel
import HearthPack
import HearthReplica
import HearthScenario
import HearthSimulator
import HearthTesting
import Testing

/// The same traps with devices whose connections come and go, and who say again what they have said.
struct ReconnectTests {
  /// A device and what it does without a connection.
  private struct Doer {
    let device: String
    let member: String
    let draft: Draft
  }

  private func expect(_ isSo: Bool, _ what: String) throws {
    if !isSo { throw Household.Failure(what) }
  }

  private func interleave(_ doers: [Doer], _ end: (Household) throws -> Void) throws {
    for seed in 0..<max(InterleavingTests.count / 10, 1) {
      let household = try Household(seed: seed)
      do {
        try run(doers, household, seed)
        try household.check()
        try DeviceViews.check(household, doers.map(\.device))
        try end(household)
      } catch {
        Issue.record("seed \(seed): \(error)\n\(household.story.joined(separator: "\n"))")
        return
      }
    }
  }

  private func run(_ doers: [Doer], _ household: Household, _ seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    for doer in doers {
      try household.addDevice(doer.device, doer.member)
      try household.connect(doer.device)
      try household.disconnect(doer.device)
    }
    for doer in doers.shuffled(using: &random) {
      household.world.advance(by: Int64(random.below(90)) * 1000)
      try household.commit(doer.draft, on: doer.device)
    }
    for _ in 0..<4 + random.below(10) {
      let device = random.pick(doers).device
      switch random.below(5) {
      case 0: try household.world.cut(device)
      case 1: try household.world.disconnect(device)
      case 2: try household.world.resendNow(device)
      default: try household.world.connect(device)
      }
      if !random.oneIn(3) { try household.world.settle() }
    }
    for doer in doers { try household.connect(doer.device) }
    for doer in doers {
      for _ in 0..<5 { try household.world.resendNow(doer.device) }
      try household.world.settle()
    }
    try household.waitForAll(doers.map(\.device))
  }

  private func set(_ collection: String, _ record: String, _ field: String, _ value: Value) -> Draft {
    var draft = Draft()
    draft.set(collection, RecordID(name: record), field, value)
    return draft
  }

  private func value(_ household: Household, _ collection: String, _ record: String, _ field: String) throws -> Value {
    let picture = try HubPicture(household.world.store, household.id, household.pack)
    return picture.records[collection]?[RecordID(name: record)]?[field] ?? .null
  }

  @Test func doubleApproval_booksOnce() throws {
    let approval = set("tasks", "tidy-room", "status", .text("done"))
    let doers = ["phone", "laptop"].map { Doer(device: $0, member: "eva", draft: approval) }
    try interleave(doers) { household in
      try expect(value(household, "users", "luna", "points_balance") == .int(10), "ten points, once")
    }
  }

  @Test func doubleCompletion_countsOneDay() throws {
    let completion = set("tasks", "dishes", "status", .text("done"))
    let doers = ["phone", "tablet"].map { Doer(device: $0, member: "sam", draft: completion) }
    try interleave(doers) { household in
      try expect(value(household, "users", "sam", "points_balance") == .int(104), "twenty points, once")
      let streaks = household.oracle.visible("user_streaks").map { Oracle.Key("user_streaks", $0) }
      let sams = streaks.first { household.oracle.shown($0, "user_id") == .id(RecordID(name: "sam")) }
      try expect(sams.map { household.oracle.shown($0, "current_streak") } == .int(8), "eight days in a row")
    }
  }

  @Test func twoPurchases_neverOverspend() throws {
    let buy = { (device: String, record: String, reward: String, cost: Int64) in
      var draft = Draft()
      draft.create(
        "points_ledger", RecordID(name: record),
        [
          ("user_id", .id(RecordID(name: "sam"))), ("delta", .int(-cost)), ("kind", .text("spend")),
          ("reward_id", .id(RecordID(name: reward))),
        ])
      return Doer(device: device, member: "sam", draft: draft)
    }
    try interleave([buy("phone", "n1", "later-bedtime", 60), buy("tablet", "n2", "movie-night", 50)]) { household in
      let left = try value(household, "users", "sam", "points_balance")
      try expect(left == .int(24) || left == .int(34), "what is left is \(left.brief)")
      try expect(household.codes == ["insufficientBalance": 1], "one purchase is refused: \(household.codes)")
    }
  }

  @Test func twoClaims_haveOneWinner() throws {
    let doers = ["noah", "luna"].map {
      Doer(device: $0, member: $0, draft: set("tasks", "water-plants", "claimed_by", .id(RecordID(name: $0))))
    }
    try interleave(doers) { household in
      let winner = try value(household, "tasks", "water-plants", "claimed_by")
      try expect(value(household, "tasks", "water-plants", "assignees") == .list([winner]), "the winner is assigned")
      try expect(household.codes == ["alreadyClaimed": 1], "one claim is refused: \(household.codes)")
    }
  }

  // MARK: Increments

  private static let tallyPack = """
    pack: tally
    version: 1
    language: 1
    household: homes
    members: people
    zone: household.time_zone
    roles: { field: role, ranked: [parent, child] }
    collections:
      homes:
        fields: { time_zone: "zone = Europe/Amsterdam" }
        access: { read: { parent: all, child: all } }
      people:
        fields: { home_id: "ref homes = household, immutable, cascade", role: "enum(parent, child)" }
        access: { read: { parent: all, child: all } }
      tallies:
        fields: { home_id: "ref homes = household, immutable, cascade", sum: "int = 0, counter" }
        access: { read: { parent: all, child: all }, update: { parent: all, child: all } }
    """

  private static let tallySeed = """
    app: tally
    households:
      - label: Home
        id: home
        devices: []
        records:
          homes: [ { id: home } ]
          people: [ { id: ann, role: parent }, { id: ben, role: child } ]
          tallies: [ { id: steps } ]
    """

  @Test func increment_countsOnce_howeverOftenItIsSaid() throws {
    let pack = try PackLoader.load(Self.tallyPack, file: "tally.yaml")
    let seed = try SeedLoader.load(Self.tallySeed, file: "tally-seed.yaml", pack: pack).households[0]
    for number in 0..<InterleavingTests.count {
      let world = InProcessWorld(pack: pack, seed: UInt64(number), dayInZone: Household.dayInZone)
      _ = try world.found(seed)
      var random = SeededGenerator(seed: UInt64(number))
      let devices = [("a", "ann"), ("b", "ben"), ("c", "ben")]
      for (device, member) in devices {
        try world.addDevice(device, member: RecordID(name: member), household: seed.id)
        try world.connect(device)
      }
      try world.settle()
      let sum = try count(in: world, devices.map(\.0), &random)
      let tallies = pack.collection(named: "tallies")!
      for (device, _) in devices {
        let record = try world.view(device, ReplicaKey(tallies.number, RecordID(name: "steps")))
        #expect(record?[tallies.field(named: "sum")!] == .int(sum), "\(device), seed \(number)")
      }
    }
  }

  /// Lets devices count while connections come and go.
  ///
  /// - Returns: the sum of all increments.
  private func count(in world: InProcessWorld, _ devices: [String], _ random: inout SeededGenerator) throws -> Int64 {
    var sum: Int64 = 0
    for _ in 0..<12 {
      let device = random.pick(devices)
      switch random.below(8) {
      case 0: try world.cut(device)
      case 1: try world.disconnect(device)
      case 2: try world.connect(device)
      case 3: for _ in 0..<5 { try world.resendNow(device) }
      case 4:
        try world.cut(device)
        try world.reload(device)
      default:
        let increment = Int64(random.below(9)) - 3
        var draft = Draft()
        draft.increment("tallies", RecordID(name: "steps"), "sum", by: increment)
        _ = try world.commit(draft, on: device)
        sum += increment
      }
      if random.oneIn(2) { try world.settle() }
    }
    for device in devices {
      try world.connect(device)
      try world.settle()
      for _ in 0..<5 { try world.resendNow(device) }
      try world.settle()
    }
    return sum
  }
}
