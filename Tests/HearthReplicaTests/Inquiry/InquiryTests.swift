import HearthEngine
import HearthMemory
import HearthModel
import HearthPack
import HearthReplica
import HearthScenario
import Testing

/// What a device is told when it asks what was decided.
@Suite("Questions about what was decided")
struct InquiryTests {
  private let home = TellingHome()

  private func record(_ answer: Answer?) throws -> RecordAccount {
    guard case .record(let record)? = answer?.content else {
      Issue.record("no account of a record: \(String(describing: answer?.content))")
      throw WorldFault("no account")
    }
    return record
  }

  // MARK: Explaining

  @Test func `a title that lost is explained: who, when, with which clock, what each had seen, and why`() throws {
    try home.quarrelAboutTitle()
    let answer = try #require(try home.ask(.explain(home.things.number, home.chair, home.number("title")), on: "eva"))
    let field = try #require(try record(answer).fields.first)
    let conflict = try #require(field.conflicts.first)
    #expect(field.shown.map(\.value) == [.text("Armchair")] && field.rule == "guardian")
    #expect(conflict.losers.map(\.reason) == [.rank])
    #expect(conflict.losers.map(\.write.value) == [.text("Stool")])
    let noah = try #require(answer.account(of: conflict.losers[0].write.author.dot))
    #expect(noah.device == "noah-tablet" && noah.member == Lab.noah)
    #expect(noah.offset.milliseconds == 62 * 60_000)
    #expect(noah.madeAt.milliseconds - noah.stamp.milliseconds == 62 * 60_000)
    #expect(noah.seen?.dot == Dot(.hub, 1) && noah.seen?.revision == Revision(rawValue: 1))
    let words = Narration(answer, pack: home.pack, memberName: { $0 == Lab.noah ? "Noah" : "Eva" })
    #expect(
      words.sentences(conflict, in: home.things) == [
        "Noah's title `Stool` lost to Eva's `Armchair`: concurrent, guardian rule: parent outranks child"
      ])
    #expect(words.clockRemark(noah.dot)?.hasPrefix("noah-tablet's clock was 62 minutes ahead: it showed ") == true)
    #expect(words.clockRemark(conflict.winner.author.dot) == nil)
    #expect(words.sightRemark(noah.dot)?.contains("the hub's change of") == true)
  }

  @Test func `a counter is explained by what each device added, a set by who added each element`() throws {
    try home.edit("eva") { $0.increment("things", self.home.chair, "count", by: 3) }
    try home.edit("noah") { $0.increment("things", self.home.chair, "count", by: 4) }
    try home.edit("noah") { $0.insert("things", self.home.chair, "tags", .text("old")) }
    let account = try record(try home.ask(.explain(home.things.number, home.chair, nil), on: "eva"))
    let count = try #require(account.fields.first { $0.shown.first?.field == home.number("count") })
    #expect(count.shares.map(\.sum).sorted() == [3, 4] && count.shown[0].value == .int(7))
    let tags = try #require(account.fields.first { $0.shown.first?.field == home.number("tags") })
    #expect(tags.standing.map(\.subject) == [.element(home.number("tags"), .text("old"))])
  }

  @Test func `private and device fields are in no answer`() throws {
    let account = try record(try home.ask(.explain(home.things.number, home.chair, nil), on: "eva"))
    for name in ["secret", "local"] {
      #expect(!account.fields.contains { $0.shown.contains { $0.field == home.number(name) } }, "\(name)")
    }
    let asked = try record(try home.ask(.explain(home.things.number, home.chair, home.number("secret")), on: "eva"))
    #expect(asked.fields.isEmpty)
  }

  // MARK: The inbox

  @Test func `an open conflict is listed once, until a later write settles it`() throws {
    try home.quarrelAboutTitle()
    guard case .conflicts(let open)? = try home.ask(.conflicts, on: "noah")?.content else { throw WorldFault("none") }
    #expect(open.map(\.record) == [home.chair] && open.map(\.label) == ["Armchair"])
    try home.edit("eva") { $0.set("things", self.home.chair, "title", .text("Sofa")) }
    #expect(try home.ask(.conflicts, on: "noah")?.content == .conflicts([]))
  }

  // MARK: History

  @Test func `history tells what each did, the newest first, with what was refused`() throws {
    try home.quarrelAboutTitle()
    try home.edit("noah") { $0.set("things", self.home.chair, "note", .text("mine")) }
    let answer = try #require(try home.ask(.history(home.things.number, home.chair), on: "noah"))
    guard case .history(let history) = answer.content else { throw WorldFault("no history") }
    #expect(history.label == "Armchair")
    #expect(history.entries.map(\.kind) == [.update, .update, .update, .create])
    let revisions = history.entries.compactMap { answer.account(of: $0.dot)?.revision.rawValue }
    #expect(revisions == revisions.sorted(by: >))
    let merged = history.entries.filter { if case .merged = $0.verdict { true } else { false } }
    #expect(merged.count == 1)
  }

  @Test func `what a rejection said to its author is not told to others`() throws {
    try home.quarrelAboutChair()
    for (device, isTold) in [("noah", true), ("eva", false)] {
      let answer = try home.ask(.history(home.things.number, home.chair), on: device)
      guard case .history(let history)? = answer?.content,
        case .rejected(let rejection)? = history.entries.first?.verdict
      else { throw WorldFault("the rejection is not told") }
      #expect(rejection.code == .alreadyClaimed)
      #expect(rejection.message.isEmpty != isTold && (rejection.holder != nil) == isTold, "\(device)")
    }
  }

  // MARK: Deletes

  @Test func `a deleted record is listed with what it hides, and a restore brings all of it back`() throws {
    try home.edit("noah") { $0.delete("things", self.home.chair) }
    let answer = try #require(try home.ask(.deleted, on: "eva"))
    guard case .deleted(let deleted) = answer.content else { throw WorldFault("no list") }
    #expect(deleted.map(\.record) == [home.chair] && deleted.map(\.hiddenCount) == [1])
    #expect(answer.account(of: deleted[0].author.dot)?.device == "noah-tablet")
    let hidden = try record(try home.ask(.explain(home.things.number, home.table, nil), on: "eva"))
    #expect(hidden.life == .hidden && hidden.hiddenBy?.record == home.chair)
    try home.edit("eva") { $0.restore("things", self.home.chair) }
    #expect(try home.ask(.deleted, on: "eva")?.content == .deleted([]))
    let back = try record(try home.ask(.explain(home.things.number, home.table, nil), on: "eva"))
    #expect(back.life == .live)
  }

  // MARK: Forgery

  @Test func `a record of another household, an unknown id and an unknown collection get the same answer`() throws {
    let other = try home.foundOther()
    let subjects: [Inquiry.Subject] = [
      .explain(home.things.number, other, nil), .explain(home.things.number, RecordID(name: "nowhere"), nil),
      .explain(CollectionNumber(rawValue: 999), home.chair, nil), .history(home.things.number, other),
      .history(home.things.number, RecordID(name: "nowhere")), .history(CollectionNumber(rawValue: 0), home.chair),
    ]
    for subject in subjects { #expect(try home.ask(subject, on: "noah") == Answer(.unknown), "\(subject)") }
  }

  @Test func `a mark of a page that the hub never gave shows nothing else`() throws {
    try home.quarrelAboutTitle()
    var random = SplitMix64(seed: 5)
    let subjects: [Inquiry.Subject] = [
      .conflicts, .deleted, .explain(home.things.number, home.chair, nil), .history(home.things.number, home.chair),
    ]
    for _ in 0..<400 {
      let mark = (0..<Int(random.next() % 40)).map { _ in
        UInt8(truncatingIfNeeded: random.next() % 5 == 0 ? 0xff : random.next())
      }
      for subject in subjects {
        let answer = try #require(try home.ask(subject, page: mark, on: "noah"))
        #expect(answer.accounts.count <= 3)
      }
    }
  }
}
