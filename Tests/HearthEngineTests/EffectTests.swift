import HearthEngine
import HearthMemory
import HearthModel
import Testing

@Suite("Effects, derived fields and days (pack language, sections 13 to 15)")
struct EffectTests {
  private let desk = RuleDesk()

  private func done(_ task: String = "dishes", by member: String = "sam") throws {
    let change = desk.change("tasks/\(task)", .update, [("status", .set(.text("done")))])
    #expect(try desk.submit(member, change).isTaken)
  }

  private func balance(_ member: String) -> Value? { desk.value("users/\(member)", "points_balance") }

  private func fold(_ member: String) -> Value {
    .int(
      desk.records("points_ledger").filter { $0["user_id"] == desk.person(member) }
        .compactMap { $0["delta"]?.int }.reduce(0, +))
  }

  @Test("a seed's balances are the fold of its rows, and its done tasks are not booked again")
  func founding() {
    #expect(balance("sam") == .int(84))
    #expect(balance("noah") == .int(10))
    #expect(balance("luna") == .int(0))
    for member in ["sam", "noah", "luna"] { #expect(balance(member) == fold(member)) }
    #expect(desk.value("families/eva-family", "active_parents") == .int(1))
  }

  @Test("a completion books once and counts into the balance; taking it back books the opposite (FQ-C19, C20, C21)")
  func award() throws {
    let points = try #require(desk.value("tasks/dishes", "points")?.int)
    try done()
    #expect(balance("sam") == .int(84 + points))
    let reopen = desk.change("tasks/dishes", .update, [("status", .set(.text("open")))])
    #expect(try desk.submit("eva", reopen).isTaken)
    #expect(balance("sam") == .int(84))
    try done()
    #expect(balance("sam") == .int(84 + points))
    #expect(balance("sam") == fold("sam"))
  }

  @Test("a row that another effect would make again is made once: the key says which")
  func once() throws {
    try done()
    let rows = desk.records("points_ledger").count
    // A second device completes what it still shows as open.
    let second = desk.change("tasks/dishes", .update, [("status", .set(.text("done")))], seen: .founding)
    #expect(try desk.submit("sam", device: "sam-tablet", second).isTaken)
    #expect(desk.records("points_ledger").count == rows)
  }

  @Test("deleting a record takes it out of what was derived from it, and a restore puts it back")
  func hidden() throws {
    #expect(try desk.submit("eva", desk.change("users/noah", .delete)).isTaken)
    #expect(!desk.records("points_ledger").contains { $0["user_id"] == desk.person("noah") })
    #expect(try desk.submit("eva", desk.change("users/noah", .restore)).isTaken)
    #expect(balance("noah") == .int(10))
  }

  @Test("claimable=false makes a claim void (FQ-X04)")
  func unclaim() throws {
    let claim = desk.change(
      "tasks/water-plants", .update, [("claimed_by", .set(desk.person("noah"))), ("claimed_at", .set(.null))],
      seen: .founding)
    #expect(try desk.submit("noah", claim).isTaken)
    let change = desk.change(
      "tasks/water-plants", .update,
      [("claimable", .set(.bool(false))), ("assignees", .insert(desk.person("sam")))], seen: .founding)
    #expect(try desk.submit("eva", change).isTaken)
    #expect(desk.value("tasks/water-plants", "claimed_by") == .null)
    #expect(desk.value("tasks/water-plants", "assignees") == .list([desk.person("sam")]))
  }

  @Test("twice on one day is one day of a streak (FQ-X20)")
  func streak() throws {
    let another = desk.change(
      "tasks/another", .create, [("title", .set(.text("Vuilnis"))), ("assignees", .insert(desk.person("sam")))])
    #expect(try desk.submit("eva", another).isTaken)
    try done()
    try done("another")
    #expect(desk.records("user_streaks").first { $0["user_id"] == desk.person("sam") }?["current_streak"] == .int(8))
  }

  @Test("a day on which nothing is done breaks the streak at the turn of the next, not before")
  func brokenStreak() throws {
    let current = { desk.records("user_streaks").first { $0["user_id"] == desk.person("sam") }?["current_streak"] }
    desk.now = Instant("2025-11-11T00:00:05Z")!
    try desk.turnDay()
    #expect(current() == .int(7))
    desk.now = Instant("2025-11-12T00:00:05Z")!
    try desk.turnDay()
    #expect(current() == .int(0))
  }

  @Test("the same day may be turned again: nothing happens (FQ-X30)")
  func turnedTwice() throws {
    desk.now = Instant("2025-11-12T00:00:05Z")!
    try desk.turnDay()
    let head = try desk.store.read { try $0.household(desk.household)!.revision }
    try desk.turnDay()
    #expect(try desk.store.read { try $0.household(desk.household)!.revision } == head)
  }

  @Test("what has expired goes at the turn of a day (FQ-D08)")
  func expired() throws {
    let change = desk.change("media/luna-room-photo", .update, [("expires_at", .set(.instant(desk.now)))])
    #expect(try desk.serve(change).isTaken)
    desk.now = Instant("2025-11-12T00:00:05Z")!
    try desk.turnDay()
    #expect(!desk.records("media").contains { $0["context"] == .text("task_proof") })
  }
}
