import Foundation
import HearthDevice
import HearthModel
import HearthPack

/// Calls everything that docs/guides/device-library.md promises, with what a stranger can import. What does not compile
/// here has been taken from apps.
enum PublicSurface {
  static let schema = """
    pack: notes
    version: 1
    language: 1
    open: true
    household: homes
    members: people
    zone: household.zone
    roles: { ranked: [parent, child] }
    collections:
      homes: { fields: { zone: zone = UTC } }
      people:
        fields:
          role: enum(parent, child)
      notes:
        fields:
          text: text(200), guardian
          stars: int = 0, counter
          tags: set(text(20), 9) = {}
          style: json = {}
    """

  static func walk() async throws {
    checkSendable()
    let device = try Device(configuration())
    let states = try await device.observe("notes")
    let id = RecordID.random()
    let ticket = try await device.edit { draft in
      draft.create("notes", id, [("text", .text("Milk"))])
      draft.increment("notes", id, "stars", by: 2)
      draft.insert("notes", id, "tags", .text("shop"))
      draft.put("notes", id, "style", ["color"], .text("red"))
    }
    try await look(device, id, ticket)
    for try await notes in states {
      guard notes.map(\.id) == [id] else { throw Missing("the note") }
      break
    }
    try await change(device, id)
    await device.connect()
    await device.disconnect()
    do {
      try await device.waitUntilSynced(timeout: .milliseconds(10))
      throw Missing("a timeout")
    } catch let error as DeviceError where error.code == .timeout {
      _ = "\(error.code.number) \(error.message)"
    }
  }

  private static func configuration() -> DeviceConfiguration {
    var configuration = DeviceConfiguration(
      hub: "tcp://127.0.0.1:9", token: "none", household: HouseholdID(.random()), member: .random(),
      pack: load(), path: ":memory:")
    configuration.software = "family-app/1.0"
    configuration.usesReadableFrames = false
    configuration.deflatesMessages = true
    configuration.clock = { .current }
    configuration.random = { .random(in: .min ... .max) }
    return configuration
  }

  private static func load() -> Pack {
    do {
      return try PackLoader.load(schema, file: "notes.yaml")
    } catch {
      preconditionFailure("\(error)")
    }
  }

  private static func look(_ device: Device, _ id: RecordID, _ ticket: ChangeTicket) async throws {
    guard let note = try await device.record("notes", id), note.isLive, note.isPending else {
      throw Missing("the note")
    }
    guard note["text"] == .text("Milk"), note["stars"]?.int == 2 else { throw Missing("its values") }
    guard try await device.status(of: ticket) == .local else { throw Missing("its status") }
    let status = try await device.status()
    guard status.link == .offline, status.outboxCount == 1, status.need != nil else { throw Missing("the status") }
    guard await device.outbox().first?.changes.count == 1 else { throw Missing("the outbox") }
    guard try await device.rejected().isEmpty, try await device.conflicts().isEmpty else { throw Missing("peace") }
    _ = await (device.changes(), device.statuses(), device.settlements(), device.author(.hub), device.seenBy())
  }

  private static func change(_ device: Device, _ id: RecordID) async throws {
    try await device.edit { $0.delete("notes", id) }
    guard try await device.records(in: "notes").isEmpty else { throw Missing("the delete") }
    guard try await device.records(in: "notes", includingGone: true).count == 1 else { throw Missing("the trash") }
    try await device.edit { $0.restore("notes", id) }
    do {
      try await device.edit { $0.set("notes", id, "texts", .text("Bread")) }
    } catch let rejection as Rejection where rejection.code == .unknownField {
      _ = rejection.message
    }
    for open in try await device.conflicts(in: "notes", id) {
      if let mine = open.lost.first { try await device.settle(open, with: mine) }
    }
    for change in try await device.rejected() {
      if change.rejection.code == .staleVersion {
        try await device.retry(change)
      } else {
        try await device.dismiss(change)
      }
    }
  }

  /// Whatever an app is handed can cross from the device's actor to its own.
  private static func checkSendable() {
    func check<Type: Sendable>(_: Type.Type) {}
    check(Device.self)
    check(DeviceConfiguration.self)
    check(DeviceStatus.self)
    check(DeviceError.self)
    check(HubFault.self)
    check(Record.self)
    check(ChangeTicket.self)
    check(ChangeStatus.self)
    check(SettledChange.self)
    check(PendingChange.self)
    check(RejectedChange.self)
    check(OpenConflict.self)
    check(Author.self)
    check(Observation<[Record]>.self)
    check(Draft.self)
    check(Value.self)
    check(Rejection.self)
    check(Pack.self)
  }

  struct Missing: Error {
    let what: String

    init(_ what: String) {
      self.what = what
    }
  }
}
