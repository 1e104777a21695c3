internal import HearthModel
internal import HearthPack

/// Rows that take from a member's balance, and rows that give: what people do to a balance that a rule of the pack keeps
/// from falling below a floor.
///
/// Everything is read from the pack. A check says that a sum over rows may not be less than a number; a sample row that
/// takes from a member is what is written over and over; and a role whose grant names what its rows have to say gives as
/// much back.
struct Spending: Sendable {
  /// The collection with the rows, and that of the accounts.
  let rows: CollectionSchema
  let accounts: CollectionSchema
  /// What the account shows.
  let balance: Field
  /// The check's number.
  let floor: Int64
  /// Whose balance it is.
  let spender: RecordID
  /// Who gives; nil when the pack lets nobody.
  let giver: RecordID?
  private let taking: [Edit]
  private let giving: [Edit]

  /// - Throws: ``LoadFault`` for a pack without such a thing.
  init(_ pack: Pack, _ household: Seed.Household) throws {
    for rule in FloorRule.all(in: pack) {
      guard let sample = rule.sample(in: household, pack), let role = household.role(of: sample.account, pack) else {
        continue
      }
      (rows, accounts, balance, floor) = (rule.rows, rule.accounts, rule.balance, rule.floor)
      spender = sample.account
      let allowed = rule.rows.behavior.access.grants(for: .create).filter { $0.who.mayMean(role: role) }
      taking = sample.values.filter { value in allowed.contains { $0.fields.contains(value.field) } }.map {
        Edit($0.field, .set($0.value))
      }
      let gift = household.members.lazy.compactMap { member in
        household.role(of: member, pack).flatMap { rule.gift(by: $0, to: sample) }.map { (member: member, edits: $0) }
      }.first
      giver = gift?.member
      giving = gift?.edits ?? []
      return
    }
    throw LoadFault(
      "The pack `\(pack.name)` has no balance with a floor that its sample household draws on: `target: points_at_floor` "
        + "needs a rule such as `user_id.points_balance >= 0` over a sum of rows, and a row that takes.")
  }

  /// Whose devices there are: of three, two of the one who spends, and one of the one who gives.
  func members(devices count: Int) -> [RecordID] {
    (0..<count).map { $0 % 3 == 2 ? giver ?? spender : spender }
  }

  func mayWrite(_ member: RecordID) -> Bool { member == spender || member == giver }

  /// A new row: takes when the spender makes it, else gives.
  func changes(by member: RecordID) -> [RecordChange] {
    let record = RecordID(high: .random(in: 0 ... .max), low: .random(in: 0 ... .max))
    return [
      RecordChange(
        collection: rows.number, record: record, kind: .create, edits: member == spender ? taking : giving)
    ]
  }
}

/// A rule that keeps a sum over rows from falling below a number.
private struct FloorRule {
  let rows: CollectionSchema
  /// What is summed up, and what points to the account.
  let value: FieldNumber
  let reference: FieldNumber
  let accounts: CollectionSchema
  let balance: Field
  let floor: Int64

  /// A row that takes.
  struct Sample {
    let account: RecordID
    let values: [RecordPatch.FieldValue]
    let amount: Int64
  }

  static func all(in pack: Pack) -> [FloorRule] {
    pack.collections.flatMap { rows in
      rows.behavior.checks.flatMap { check in
        check.condition.nodes.compactMap { FloorRule($0, of: check.condition, rows, pack) }
      }
    }
  }

  /// `row.reference.balance >= floor`, where the balance is the sum of the rows.
  private init?(_ node: Expression.Node, of condition: Expression, _ rows: CollectionSchema, _ pack: Pack) {
    guard case .compare(.greaterOrEqual, let left, let right) = node,
      case .input(let input) = condition.nodes[left], case .constant(.int(let floor)) = condition.nodes[right],
      case .record = condition.inputs[input].root, condition.inputs[input].steps.count == 3,
      case .field(let reference) = condition.inputs[input].steps[0],
      case .follow(let target) = condition.inputs[input].steps[1],
      case .field(let number) = condition.inputs[input].steps[2],
      let accounts = pack.collection(target), accounts.number == pack.memberCollection,
      let balance = accounts.field(number),
      case .aggregate(let sum)? = accounts.behavior.derived[number], sum.kind == .sum, sum.source == rows.number,
      sum.reference == reference, let value = sum.value
    else { return nil }
    (self.rows, self.value, self.reference, self.floor) = (rows, value, reference, floor)
    (self.accounts, self.balance) = (accounts, balance)
  }

  func sample(in household: Seed.Household, _ pack: Pack) -> Sample? {
    for record in household.records where record.collection == rows.number {
      guard case .int(let amount)? = record.values.first(where: { $0.field == value })?.value, amount < 0,
        case .id(let account)? = record.values.first(where: { $0.field == reference })?.value
      else { continue }
      return Sample(account: account, values: record.values, amount: amount)
    }
    return nil
  }

  /// The fields of a row by which a role gives back what a sample takes; nil when no grant of the role alone allows it.
  func gift(by role: String, to sample: Sample) -> [Edit]? {
    for grant in rows.behavior.access.grants(for: .create) {
      guard grant.who.relation == nil, grant.who.mayMean(role: role), grant.fields.contains(value),
        grant.fields.contains(reference)
      else { continue }
      var values: [FieldNumber: Value] = grant.condition?.demanded ?? [:]
      values[value] = .int(-sample.amount)
      values[reference] = .id(sample.account)
      values = values.filter { grant.fields.contains($0.key) }
      guard rows.fields.allSatisfy({ !$0.isRequired || values[$0.number] != nil }) else { continue }
      return values.sorted { $0.key.rawValue < $1.key.rawValue }.map { Edit($0.key, .set($0.value)) }
    }
    return nil
  }
}

extension Expression {
  /// The fields of which the condition, a conjunction, says that they equal a constant.
  fileprivate var demanded: [FieldNumber: Value] { demanded(by: nodes.count - 1) }

  private func demanded(by position: Int) -> [FieldNumber: Value] {
    switch nodes[position] {
    case .and(let left, let right): return demanded(by: left).merging(demanded(by: right)) { first, _ in first }
    case .compare(.equal, let left, let right):
      guard case .input(let input) = nodes[left], case .constant(let value) = nodes[right],
        case .record = inputs[input].root, inputs[input].steps.count == 1,
        case .field(let field) = inputs[input].steps[0]
      else { return [:] }
      return [field: value]
    default: return [:]
    }
  }
}

extension Seed.Household {
  /// Those with devices, each once.
  fileprivate var members: [RecordID] {
    var seen: Set<RecordID> = []
    return devices.map(\.member).filter { seen.insert($0).inserted }
  }

  fileprivate func role(of member: RecordID, _ pack: Pack) -> String? {
    let record = records.first { $0.collection == pack.memberCollection && $0.id == member }
    guard case .text(let role)? = record?.values.first(where: { $0.field == pack.roleField })?.value else { return nil }
    return role
  }
}
