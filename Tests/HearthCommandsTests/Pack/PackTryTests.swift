import HearthConsole
import HearthModel
import HearthPack
import Testing

@testable import HearthCommands

/// One change judged without a hub: what is asked, what each part is worth, and the answer.
@Suite("Trials") struct PackTryTests {
  private static let things = """
    fields:
      title: text(1..20)
      state: enum(open, done) = open
      owner: ref people?, setNull
      helpers: set(ref people, 5)
      photo: bool = false
      count: int(0..9) = 0, counter
      done_by: ref people?, setNull
    who: { mine: owner == member or member in helpers }
    rules:
      few: { check: count < 3, code: limitExceeded, says: At most two. }
    moves:
      finish:
        change: state open -> done
        by: [parent, mine]
        needs: { proof: { if: photo or member.role == parent, code: checkFailed, says: A photo first. } }
        sets: { done_by: member }
    effects:
      note: { when: state enters done, if: count == 0, set: { photo: true } }
    access:
      read: { parent: all, child: all, helper: { if: mine } }
      create: { parent: all }
      update: { parent: all, mine: [title, photo, owner] }
      delete: { parent: all }
    """

  private func judge(_ trial: String) throws -> TrialReport {
    let pack = try SmallPack.load(Self.things)
    let now = try #require(Instant("2025-11-11T16:00:00Z"))
    let trial = try Trial.load("collection: things\n" + trial, file: "trial.yaml", pack: pack, now: now)
    return try TrialJudge.judge(trial, dayInZone: ZoneCalendar.day)
  }

  private func answer(_ member: String, _ record: String, _ change: String) throws -> String {
    let report = try judge("member: { \(member) }\nrecord: { \(record) }\nchange: \(change)")
    switch report.answer {
    case .accepted: return "accepted"
    case .undecided(let questions): return "open: \(questions.joined(separator: ", "))"
    case .refused(let code, let rule, _, let failed):
      return ([code.name, rule ?? ""] + failed).joined(separator: " ")
    }
  }

  private static let noah = "id: noah, role: child"
  private static let eva = "id: eva, role: parent"

  @Test(arguments: [
    (noah, "title: Dishes, owner: noah", "{ update: { title: Pots } }", "accepted"),
    (noah, "title: Dishes, owner: luna", "{ update: { title: Pots } }", "forbidden things.access.update"),
    (noah, "title: Dishes, helpers: [luna, noah]", "{ update: { title: Pots } }", "accepted"),
    // Nobody hands over what is not theirs afterwards either.
    (noah, "title: Dishes, owner: noah", "{ update: { owner: luna } }", "forbidden things.access.update"),
    (noah, "title: Dishes, owner: luna", "{ update: { owner: noah } }", "forbidden things.access.update"),
    (noah, "title: Dishes, owner: noah, helpers: [noah]", "{ update: { owner: luna } }", "accepted"),
    (noah, "title: Dishes, owner: noah", "{ update: { count: add 1 } }", "forbidden things.access.update"),
    (eva, "title: Dishes", "{ update: { count: add 2 } }", "accepted"),
    (eva, "title: Dishes", "{ update: { count: add 3 } }", "limitExceeded things.few"),
    (eva, "title: Dishes, count: 2", "{ update: { count: add 1 } }", "limitExceeded things.few"),
    (eva, "title: Dishes", "delete", "accepted"),
    (noah, "title: Dishes, owner: noah", "delete", "forbidden things.access.delete"),
    ("id: mira, role: helper", "title: Dishes", "{ update: { title: Pots } }", "recordUnknown things.access.read"),
    ("id: mira, role: helper", "title: Dishes, owner: mira", "{ update: { title: Pots } }", "accepted"),
  ])
  func rights(_ member: String, _ record: String, _ change: String, _ expected: String) throws {
    #expect(try answer(member, record, change) == expected)
  }

  @Test(arguments: [
    (eva, "title: Dishes", "accepted"),
    (noah, "title: Dishes, owner: noah, photo: true", "accepted"),
    (noah, "title: Dishes, owner: noah", "checkFailed things.finish proof"),
    (noah, "title: Dishes, owner: luna, photo: true", "forbidden things.finish"),
    (eva, "title: Dishes, state: done", "accepted"),
  ])
  func moves(_ member: String, _ record: String, _ expected: String) throws {
    #expect(try answer(member, record, "{ update: { state: done } }") == expected)
  }

  @Test func `a step that nothing makes`() throws {
    let back = try answer(Self.eva, "title: Dishes, state: done", "{ update: { state: open } }")
    #expect(back == "transitionRefused things.state")
    let born = try judge("member: { \(Self.eva) }\nchange: { create: { title: Dishes, state: done } }").answer
    #expect(
      born
        == .refused(
          .transitionRefused, rule: "things.state", message: "a new record begins with `state` as open", failed: []))
  }

  @Test func `a creation needs what is required`() throws {
    #expect(try judge("member: { \(Self.eva) }\nchange: { create: { title: Dishes } }").answer == .accepted)
    let report = try judge("member: { \(Self.eva) }\nchange: { create: { photo: true } }")
    guard case .refused(.required, _, _, _) = report.answer else {
      Issue.record("\(report.answer)")
      return
    }
  }

  @Test func `what a move sets, and which effect fires`() throws {
    let report = try judge("member: { \(Self.eva) }\nrecord: { title: Dishes }\nchange: { update: { state: done } }")
    let lines = report.lines.map { "\($0.kind.rawValue) \($0.name) \($0.text) \($0.holds.map { "\($0)" } ?? "-")" }
    #expect(lines.contains("sets finish sets done_by eva -"))
    #expect(lines.contains("effect note state enters done, if count == 0 true"))
    #expect(lines.contains("writes things.photo true -"))
  }

  @Test func `every part of a need has its value`() throws {
    let report = try judge(
      "member: { \(Self.noah) }\nrecord: { title: Dishes, owner: noah }\nchange: { update: { state: done } }")
    let need = try #require(report.lines.first { $0.kind == .need })
    let parts = try #require(need.steps.first?.parts)
    #expect(parts.map(\.text) == ["photo", "member.role == parent"])
    #expect(parts.map(\.value) == ["false", "false"])
    #expect(parts[1].parts.map(\.text) == ["member.role"])
    #expect(parts[1].parts.map(\.value) == ["child"])
  }

  @Test func `what the file does not say is the hub's to decide`() throws {
    let pack = try SmallPack.load(
      "fields: { to: 'ref people, cascade' }\nappend: true\nrules: { on: { check: to.is_active } }\n"
        + "access: { read: { family: all }, create: { family: all } }")
    let now = try #require(Instant("2025-11-11T16:00:00Z"))
    let text = "collection: things\nmember: { id: noah, role: child }\nchange: { create: { to: luna } }\n"
    let judge = { (text: String) in
      let trial = try Trial.load(text, file: "trial.yaml", pack: pack, now: now)
      return try TrialJudge.judge(trial, dayInZone: ZoneCalendar.day).answer
    }
    #expect(try judge(text) == .undecided(["check on"]))
    #expect(try judge(text + "related: { people: [{ id: luna, role: child }] }") == .accepted)
    let off = try judge(text + "related: { people: [{ id: luna, role: child, is_active: false }] }")
    #expect(
      off
        == .refused(
          .checkFailed, rule: "things.on", message: "`on` would not hold: to.is_active.", failed: []))
  }

  @Test func `all mistakes of a file at once, with the nearest name`() throws {
    let pack = try SmallPack.load(Self.things)
    let text = """
      collection: things
      member: { role: child, actve: true }
      record: { title: Dishes, photo: perhaps }
      chnge: delete
      change: { update: { sttate: done, count: 3 } }
      """
    do {
      _ = try Trial.load(text, file: "trial.yaml", pack: pack, now: Instant(milliseconds: 0))
      Issue.record("the file was read")
    } catch {
      #expect(
        error.list.map(\.description) == [
          "trial.yaml:2:24: error P104: `actve` is no field of `people`. Known: `is_active`, `role`, `toggles`.",
          "trial.yaml:3:33: error S104: `photo`: expected bool, found the text `perhaps`.",
          "trial.yaml:4:1: error P101: `chnge` is no key of a trial. Did you mean `change`?",
          "trial.yaml:5:21: error P104: `sttate` is no field of `things`. Did you mean `state`?",
          "trial.yaml:5:42: error S104: `count` is a counter: write `add 5`, or `add -5`.",
        ])
    }
  }

  @Test func `a trial as a person reads it`() throws {
    let pack = try SmallPack.load(Self.things)
    let text = """
      collection: things
      member: { id: noah, role: child }
      record: { id: dishes, title: Dishes, owner: noah }
      change: { update: { state: done } }
      now: 2025-11-11T16:00:00Z
      """
    let trial = try Trial.load(text, file: "trial.yaml", pack: pack, now: Instant(milliseconds: 0))
    let report = try TrialJudge.judge(trial, dayInZone: ZoneCalendar.day)
    try Golden.check(TrialText(.plain, isBrief: false).text(trial, report), "pack-try.txt")
  }
}
