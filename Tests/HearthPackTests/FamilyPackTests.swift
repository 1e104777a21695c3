import HearthModel
import HearthPack
import Testing

/// The pack of `FamilyPack`, as the values that the engine works with.
@Suite("A pack with every construct")
struct FamilyPackTests {
  private let pack: Pack

  init() throws { pack = try FamilyPack.load() }

  private func collection(_ name: String) throws -> CollectionSchema { try #require(pack.collection(named: name)) }

  private func names(_ fields: FieldSet, _ collection: CollectionSchema) -> [String] {
    fields.numbers.compactMap { collection.field($0)?.name }
  }

  private func number(_ name: String, _ collection: CollectionSchema) throws -> FieldNumber {
    try #require(collection.field(named: name)).number
  }

  // MARK: Rights

  @Test func `all is what a device may write or see`() throws {
    let tasks = try collection("tasks")
    let access = tasks.behavior.access
    #expect(!access.isOpen)
    let create = try #require(access.create.first { $0.who.name == "parent" })
    #expect(
      names(create.fields, tasks) == [
        "title", "due", "points", "claimable", "photo_required", "parent_approval", "metadata", "assignees",
        "proof_photos", "parent_id",
      ])
    let update = try #require(access.update.first { $0.who.name == "parent" })
    #expect(update.fields == create.fields)
    let read = try #require(access.read.first { $0.who.name == "family" })
    #expect(read.fields == FieldSet(tasks.fields.map(\.number)))
    #expect(read.who.roles == ["parent", "teen", "child"])
    #expect(read.condition == nil)
  }

  @Test func `all leaves private fields out, and a list brings them in`() throws {
    let users = try collection("users")
    let access = users.behavior.access
    let update = names(access.update[0].fields, users)
    #expect(update.contains("pin"))
    #expect(!update.contains("family_id"), "immutable")
    #expect(!update.contains("points_balance"), "derived")
    #expect(names(access.create[0].fields, users).contains("family_id"))
    let read = names(access.read[0].fields, users)
    #expect(!read.contains("pin"))
    #expect(read.contains("device_id"))
  }

  @Test func `a relation is its condition, a path what stands below it`() throws {
    let users = try collection("users")
    let own = try #require(users.behavior.access.update.first { $0.who.name == "self" })
    #expect(own.who.roles == nil)
    #expect(own.who.relation?.text == "id == member")
    #expect(own.paths == [Grant.Path(field: try number("permissions", users), keys: ["tasks"])])
    let removal = try #require(users.behavior.access.delete.first)
    #expect(removal.condition?.text == "member != id")
  }

  // MARK: Rules

  @Test func `a check knows what it reads and how it refuses`() throws {
    let users = try collection("users")
    let checks = users.behavior.checks
    #expect(checks.map(\.name) == ["a_way_in", "a_parent_stays"])
    #expect(names(checks[0].reach, users) == ["email", "pin"])
    #expect(checks[0].refusal == Refusal(.checkFailed))
    #expect(checks[1].refusal == Refusal(.limitExceeded, says: "A family keeps an active parent."))
    #expect(checks[1].reach.isEmpty, "it reads the household's record")
    let tasks = try collection("tasks")
    #expect(tasks.behavior.checks.map(\.name) == ["no_blank_title", "frozen"], "those of traits come first")
    #expect(
      names(tasks.behavior.checks[1].reach, tasks) == ["points", "status"], "also what it asks by changed and old")
  }

  @Test func `uniques and circles are as written`() throws {
    let users = try collection("users")
    let email = try #require(users.behavior.uniques.first)
    #expect(email.folds && email.isAcross && email.policy == .reject && email.condition == nil)
    #expect(email.fields == [try number("email", users)])
    let rewards = try collection("rewards")
    let name = try #require(rewards.behavior.uniques.first)
    #expect(!name.folds && !name.isAcross && name.policy == .takeOver)
    #expect(name.condition?.text == "is_active")
    #expect(
      rewards.behavior.acyclics.map(\.chain) == [
        .field(try number("after", rewards)), .field(try number("needs", rewards)),
      ])
    #expect(rewards.behavior.acyclics.map(\.depth) == [20, 100])
    let links = try collection("links")
    #expect(
      links.behavior.acyclics.map(\.chain) == [.link(from: try number("from", links), to: try number("to", links))])
    #expect(links.behavior.acyclics[0].refusal.code == .checkFailed)
  }

  // MARK: Moves

  @Test func `moves know both sides, who, needs and companions`() throws {
    let tasks = try collection("tasks")
    let moves = tasks.behavior.moves
    #expect(moves.map(\.name) == ["claim", "release", "hand_in", "finish", "approve", "reject", "reopen"])
    let claim = moves[0]
    #expect(claim.isDecidedByHub)
    #expect(claim.from == .null && claim.to == .member)
    #expect(claim.refusal.code == .alreadyClaimed)
    #expect(claim.needs.map(\.name) == ["offered"])
    #expect(claim.needs[0].refusal.code == .transitionRefused)
    #expect(claim.sets.map(\.action) == [.write, .insert])
    #expect(claim.sets.map(\.value.text) == ["now", "member"])
    #expect(moves[1].from == .set && moves[1].to == .null)
    #expect(moves[1].by.map(\.name) == ["doer", "parent"])
    #expect(moves[1].sets.map(\.action) == [.remove])
    #expect(!moves[2].isDecidedByHub)
    #expect(moves[2].from == .values([.text("open")]))
    #expect(moves[2].needs[0].refusal == Refusal(.checkFailed, says: "This task needs a photo first."))
    #expect(moves[5].sets.map(\.action) == [.write, .add])
    #expect(moves[6].by.map(\.roles) == [["parent"], ["scheduler"]])
  }

  // MARK: Effects

  @Test func `effects know when and what`() throws {
    let tasks = try collection("tasks")
    let ledger = try collection("points_ledger")
    let effects = tasks.behavior.effects
    #expect(effects.map(\.name) == ["award", "take_back", "unclaim", "greet", "tidy", "count_days"])
    #expect(effects[0].trigger == .enters(try number("status", tasks), .values([.text("done")])))
    guard case .append(let target, let row) = effects[0].action else { return #expect(Bool(false)) }
    #expect(target == ledger.number)
    #expect(row.map { ledger.fields[$0.field.index].name }.prefix(3) == ["user_id", "delta", "kind"])
    #expect(row[2].value.nodes == [.constant(.text("earn"))])
    guard case .move("reopen", let by) = effects[1].trigger else { return #expect(Bool(false)) }
    #expect(by.map(\.name) == ["parent", "doer"])
    guard case .reverse("award", let negated, let changes) = effects[1].action else { return #expect(Bool(false)) }
    #expect(negated == (try number("delta", ledger)))
    #expect(changes.count == 1)
    #expect(effects[2].firesHidden)
    #expect(effects[2].trigger == .leaves(try number("claimable", tasks), .values([.bool(true)])))
    #expect(effects[3].trigger == .created)
    guard case .setAt(let reference, _) = effects[3].action else { return #expect(Bool(false)) }
    #expect(reference == (try number("claimed_by", tasks)))
    #expect(effects[4].trigger == .day && effects[4].action == .delete)
    #expect(effects[5].trigger == .changes([try number("status", tasks), try number("claimed_by", tasks)]))
    guard case .put(let board, _) = effects[5].action else { return #expect(Bool(false)) }
    #expect(board == (try collection("boards").number))
  }

  // MARK: Derived fields, keys, time

  @Test func `derived fields are the hub's, and say how they are computed`() throws {
    let users = try collection("users")
    let ledger = try collection("points_ledger")
    let balance = try number("points_balance", users)
    #expect(users.slots[users.fields[balance.index].slot].rule == .hub(.derived))
    guard case .aggregate(let sum)? = users.behavior.derived[balance] else { return #expect(Bool(false)) }
    #expect(sum.kind == .sum && sum.source == ledger.number && sum.condition == nil)
    #expect(sum.value == (try number("delta", ledger)))
    #expect(sum.reference == (try number("user_id", ledger)))
    guard case .aggregate(let best)? = users.behavior.derived[try number("best_reward", users)] else {
      return #expect(Bool(false))
    }
    #expect(best.kind == .max && best.condition?.text == "kind == earn")
    guard case .expression(let level)? = users.behavior.derived[try number("level", users)] else {
      return #expect(Bool(false))
    }
    #expect(level.text == "isqrt(max(points_balance, 0) div 50)")
    let kinds = users.behavior.derived.values.map { if case .aggregate = $0 { 1 } else { 0 } }
    #expect(kinds.count == 6 && kinds.reduce(0, +) == 4)
  }

  @Test func `keys, periods, expiry, retention, restrictions and sessions`() throws {
    let ledger = try collection("points_ledger")
    #expect(ledger.key.count == 2)
    #expect(ledger.behavior.keyCondition?.text == "task_id is set and kind in (earn, reversal)")
    #expect(ledger.behavior.expires == (try number("until", ledger)))
    #expect(ledger.behavior.retention == Behavior.Retention(months: 12))
    let tasks = try collection("tasks")
    #expect(tasks.behavior.periods == [try number("status", tasks): try number("occurrence_date", tasks)])
    #expect(tasks.behavior.restrictions.values.map(\.text) == ["status != done"])
    #expect(pack.roles.session?.text == "member.is_active")
    #expect(pack.roles.session?.inputs.map(\.root) == [.member])
  }

  @Test func `sentences to be proved are resolved`() throws {
    #expect(pack.expectations.map(\.text).count == 4)
    let (first, second) = (pack.expectations[0], pack.expectations[1])
    #expect(first.roles == ["parent", "teen", "child", "helper"] && !first.isAllowed && first.verb == .update)
    #expect(second.roles == ["child"] && !second.isAllowed && second.verb == .write)
    #expect(second.field == (try number("role", try collection("users"))))
    #expect(pack.expectations[3].isAllowed)
  }

  @Test func `a pack that says open gives everybody everything where a collection says nothing`() throws {
    let text = FamilyPack.text.replacing("expect:", with: "open: true\nexpect:")
      .replacing("    access: { read: { everyone: all }, create: { parent: all } }\n", with: "")
    let open = try PackLoader.load(text, file: "family.yaml")
    #expect(open.collection(named: "links")?.behavior.access == .open)
    #expect(open.collection(named: "tasks")?.behavior.access.isOpen == false)
  }
}
