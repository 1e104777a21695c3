import HearthModel
import Testing

@Suite("Rules (pack language, section 11)")
struct InvariantTests {
  private let desk = RuleDesk()

  private func purchase(
    _ reward: String, _ delta: Int64, by member: String = "sam", for owner: String? = nil, id: String
  ) -> RecordChange {
    desk.change(
      "points_ledger/\(id)", .create,
      [
        ("user_id", .set(desk.person(owner ?? member))), ("delta", .set(.int(delta))), ("kind", .set(.text("spend"))),
        ("reward_id", .set(.id(RecordID(name: reward)))),
      ])
  }

  private func cost(_ reward: String) -> Int64 { desk.value("rewards/\(reward)", "cost")!.int! }

  @Test("a check holds for the merged result, names itself, and nothing of the change set stays (P4)")
  func check() throws {
    let change = desk.change("users/luna", .update, [("pin", .set(.null))])
    let rejection = try desk.submit("eva", change).rejection
    #expect(rejection?.code == .checkFailed)
    #expect(rejection?.rule == "users.a_way_in")
  }

  @Test("spending stops at the floor, in the hub's order (FQ-X13)")
  func floor() throws {
    var (bought, left) = (0, Int64(84))
    for number in 0..<20 {
      let verdict = try desk.submit(
        "sam", device: "sam-\(number % 2)", purchase("screen-time", -cost("screen-time"), id: "buy-\(number)"))
      if verdict.isTaken {
        bought += 1
        left -= cost("screen-time")
      } else {
        #expect(verdict.rejection?.code == .insufficientBalance)
      }
    }
    #expect(bought == Int(84 / cost("screen-time")))
    #expect(desk.value("users/sam", "points_balance") == .int(left))
  }

  @Test("the price is the hub's when it decides (FQ-X14)")
  func price() throws {
    let offer = purchase("screen-time", -cost("screen-time"), id: "buy")
    #expect(try desk.submit("eva", desk.change("rewards/screen-time", .update, [("cost", .set(.int(21)))])).isTaken)
    #expect(try desk.submit("sam", offer).rejection?.code == .checkFailed)
    let inactive = desk.change("rewards/screen-time", .update, [("is_active", .set(.bool(false)))])
    #expect(try desk.submit("eva", inactive).isTaken)
    #expect(try desk.submit("sam", purchase("screen-time", -21, id: "buy2")).rejection?.code == .checkFailed)
  }

  @Test("nobody spends another's points, earns by hand or adjusts their own (FQ-P10)")
  func forgedRows() throws {
    let foreign = purchase("screen-time", -cost("screen-time"), by: "luna", for: "sam", id: "buy")
    #expect(try desk.submit("luna", foreign).rejection?.code == .forbidden)
    for kind in ["earn", "adjust", "reversal"] {
      let row = desk.change(
        "points_ledger/forged-\(kind)", .create,
        [
          ("user_id", .set(desk.person("luna"))), ("delta", .set(.int(100))), ("kind", .set(.text(kind))),
          ("task_id", .set(.id(RecordID(name: "dishes")))), ("occurrence_date", .set(.day(Day("2025-11-11")!))),
          ("attempt", .set(.int(1))),
        ])
      #expect(try desk.submit("luna", row).rejection != nil)
    }
    #expect(desk.value("users/luna", "points_balance") == .int(0))
  }

  @Test("a family keeps an active parent: by role, by state, by delete (FQ-C03, X38)")
  func lastParent() throws {
    for change in [
      desk.change("users/eva", .update, [("role", .set(.text("teen")))]),
      desk.change("users/eva", .update, [("is_active", .set(.bool(false)))]), desk.change("users/eva", .delete),
    ] {
      #expect(try desk.submit("eva", change).rejection?.code == .limitExceeded)
    }
    #expect(desk.value("families/eva-family", "active_parents") == .int(1))
  }

  @Test("values that stand once, without regard to case; the holder may give them up (FQ-C01)")
  func unique() throws {
    let take = { (member: String, mail: String) in
      self.desk.change("users/\(member)", .update, [("email", .set(.text(mail)))])
    }
    #expect(try desk.submit("eva", take("luna", "SAM@famquest.dev")).rejection?.code == .uniqueViolation)
    #expect(try desk.submit("eva", take("sam", "sam2@famquest.dev")).isTaken)
    #expect(try desk.submit("eva", take("luna", "sam@famquest.dev")).isTaken)
    // A deleted record has no values; restoring it asks again (G13).
    #expect(try desk.submit("eva", desk.change("users/luna", .delete)).isTaken)
    #expect(try desk.submit("eva", take("noah", "sam@famquest.dev")).isTaken)
    #expect(try desk.submit("eva", desk.change("users/luna", .restore)).rejection?.code == .uniqueViolation)
  }

  @Test("the later registration of a token takes it over (FQ-C08)")
  func takeOver() throws {
    let register = { (member: String, id: String) in
      self.desk.change(
        "device_tokens/\(id)", .create,
        [
          ("user_id", .set(self.desk.person(member))), ("platform", .set(.text("ios"))),
          ("token", .set(.text("the-same-token"))),
        ])
    }
    #expect(try desk.submit("sam", register("sam", "one")).isTaken)
    #expect(try desk.submit("luna", register("luna", "two")).isTaken)
    let holders = desk.records("device_tokens").filter { $0["token"] == .text("the-same-token") }
    #expect(holders.map { $0["user_id"] } == [desk.person("luna")])
  }

  @Test("a check between fields of a group is about one writer's values (FQ-X26)")
  func groups() throws {
    let start = try #require(desk.value("events/dentist", "start_at")?.instant)
    let earlier = Value.instant(Instant(milliseconds: start.milliseconds - 1))
    let change = desk.change(
      "events/dentist", .update,
      [("start_at", .set(.instant(start))), ("end_at", .set(earlier)), ("all_day", .set(.bool(false)))])
    #expect(try desk.submit("eva", change).rejection?.code == .checkFailed)
  }
}
