import HearthModel
import Testing

@Suite("Moves (pack language, section 12)")
struct MoveTests {
  private let desk = RuleDesk()

  private func status(_ value: String, seen: RuleDesk.Context = .everything, of task: String = "dishes")
    -> RecordChange
  {
    desk.change("tasks/\(task)", .update, [("status", .set(.text(value)))], seen: seen)
  }

  @Test("who may make a move makes it, and the hub writes what it sets")
  func finish() throws {
    #expect(try desk.submit("sam", status("done")).isTaken)
    #expect(desk.value("tasks/dishes", "status") == .text("done"))
    #expect(desk.value("tasks/dishes", "completed_by") == desk.person("sam"))
    #expect(desk.value("tasks/dishes", "completed_at") == .instant(desk.now))
  }

  @Test("who may not make it is refused `forbidden`, and nothing changes (P7)")
  func foreign() throws {
    let rejection = try desk.submit("luna", status("done")).rejection
    #expect(rejection?.code == .forbidden)
    #expect(desk.value("tasks/dishes", "status") == .text("open"))
  }

  @Test("no move leads there: `transitionRefused`, with the field and who stands in the way")
  func nowhere() throws {
    #expect(try desk.submit("sam", status("done")).isTaken)
    let rejection = try desk.submit("sam", status("pending_approval")).rejection
    #expect(rejection?.code == .transitionRefused)
    #expect(rejection?.field == desk.pack.collection(named: "tasks")?.field(named: "status")?.number)
    #expect(rejection?.holder?.value == .text("done"))
  }

  @Test("writing the value that is there is no move either, so nobody takes over who wrote it")
  func again() throws {
    #expect(try desk.submit("sam", status("done")).isTaken)
    #expect(try desk.submit("sam", status("done")).rejection?.code == .transitionRefused)
  }

  @Test("all needs that are not met are named, with the code and the sentence of the first")
  func needs() throws {
    #expect(
      try desk.submit(
        "eva",
        desk.change(
          "tasks/dishes", .update, [("photo_required", .set(.bool(true))), ("parent_approval", .set(.bool(true)))])
      ).isTaken)
    let rejection = try desk.submit("sam", status("done")).rejection
    #expect(rejection?.code == .checkFailed)
    #expect(rejection?.rule == "tasks.finish")
    #expect(rejection?.failed == ["photo", "no_approval"])
    #expect(rejection?.message == "This task needs a photo first.")
  }

  @Test("a need judges the step, not the record: switching it on later condemns nobody (FQ-X31)")
  func needSwitchedOnLater() throws {
    #expect(try desk.submit("sam", status("done")).isTaken)
    let change = desk.change("tasks/dishes", .update, [("photo_required", .set(.bool(true)))])
    #expect(try desk.submit("eva", change).isTaken)
    #expect(desk.value("tasks/dishes", "status") == .text("done"))
  }

  @Test("decided by the hub: of two claims the later is refused with the holder, whatever the clocks say (FQ-X03)")
  func claims() throws {
    let claim = { (member: String) in
      self.desk.change(
        "tasks/water-plants", .update,
        [("claimed_by", .set(self.desk.person(member))), ("claimed_at", .set(.null))], seen: .founding)
    }
    #expect(try desk.submit("noah", at: desk.now, claim("noah")).isTaken)
    let rejection = try desk.submit(
      "luna", at: Instant(milliseconds: desk.now.milliseconds - 60_000), claim("luna")
    ).rejection
    #expect(rejection?.code == .alreadyClaimed)
    #expect(rejection?.holder?.value?.elements?.first == desk.person("noah"))
    #expect(desk.value("tasks/water-plants", "assignees") == .list([desk.person("noah")]))
    #expect(desk.value("tasks/water-plants", "claimed_at") == .instant(desk.now))
  }

  @Test("nobody claims for somebody else")
  func claimForAnother() throws {
    let change = desk.change(
      "tasks/water-plants", .update, [("claimed_by", .set(desk.person("luna"))), ("claimed_at", .set(.null))])
    #expect(try desk.submit("noah", change).rejection != nil)
  }

  @Test("a claim made and released before the hub was met is both (decision 0014)")
  func claimedAndReleasedOffline() throws {
    let founding = VersionVector([Dot(.hub, 1)])
    let write = { (value: Value, seen: VersionVector) in
      self.desk.change(
        "tasks/water-plants", .update, [("claimed_by", .set(value)), ("claimed_at", .set(.null))], seen: .these(seen))
    }
    #expect(try desk.submit("noah", write(desk.person("noah"), founding)).isTaken)
    // The device had seen its own first change set and nothing of what the hub added to it.
    #expect(try desk.submit("noah", write(.null, founding)).isTaken)
    #expect(desk.value("tasks/water-plants", "claimed_by") == .null)
    #expect(desk.value("tasks/water-plants", "assignees") == .list([]))
  }

  @Test("at its creation a field with moves has its default")
  func beginnings() throws {
    let change = desk.change(
      "tasks/new", .create, [("title", .set(.text("Nieuw"))), ("status", .set(.text("done")))])
    #expect(try desk.submit("eva", change).rejection?.code == .transitionRefused)
  }

  @Test("a field that moves write is nobody's to write")
  func companions() throws {
    let change = desk.change(
      "tasks/dishes", .update, [("completed_by", .set(desk.person("sam"))), ("completed_at", .set(.instant(desk.now)))])
    #expect(try desk.submit("eva", change).rejection != nil)
  }

  @Test("a move of what is deleted is refused `gone`, and nothing is booked (FQ-X06)")
  func deleted() throws {
    #expect(try desk.submit("eva", desk.change("tasks/dishes", .delete)).isTaken)
    let before = desk.records("points_ledger").count
    #expect(try desk.submit("sam", status("done", seen: .founding)).rejection?.code == .gone)
    #expect(desk.records("points_ledger").count == before)
  }

  // MARK: Judged on what the writer saw (decision 0013)

  @Test("approve meets send back: done at attempt 1 in both orders, and a re-opening begins attempt 2 (FQ-X08)")
  func approveMeetsReject() throws {
    for isApprovalFirst in [true, false] {
      let desk = RuleDesk()
      let write = { (value: String, seen: RuleDesk.Context) in
        desk.change("tasks/tidy-room", .update, [("status", .set(.text(value)))], seen: seen)
      }
      let steps = [("phone", "done"), ("laptop", "open")]
      for (device, value) in isApprovalFirst ? steps : steps.reversed() {
        #expect(try desk.submit("eva", device: device, write(value, .founding)).isTaken)
      }
      #expect(desk.value("tasks/tidy-room", "status") == .text("done"))
      #expect(desk.value("tasks/tidy-room", "attempt") == .int(1))
      let awards = { desk.records("points_ledger").filter { $0["task_id"] == .id(RecordID(name: "tidy-room")) } }
      #expect(awards().count == 1)
      #expect(try desk.submit("eva", write("open", .everything)).isTaken)
      #expect(desk.value("tasks/tidy-room", "attempt") == .int(2))
      #expect(awards().map { $0["kind"] }.contains(.text("reversal")))
      #expect(desk.value("users/luna", "points_balance") == .int(0))
    }
  }

  @Test("the second of two approvals changes nothing: one award, the first approver's time (FQ-X07)")
  func twoApprovals() throws {
    let approve = desk.change("tasks/tidy-room", .update, [("status", .set(.text("done")))], seen: .founding)
    #expect(try desk.submit("eva", device: "phone", approve).isTaken)
    let approvedAt = desk.value("tasks/tidy-room", "approved_at")
    desk.now = Instant(milliseconds: desk.now.milliseconds + 60_000)
    #expect(try desk.submit("eva", device: "laptop", approve).isTaken)
    #expect(desk.value("tasks/tidy-room", "approved_at") == approvedAt)
    #expect(desk.records("points_ledger").count { $0["task_id"] == .id(RecordID(name: "tidy-room")) } == 1)
  }

  @Test("a completion for yesterday's occurrence is booked for yesterday and not shown (FQ-X29)")
  func late() throws {
    let yesterday = desk.value("tasks/dishes", "occurrence_date")
    desk.now = Instant("2025-11-12T00:00:05Z")!
    try desk.turnDay()
    #expect(desk.value("tasks/dishes", "occurrence_date") != yesterday)
    let before = desk.records("points_ledger").count
    let done = status("done", seen: .founding)
    #expect(try desk.submit("sam", at: Instant("2025-11-11T17:00:00Z")!, done).isTaken)
    #expect(desk.value("tasks/dishes", "status") == .text("open"))
    let booked = desk.records("points_ledger")
    #expect(booked.count == before + 1)
    #expect(booked.contains { $0["occurrence_date"] == yesterday && $0["user_id"] == desk.person("sam") })
  }
}
