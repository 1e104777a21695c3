import HearthModel
import HearthPack
import HearthProtocol
import HearthReplica
import HearthScenario
import HearthWire
import Testing

/// What a member may not see does not leave the hub: every byte of every message to every device, in every scenario.
@Suite("The scenarios' bytes")
struct ScenarioByteTests {
  private static let day: @Sendable (Instant, String) -> Day? = { instant, _ in
    Day(rawValue: Int32(instant.milliseconds / 86_400_000))
  }

  /// A household of FamQuest in which each member has a device that is always there and hears everything.
  private struct Home {
    let world: InProcessWorld
    let household: Seed.Household
    let listeners: [Seed.Device]
    let eavesdropper: Eavesdropper

    init(_ scenario: Scenario, _ form: WireCodec.Form) throws {
      world = InProcessWorld(pack: FamQuest.pack, form: form, dayInZone: ScenarioByteTests.day)
      household = try #require(FamQuest.seed.households.first { $0.id == scenario.household })
      _ = try world.found(household)
      let users = FamQuest.pack.collection(named: "users")!.number
      listeners = household.records.filter { $0.collection == users }
        .map { Seed.Device(name: "listener-\(FamQuest.seed.names[$0.id]!)", member: $0.id) }
      eavesdropper = try Eavesdropper(world, household.id, scenario)
      for device in scenario.devices + listeners { try add(device) }
      for device in listeners { try world.connect(device.name) }
      try world.settle()
    }

    func add(_ device: Seed.Device) throws {
      try world.addDevice(device.name, member: device.member, household: household.id)
      eavesdropper.listen(device.name, device.member)
    }
  }

  private static func scenario(_ file: String) throws -> Scenario {
    try ScenarioLoader.load(
      FamQuest.text("scenarios/\(file)"), file: file, pack: FamQuest.pack, seed: FamQuest.seed)
  }

  /// Every other scenario runs with messages as text.
  @Test(arguments: zip(FixtureScenarioTests.files, FixtureScenarioTests.files.indices))
  func `no message tells a device what its member may not see`(_ file: String, _ place: Int) async throws {
    let scenario = try Self.scenario(file)
    let home = try Home(scenario, place.isMultiple(of: 2) ? .binary : .text)
    var runner = ScenarioRunner(scenario, pack: FamQuest.pack, world: home.world) { 0 }
    let failure = await runner.run { _ in }.failure
    #expect(failure == nil, "\(failure?.step.text ?? "")")
    try comeLate(home)
    try askAll(home, scenario)
    let leaks = home.eavesdropper.leaks.sorted()
    #expect(leaks.isEmpty, "\(leaks.prefix(9).joined(separator: "\n"))")
    // Parents may see nearly everything.
    let counts = home.listeners.map { home.eavesdropper.secretCount($0.name) }
    #expect(counts.allSatisfy { $0 > 5 } && counts.reduce(0, +) > 30, "there is little to hide: \(counts)")
  }

  @Test(arguments: [WireCodec.Form.binary, .text])
  func `what a parent reads would be found in a message to others`(_ form: WireCodec.Form) throws {
    let home = try Home(try Self.scenario("d05-secrets-stay-at-the-hub.yaml"), form)
    var heard: [String: [UInt8]] = [:]
    let listen = home.world.heard
    home.world.heard = { device, message in
      heard[device, default: []] += message
      listen?(device, message)
    }
    try comeLate(home)
    #expect(home.eavesdropper.leaks.isEmpty)
    let toParent = try #require(heard["late-listener-eva"])
    for device in ["listener-sam", "listener-noah", "listener-mira"] { listen?(device, toParent) }
    let leaks = home.eavesdropper.leaks
    for (device, word) in [
      ("listener-sam", "mira@famquest.dev"), ("listener-noah", "sam@famquest.dev"),
      ("listener-mira", "Half uur schermtijd"),
    ] {
      #expect(leaks.contains { $0.hasPrefix("\(device) reads") && $0.contains(word) }, "\(device)")
    }
    #expect(leaks.contains { $0.hasPrefix("listener-mira reads id") })
  }

  /// New devices take the whole household.
  private func comeLate(_ home: Home) throws {
    for device in home.listeners {
      let late = Seed.Device(name: "late-\(device.name)", member: device.member)
      try home.add(late)
      try home.world.connect(late.name)
    }
    try home.world.settle()
  }

  /// Everybody asks for everything that the scenario was about, and for what is nobody's business.
  private func askAll(_ home: Home, _ scenario: Scenario) throws {
    let pack = FamQuest.pack
    let subjects = Set(
      scenario.written.compactMap { _, change in
        change.record.flatMap { id in pack.collection(named: change.collection).map { ReplicaKey($0.number, id) } }
      })
    for device in home.listeners where try home.world.condition(device.name) == .live {
      for subject in [Inquiry.Subject.conflicts, .deleted]
        + subjects.flatMap({ key in
          [.explain(key.collection, key.record, nil), .history(key.collection, key.record)]
        })
      {
        _ = try home.world.ask(Inquiry(subject), on: device.name)
      }
    }
  }
}
