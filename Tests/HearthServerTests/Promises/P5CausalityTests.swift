import HearthModel
import HearthPack
import HearthTesting
import Testing

@Suite("P5: causality beats clocks")
struct P5CausalityTests {
  /// Devices of one rank, so that nothing but causality and clocks can decide.
  private static let children = ["noah-tablet", "luna-tablet", "finn-tablet"]
  /// A plain `lww` field, and a `guardian` one.
  private static let fields = [("theme", "users", "noah"), ("title", "tasks", "dishes")]

  @Test(arguments: UInt64(1)...30)
  func `P5: in a chain of writes that have each seen the one before, the last holds, whatever the clocks say`(
    _ seed: UInt64
  ) throws {
    var random = SeededGenerator(seed: seed)
    for (field, collection, record) in Self.fields {
      let desk = try Desk()
      var made: [String: UInt64] = [:]
      var seen = VersionVector.founding
      for link in 0..<8 {
        let device = random.pick(Self.children)
        made[device, default: 0] += 1
        // From years ago to years ahead, and a measured offset that is as wrong.
        let stamp = Int64(random.below(4_000_000)) * 1_000_000
        let offset = ClockOffset(milliseconds: Int64(random.below(4_000_000)) * 1_000_000 - 2_000_000_000_000)
        let change = Fixture.famquest.change(
          collection, RecordID(name: record), seen: seen, [(field, .set(.text("schakel \(link)")))])
        let result = try desk.decide((device, ChangeSet(made[device]!, stamp: stamp, change)), offset: offset)[0]
        #expect(result.outcome?.verdict == .accepted, "seed \(seed), link \(link)")
        #expect(try desk.value(collection, record, field) == .text("schakel \(link)"), "seed \(seed)")
        seen.join(Dot(desk.replica(device), made[device]!))
      }
    }
  }

  @Test func `P5: clocks choose between writes that had not seen each other, in either order of arrival`() throws {
    for isLaterFirst in [true, false] {
      let desk = try Desk()
      let write = { (text: String, stamp: Int64) in
        ChangeSet(
          1, stamp: stamp,
          Fixture.famquest.change(
            "tasks", RecordID(name: "dishes"), seen: .founding, [("title", .set(.text(text)))]))
      }
      let earlier = ("noah-tablet", write("eerder", 1_762_870_000_000))
      let later = ("luna-tablet", write("later", 1_762_870_000_001))
      try desk.decide(isLaterFirst ? later : earlier)
      let second = try desk.decide(isLaterFirst ? earlier : later)[0]
      #expect(try desk.value("tasks", "dishes", "title") == .text("later"))
      guard case .merged(let decisions)? = second.outcome?.verdict else {
        Issue.record("there was a conflict, and nobody was told")
        return
      }
      #expect(decisions.map { $0.conflict.losers.map(\.write.value) } == [[.text("eerder")]])
    }
  }

  @Test func `P5: a context that claims the future is cut, so that it covers nothing that nobody has written`() throws {
    let desk = try Desk()
    let everything = VersionVector([Dot(.hub, .max)] + (1...9).map { Dot(ReplicaNumber(rawValue: $0), .max) })
    let write = { (text: String, seen: VersionVector, stamp: Int64) in
      ChangeSet(
        1, stamp: stamp,
        Fixture.famquest.change("tasks", RecordID(name: "dishes"), seen: seen, [("title", .set(.text(text)))]))
    }
    try desk.decide(("noah-tablet", write("van Noah", everything, 1_762_870_000_000)))
    let state = try #require(try desk.state("tasks", "dishes"))
    #expect(state.versions.entries.allSatisfy { $0.counter < 10 })
    // Had it been believed, Luna's write would count as seen already.
    let second = try desk.decide(
      ("luna-tablet", write("van Luna", .founding, 1_762_870_000_001)))[0]
    guard case .merged? = second.outcome?.verdict else {
      Issue.record("the two had not seen each other")
      return
    }
    #expect(try desk.value("tasks", "dishes", "title") == .text("van Luna"))
  }

  @Test func `P5: a delete that claims to have seen the future hides no edit that comes after it`() throws {
    let desk = try Desk()
    let everything = VersionVector([Dot(.hub, .max)] + (1...9).map { Dot(ReplicaNumber(rawValue: $0), .max) })
    let delete = Fixture.famquest.change("tasks", RecordID(name: "dishes"), .delete, seen: everything)
    #expect(try desk.decide(("noah-tablet", ChangeSet(1, delete)))[0].outcome?.verdict == .accepted)
    let tombstone = try #require(try desk.state("tasks", "dishes")?.tombstones.first)
    #expect(tombstone.seen.entries.allSatisfy { $0.counter < 10 })
    // Had it been believed, the edit would count as made before the delete, and nobody would be told.
    let edit = try desk.decide(("luna-tablet", Fixture.famquest.titled(1, "van Luna")))[0]
    guard case .merged(let decisions)? = edit.outcome?.verdict else {
      Issue.record("the two had not seen each other")
      return
    }
    #expect(decisions.contains { $0.conflict.subject == .record })
  }
}
