import HearthMemory
import HearthModel
import HearthReplica
import HearthScenario

/// A random history: what people do, and what happens to connections, phones and the hub in the meantime.
///
/// Each seed leaves some of it out altogether, so that no kind of trouble hides another.
struct Chaos {
  /// What may happen in this history.
  struct Mix {
    var cuts: Bool
    /// Connections that are dead for the phone and not yet for the hub.
    var halfOpenConnections: Bool
    var restarts: Bool
    var hubRestarts: Bool
    /// The hub is put back to a backup, and its household gets a new epoch, as the restore command gives it.
    var hubRestores = false
    /// A phone is put back to a backup of its own.
    var phoneRestores = false
    var clocks: Bool

    init(_ random: inout SplitMix64) {
      cuts = random.chance(2, in: 3)
      halfOpenConnections = random.chance(1, in: 2)
      restarts = random.chance(1, in: 2)
      hubRestarts = random.chance(1, in: 3)
      clocks = random.chance(1, in: 2)
    }
  }

  let lab: Lab
  var mix: Mix
  var maker: DraftMaker
  private var random: SplitMix64
  private var hubBackup: MemoryStore?
  private var phoneBackups: [String: MemoryReplica] = [:]

  init(_ lab: Lab, seed: UInt64) {
    self.lab = lab
    random = SplitMix64(seed: seed)
    mix = Mix(&random)
    maker = DraftMaker(lab.pack)
    maker.deletes = random.chance(1, in: 2)
  }

  /// Lets so many things happen.
  mutating func run(_ steps: Int) throws {
    for _ in 0..<steps { try step() }
  }

  private mutating func step() throws {
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<58: try move()
    case 58..<80: try edit()
    case 80..<87: try lab.connect(random.pick(lab.phones))
    case 87..<89: try lab.disconnect(random.pick(lab.phones))
    case 89..<92: try wait()
    case 92..<95: if mix.cuts { try cut() }
    case 95..<97: if mix.restarts { try lab.restart(random.pick(lab.phones)) }
    case 97: if mix.hubRestarts { try lab.restartHub() }
    case 98: if mix.hubRestores { try backUpOrRestoreHub() }
    default: if mix.phoneRestores { try backUpOrRestorePhone() }
    }
  }

  /// Carries one message that is on its way, or decides what was submitted.
  private mutating func move() throws {
    let busy = lab.busy
    let count = busy.toHub.count + busy.toPhone.count + (lab.submitted.isEmpty ? 0 : 1)
    guard count > 0 else { return }
    let choice = Int.random(in: 0..<count, using: &random)
    if choice < busy.toHub.count {
      try lab.deliverToHub(busy.toHub[choice])
    } else if choice < busy.toHub.count + busy.toPhone.count {
      try lab.deliverToPhone(busy.toPhone[choice - busy.toHub.count])
    } else {
      try lab.decide(Int.random(in: 1...3, using: &random))
    }
  }

  private mutating func edit() throws {
    let phone = random.pick(lab.phones)
    let draft = try maker.draft(&random) { try phone.core.replica.view(of: $0, phone.storage) }
    do {
      if !draft.isEmpty { try lab.commit(draft, on: phone) }
    } catch let rejection as Rejection {
      // The draft contradicts what its phone shows by now, as an edit below a record that it also hides.
      lab.note("\(phone.name) refuses: \(rejection.message)")
    }
  }

  private mutating func wait() throws {
    if mix.clocks, random.chance(1, in: 2) {
      random.pick(lab.phones).skew = Int64.random(in: -7_200_000...7_200_000, using: &random)
    }
    try lab.advance(by: random.pick([1, 700, 20_000, 90_000]))
  }

  private mutating func cut() throws {
    if mix.halfOpenConnections, let connection = lab.halfOpen.first, random.chance(1, in: 2) {
      return lab.hubNotices(connection)
    }
    let hubNotices = !mix.halfOpenConnections || random.chance(1, in: 2)
    try lab.cut(random.pick(lab.phones), losing: random.chance(1, in: 2) || hubNotices, hubNotices: hubNotices)
  }

  private mutating func backUpOrRestoreHub() throws {
    guard let backup = hubBackup, random.chance(1, in: 2) else {
      hubBackup = lab.store.copy()
      return
    }
    try lab.restartHub(with: backup)
  }

  private mutating func backUpOrRestorePhone() throws {
    let phone = random.pick(lab.phones)
    guard let backup = phoneBackups[phone.name], random.chance(1, in: 2) else {
      phoneBackups[phone.name] = phone.storage.copy()
      return
    }
    try lab.restore(phone, from: backup)
  }
}
