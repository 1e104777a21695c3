internal import Foundation
internal import HearthConsole
internal import HearthDevice
internal import HearthModel
internal import HearthPack
internal import HearthReplica
internal import HearthScenario

/// A device that obeys typed commands.
final class DeviceSession {
  let device: Device
  let pack: Pack
  let name: String
  let output: Output
  let clock: AdjustableClock
  /// Readable names for ids, from the app's seed and from what was typed.
  private(set) var names: [RecordID: String]

  /// How long `sync` and the end of a script wait.
  static let patience = Duration.seconds(15)

  init(
    credential: CredentialFile, library: PackLibrary, hub: String?, folder: String, clock: AdjustableClock,
    readableFrames: Bool, output: Output, replica: String? = nil
  ) throws {
    pack = try library.pack(credential.app)
    name = credential.name
    self.output = output
    self.clock = clock
    names = try library.seed(credential.app)?.names ?? [:]
    guard let household = RecordID(credential.household), let member = RecordID(credential.member) else {
      throw CommandFailure(
        .wrongCredential, "The credential of `\(credential.name)` has no UUIDs. Make a new one.")
    }
    var configuration = DeviceConfiguration(
      hub: hub ?? credential.hub, token: credential.token, household: HouseholdID(household), member: member,
      pack: pack,
      path: URL(filePath: folder).appending(path: replica ?? credential.replicaFile).path)
    configuration.software = "hearth-device-cli/\(Hearth.version)"
    configuration.usesReadableFrames = readableFrames
    configuration.clock = { clock.now }
    do {
      device = try Device(configuration)
    } catch {
      throw CommandFailure(numbered: error.description, exitCode: 2)
    }
  }

  // MARK: Running

  func goOnline() async {
    await device.connect()
    await waitUntilLive(Duration.seconds(5))
  }

  func runInteractively() async {
    output.line("\(output.styled(name, .name)): type `help` for the commands, `quit` to end.")
    await printStatus()
    while let line = prompt() {
      guard await obey(ScriptLine(place: "", text: line)) != .quit else { return }
    }
  }

  private func prompt() -> String? {
    output.text("\(name)> ")
    return readLine()
  }

  /// Runs commands until one fails; then waits until the hub has decided what was made, when there is a connection.
  func runScript(_ lines: [ScriptLine]) async throws {
    for line in lines {
      switch await obey(line) {
      case .done: continue
      case .quit: return
      case .failed(let message): throw CommandFailure(line.place, message)
      }
    }
    if let status = try? await device.status(), status.link == .live {
      try? await device.waitUntilSynced(timeout: Self.patience)
    }
  }

  func end() async {
    await device.disconnect()
  }

  enum Obedience: Equatable {
    case done
    case quit
    case failed(String)
  }

  private func obey(_ line: ScriptLine) async -> Obedience {
    do {
      let words = try CommandWords.split(line.text)
      guard let verb = words.first else { return .done }
      if verb == "quit" || verb == "exit" { return .quit }
      try await DeviceVerbs(session: self).obey(verb, Array(words.dropFirst()))
      return .done
    } catch {
      let message = Self.message(error)
      if !line.place.isEmpty { return .failed(message) }
      output.line(output.styled(message, .bad))
      return .failed(message)
    }
  }

  static func message(_ error: any Error) -> String {
    switch error {
    case let fault as CommandWords.Fault: CommandFailure(.quoting, fault.message).text
    case let rejection as Rejection: "E\(rejection.code.rawValue) \(rejection.code.name): \(rejection.message)"
    case let failure as CommandFailure: failure.text
    default: "\(error)"
    }
  }

  // MARK: Shared with the verbs

  func waitUntilLive(_ patience: Duration) async {
    let deadline = ContinuousClock.now + patience
    while ContinuousClock.now < deadline {
      guard let link = try? await device.status().link else { return }
      switch link {
      case .live, .refused, .offline: return
      case .waiting: return
      case .connecting, .catchingUp: try? await Task.sleep(for: .milliseconds(5))
      }
    }
  }

  func printStatus() async {
    guard let status = try? await device.status() else { return }
    output.line(StatusText(status, clock: clock.now).line(output.terminal))
  }

  func note(_ name: String, for id: RecordID) {
    names[id] = name
  }

  /// An id as people read it: its name, or the first eight digits.
  func shortName(_ id: RecordID) -> String {
    names[id] ?? String(id.description.prefix(8))
  }

  /// A value as people read it.
  func text(_ value: Value) -> String {
    switch value {
    case .null: ""
    case .id(let id): shortName(id)
    case .list(let values): values.map { text($0) }.sorted().joined(separator: ", ")
    default: value.description
    }
  }

  /// Words for who wrote what, as this device knows it.
  func explanation() async -> Explanation {
    let replica = await device.replica
    var authors = [ReplicaNumber: String]()
    for number in Array(replica.roster.keys) + [replica.identity.replica].compactMap({ $0 }) {
      authors[number] = await authorName(number)
    }
    let (known, shown) = (authors, names)
    return Explanation(
      pack: pack, nameOf: { number in known[number] ?? (number == .hub ? "the hub" : "device \(number)") },
      text: { value in Self.text(value, shown) })
  }

  static func text(_ value: Value, _ names: [RecordID: String]) -> String {
    switch value {
    case .id(let id): names[id] ?? String(id.description.prefix(8))
    case .list(let values): values.map { text($0, names) }.joined(separator: ", ")
    default: value.description
    }
  }

  /// The member behind a replica number by name, else the device.
  func authorName(_ number: ReplicaNumber) async -> String {
    let author = await device.author(number)
    guard let member = author.member else { return author.device }
    if let name = names[member] { return name }
    return await displayName(member) ?? author.device
  }

  /// What a member is called: in the household, else by the seed.
  func memberName(_ member: RecordID) async -> String? {
    await displayName(member) ?? names[member]
  }

  private func displayName(_ member: RecordID) async -> String? {
    let members = pack.collection(pack.memberCollection)
    guard let members, let record = try? await device.record(members.name, member) else { return nil }
    let called = members.fields.first { $0.name.hasSuffix("name") && !$0.isNullable }
    return called.flatMap { record.content[$0].text }
  }
}

/// How a device is doing, on one line.
struct StatusText {
  let status: DeviceStatus
  let clock: Instant

  init(_ status: DeviceStatus, clock: Instant) {
    self.status = status
    self.clock = clock
  }

  func line(_ terminal: Terminal) -> String {
    var parts = [terminal.styled(link, style)]
    parts.append("revision \(status.revision)")
    if status.outboxCount > 0 {
      let seconds = status.oldestInOutbox.map { max(0, (clock.milliseconds - $0.milliseconds) / 1000) } ?? 0
      parts.append("outbox \(status.outboxCount) (oldest \(seconds) s)")
    } else {
      parts.append("outbox empty")
    }
    if status.rejectedCount > 0 { parts.append(terminal.styled("\(status.rejectedCount) rejected", .warning)) }
    if let fault = status.lastFault { parts.append(terminal.styled("E\(fault.number) \(fault.name)", .bad)) }
    if let need = status.need { parts.append(need) }
    return parts.joined(separator: " · ")
  }

  var link: String {
    switch status.link {
    case .offline: "offline"
    case .refused: "refused"
    case .waiting: "waiting"
    case .connecting: "connecting"
    case .catchingUp: "catching up"
    case .live: "online"
    }
  }

  private var style: Terminal.Style {
    switch status.link {
    case .live: .good
    case .refused: .bad
    case .offline, .waiting, .connecting, .catchingUp: .warning
    }
  }
}
