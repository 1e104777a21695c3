internal import HearthMemory
internal import HearthModel
internal import HearthProtocol
internal import HearthReplica
internal import HearthWire

/// A device of a run: the device library's core, its disk, its clock, and the person's wish to be connected.
final class SimulatedDevice {
  let index: Int
  let name: String
  let household: Int
  let member: RecordID
  let token: String
  let disk: DeviceDisk
  var clock: DeviceClock
  /// The running process; nil between a crash and the next start.
  var core: DeviceCore?
  var line: Line?
  /// Counts attempts to connect, so that an answer to an older one is known as such.
  var attempts = 0
  /// Whether the app wants a connection, and whether there is a network.
  var isWanted = false
  var hasNetwork = true
  /// Until when no connection can be made.
  var cutOffUntil: Int64 = 0
  /// When the earliest arranged wake comes; nil when none is.
  var wakesAt: Int64?
  /// What the next frames suffer.
  var duplicates = 0
  var corrupts = 0
  var truncates = 0
  /// Copies of the disk, as backups.
  var backups: [MemoryReplica] = []
  /// The household's member has another device instead, or the phone lies at the bottom of the sea.
  var isGone = false
  /// A stranger's hands are on it: what it shows and keeps is its own affair.
  var isHostile = false
  /// Authored change sets, by their content, that the disk has taken.
  var authored: [AuthoredKey: ChangeSet] = [:]
  /// Of these, what the device was told is taken in.
  var takenIn: Set<AuthoredKey> = []
  /// Whether another device began as a copy of its disk, or it as one.
  var wasCopied = false
  var random: Dice

  init(
    index: Int, name: String, household: Int, member: RecordID, token: String, disk: DeviceDisk, clock: DeviceClock,
    random: Dice
  ) {
    self.index = index
    self.name = name
    self.household = household
    self.member = member
    self.token = token
    self.disk = disk
    self.clock = clock
    self.random = random
  }

  /// Whether it takes part in what everybody has to agree on.
  var isHonest: Bool { !isGone && !isHostile }

  /// The device is told to forget the household: what the hub has taken in goes, what it has not stays.
  func forgetTakenIn() {
    authored = authored.filter { !takenIn.contains($0.key) }
  }

  /// The device is told what the hub has decided.
  func told(_ entries: [SettledEntry]) {
    for entry in entries where !entry.isRejected { takenIn.insert(AuthoredKey(entry.changeSet)) }
  }

  /// Bytes of frames from which they are deflated, by every second device and to it: few, since edits here are few too.
  static let deflatedBytes = 256

  /// Starts the process from what the disk holds.
  func start(_ pack: Pack) {
    core = DeviceCore(
      replica: disk.content.load(pack: pack), token: token, software: "hearth-simulator", form: .binary,
      deflatingFrom: index.isMultiple(of: 2) ? Self.deflatedBytes : nil)
    line = nil
    wakesAt = nil
    // A crash right behind the write that keeps an outcome, or that forgets.
    told(disk.content.settledEntries)
    if core?.replica.identity.cursor == .start { forgetTakenIn() }
  }

  func moment(at time: Int64) -> DeviceCore.Moment {
    DeviceCore.Moment(
      monotonic: time, clock: Instant(milliseconds: clock.shown(at: time)), random: random.next())
  }
}

/// What a change set is known by whatever number it gets: its stamp and its bytes.
struct AuthoredKey: Hashable {
  let bytes: [UInt8]

  init(_ changeSet: ChangeSet) {
    bytes = changeSet.contentBytes
  }
}
