package import HearthModel
package import HearthPack

/// Everything that a run depends on; the same plan gives the same run, byte for byte.
package struct SimulationPlan: Sendable {
  package let seed: UInt64
  package let pack: Pack
  /// The first household of these is in every run; others are it again under other ids.
  package let seedData: Seed
  package var households: Int
  package var devicesPerHousehold: Int
  package var steps: Int
  /// Steps between two quiet points.
  package var quietEvery: Int
  package var profile: Profile
  /// The faults of this run, and one fault step in how many steps.
  package var faults: Set<Fault>
  package var faultEvery: Int
  /// Steps that are left out, because the run is being made smaller.
  package var omitted: Set<Int> = []
  /// Devices that do nothing, for the same reason.
  package var omittedDevices: Set<Int> = []
}

/// What somebody asks of all runs; what is nil is drawn for each seed.
package struct SimulationWish: Sendable {
  package var households: Int?
  package var devices: Int?
  package var profile: Profile?
  package var faults: Set<Fault>?

  package init() {}
}

extension SimulationPlan {
  /// Draws the plan of a seed.
  package init(seed: UInt64, pack: Pack, seedData: Seed, wish: SimulationWish = SimulationWish()) {
    var dice = Dice(seed: seed, "plan")
    self.seed = seed
    self.pack = pack
    self.seedData = seedData
    households = wish.households ?? (dice.oneIn(4) ? 2 : 1)
    devicesPerHousehold = wish.devices ?? 2 + dice.below(4)
    profile = wish.profile ?? dice.pick(Profile.allCases)
    // Some steps make no change set, some several.
    steps = 300 + dice.below(400)
    quietEvery = 80 + dice.below(200)
    faults = wish.faults ?? Self.swarm(&dice)
    // Every other run keeps its clocks within hours, so that the rules' second implementation can follow.
    if wish.faults == nil, dice.oneIn(2) { faults.subtract(Self.disturbingTime) }
    faultEvery = 3 + dice.below(20)
  }

  /// Each fault is in half of the runs; one run in ten has none, so that nothing but concurrency is to blame there.
  private static func swarm(_ dice: inout Dice) -> Set<Fault> {
    if dice.oneIn(10) { return [] }
    return Set(Fault.allCases.filter { _ in dice.oneIn(2) })
  }

  private static let disturbingTime: Set<Fault> = [.clockYears, .clockBackwards, .clockSpeed, .deviceLapse]

  /// Whether every verdict is compared with FamQuest's rules, written down a second time. They know of no midnight and
  /// of no clock that is wrong by more than hours.
  var asksOracle: Bool { pack.name == "famquest" && faults.isDisjoint(with: Self.disturbingTime) }
}
