import HearthEngine
import HearthModel
import HearthPack
import HearthTesting
import Testing

@Suite("P1: convergence")
struct P1ConvergenceTests {
  private static let devices = ["eva-phone", "sam-phone", "noah-tablet", "luna-tablet"]
  private static let tasks = ["dishes", "water-plants", "clean-bathroom"]

  /// A change set, and of each other device how many of its change sets it has seen: those have to arrive before it.
  private struct Step {
    let device: String
    let changeSet: ChangeSet
    let seen: [String: UInt64]
  }

  @Test(arguments: UInt64(1)...30)
  func `P1: the state follows from the change sets that were taken in, not from the order in which they came`(
    _ seed: UInt64
  ) throws {
    var random = SeededGenerator(seed: seed)
    let steps = try Self.program(&random)
    let first = try Self.run(steps, in: steps)
    for _ in 0..<4 {
      let other = try Self.run(steps, in: Self.shuffled(steps, &random))
      for (key, state) in first where other[key] != state {
        Issue.record("seed \(seed): \(key.record) of collection \(key.collection.rawValue) depends on the order")
      }
    }
  }

  /// Decides the steps in an order, some of them in batches; gives the state of all records.
  private static func run(_ steps: [Step], in order: [Step]) throws -> [RecordKey: RecordState] {
    let desk = try Desk()
    for (position, step) in order.enumerated() {
      let result = try desk.decide((step.device, step.changeSet))[0]
      #expect(result.rejection == nil, "step \(position)")
    }
    return try desk.everything()
  }

  // MARK: Random programs

  private static func program(_ random: inout SeededGenerator) throws -> [Step] {
    let desk = try Desk()
    var made = Dictionary(uniqueKeysWithValues: devices.map { ($0, UInt64(0)) })
    var seen = Dictionary(uniqueKeysWithValues: devices.map { ($0, [String: UInt64]()) })
    var steps = [Step]()
    for _ in 0..<14 {
      let device = random.pick(devices)
      for other in devices where other != device && random.oneIn(2) {
        let known = seen[device]![other] ?? 0
        seen[device]![other] = known + UInt64(random.below(Int(made[other]! - known) + 1))
      }
      var context = VersionVector.founding
      for (other, counter) in seen[device]! { context.join(Dot(desk.replica(other), counter)) }
      made[device]! += 1
      let records = tasks.filter { _ in random.oneIn(2) }
      let stamp = 1_762_870_000_000 + Int64(random.below(5)) * 1000
      let changes = (records.isEmpty ? ["dishes"] : records).map { change($0, context, &random) }
      steps.append(
        Step(device: device, changeSet: ChangeSet(made[device]!, stamp: stamp, changes: changes), seen: seen[device]!))
    }
    return steps
  }

  private static func change(
    _ task: String, _ context: VersionVector, _ random: inout SeededGenerator
  ) -> RecordChange {
    let person = Value.id(RecordID(name: random.pick(["sam", "noah", "luna", "finn"])))
    let path = random.pick([["tags", "keuken"], ["tags", "avond"], ["tags"]])
    let actions: [(field: String, action: Edit.Action)] = [
      ("title", .set(.text(random.pick(["a", "b", "c"])))), ("points", .set(.int(Int64(random.below(3))))),
      ("description", .set(random.oneIn(3) ? .null : .text(random.pick(["d", "e"])))),
      ("assignees", random.oneIn(2) ? .insert(person) : .remove(person)),
      (
        "metadata",
        random.oneIn(2)
          ? .drop(path) : .put(path, path.count == 2 ? .bool(random.oneIn(2)) : .object(ValueObject()))
      ),
      ("status", .set(.text(random.pick(["open", "pending_approval", "done"])))),
    ]
    let chosen = actions.filter { _ in random.oneIn(3) }
    return Fixture.famquest.change(
      "tasks", RecordID(name: task), seen: context, chosen.isEmpty ? [actions[0]] : chosen)
  }

  /// Another order in which the steps can arrive: each device's own in theirs, and nothing before what it has seen.
  private static func shuffled(_ steps: [Step], _ random: inout SeededGenerator) -> [Step] {
    var waiting = Dictionary(grouping: steps) { $0.device }
    var arrived: [String: UInt64] = [:]
    var order = [Step]()
    while order.count < steps.count {
      let ready = devices.filter { device in
        guard let next = waiting[device]?.first else { return false }
        return next.seen.allSatisfy { arrived[$0.key, default: 0] >= $0.value }
      }
      let device = random.pick(ready)
      order.append(waiting[device]!.removeFirst())
      arrived[device, default: 0] += 1
    }
    return order
  }

  // MARK: What only the hub's order decides

  @Test func `P1: what the hub's order decided is never revised by what arrives later`() throws {
    let desk = try Desk()
    let claim = { (counter: UInt64, member: String, stamp: Int64) in
      ChangeSet(
        counter, stamp: stamp,
        Fixture.famquest.change(
          "tasks", RecordID(name: "water-plants"), seen: .founding,
          [("claimed_by", .set(.id(RecordID(name: member)))), ("claimed_at", .set(.instant(desk.now)))]))
    }
    // Luna claimed it first by her clock; Noah's claim arrived first, so it is his.
    let noahs = try desk.decide(("noah-tablet", claim(1, "noah", 1_762_880_000_000)))[0]
    #expect(noahs.outcome?.verdict == .accepted)
    let lunas = try desk.decide(("luna-tablet", claim(1, "luna", 1_762_870_000_000)))[0]
    #expect(lunas.rejection?.code == .alreadyClaimed)
    #expect(lunas.rejection?.holder?.value == .list([.id(RecordID(name: "noah")), .instant(desk.now)]))
    // Not even by a parent, who outranks him, and the outcomes stay what they were.
    #expect(try desk.decide(("eva-phone", claim(1, "eva", 1_762_860_000_000)))[0].rejection?.code == .alreadyClaimed)
    #expect(try desk.value("tasks", "water-plants", "claimed_by") == .id(RecordID(name: "noah")))
    let repeated = try desk.decide(
      ("noah-tablet", claim(1, "noah", 1_762_880_000_000)), ("luna-tablet", claim(1, "luna", 1_762_870_000_000)))
    #expect(repeated.map { $0.outcome?.verdict } == [noahs.outcome?.verdict, lunas.outcome?.verdict])
  }
}
