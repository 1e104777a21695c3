import HearthDevice
import HearthModel
import Testing

/// What an app can ask the hub about the past, over every route.
@Suite("Asking the hub", .serialized)
struct InquiryTests {
  private let box = RecordID(name: "box")

  /// The phone and the tablet of a household have renamed the box without knowing of each other.
  private func quarrel(_ hub: TestHub, _ route: TestHub.Route) async throws -> (phone: Device, tablet: Device) {
    let (phone, tablet) = (try await hub.liveDevice("phone", route), try await hub.liveDevice("tablet", route))
    for device in [phone, tablet] { await device.disconnect() }
    try await phone.edit { $0.set("boxes", box, "name", .text("Red box")) }
    try await tablet.edit { $0.set("boxes", box, "name", .text("Blue box")) }
    for device in [phone, tablet] {
      await device.connect()
      try await device.waitUntilLive()
      try await device.waitUntilSynced(timeout: TestHub.patience)
    }
    return (phone, tablet)
  }

  @Test(arguments: TestHub.Route.allCases)
  func `conflicts, explanation and history are told, and a loser comes back`(_ route: TestHub.Route) async throws {
    try await TestHub.with { hub in
      let (phone, tablet) = try await quarrel(hub, route)
      guard case .conflicts(let open) = try await phone.conflictsAtHub().content else {
        Issue.record("no inbox")
        return
      }
      #expect(open.map(\.record) == [box])
      let answer = try await phone.explain("boxes", box, "name")
      guard case .record(let account) = answer.content, let conflict = account.fields.first?.conflicts.first,
        let loser = conflict.losers.first
      else {
        Issue.record("no conflict: \(answer)")
        return
      }
      #expect(loser.write.value != conflict.winner.value)
      #expect(answer.account(of: loser.write.author.dot)?.device.isEmpty == false)
      guard case .history(let history) = try await tablet.history(of: "boxes", box).content else {
        Issue.record("no history")
        return
      }
      #expect(history.entries.map(\.kind) == [.update, .update, .create])
      try await eventually("the phone knows of the conflict") { try await !phone.conflicts().isEmpty }
      try await phone.restoreValue(loser, of: conflict, in: "boxes", box)
      try await phone.waitUntilSynced(timeout: TestHub.patience)
      #expect(try await phone.conflictsAtHub().content == .conflicts([]))
      #expect(try await phone.value("boxes", box, "name") == loser.write.value)
      await #expect(throws: Rejection.self, "it is settled") {
        try await phone.restoreValue(loser, of: conflict, in: "boxes", box)
      }
    }
  }

  @Test func `a deleted record is listed and comes back with what it hid`() async throws {
    try await TestHub.with { hub in
      let (phone, tablet) = (try await hub.liveDevice("phone"), try await hub.liveDevice("tablet"))
      try await tablet.edit { $0.delete("boxes", box) }
      try await tablet.waitUntilSynced(timeout: TestHub.patience)
      guard case .deleted(let deleted) = try await phone.deletedRecords().content else {
        Issue.record("no list")
        return
      }
      #expect(deleted.map(\.record) == [box])
      try await eventually("the phone knows") { try await phone.record("boxes", box)?.isLive == false }
      try await phone.restore("boxes", box)
      try await phone.waitUntilSynced(timeout: TestHub.patience)
      #expect(try await phone.deletedRecords().content == .deleted([]))
    }
  }

  @Test func `questions of many tasks are asked one after the other, and each gets its answer`() async throws {
    try await TestHub.with { hub in
      let phone = try await hub.liveDevice("phone")
      let unknown = RecordID(name: "nowhere")
      try await withThrowingTaskGroup(of: Bool.self) { group in
        for number in 0..<40 {
          group.addTask { [box] in
            let answer = try await phone.explain("boxes", number.isMultiple(of: 2) ? box : unknown)
            return (answer == Answer(.unknown)) != number.isMultiple(of: 2)
          }
        }
        for try await isRight in group { #expect(isRight) }
      }
    }
  }

  @Test func `without a connection nobody is asked, and a broken one ends the wait`() async throws {
    try await TestHub.with { hub in
      let phone = try await hub.device("phone")
      let offline = await #expect(throws: DeviceError.self) { try await phone.conflictsAtHub() }
      #expect(offline?.code == .offline)
      await phone.connect()
      try await phone.waitUntilLive()
      let question = Task { try await phone.ask(.conflicts) }
      await phone.disconnect()
      let ended = await question.result
      if case .failure(let error) = ended { #expect((error as? DeviceError)?.code == .offline, "\(error)") }
      await #expect(throws: Rejection.self) { try await phone.explain("nothings", box) }
      await #expect(throws: Rejection.self) { try await phone.explain("boxes", box, "nme") }
    }
  }
}
