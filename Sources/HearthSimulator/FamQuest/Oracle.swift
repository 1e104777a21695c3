package import HearthModel

/// FamQuest's rules written down a second time, slow and obvious: what a hub has to do with each change set.
///
/// It shares no code with the engine's rules; ids, values and clocks are the only words it has in common with it. Where
/// several things are wrong with a change set it names them all, and the hub has to name one of them.
package struct Oracle: Sendable {
  package struct Key: Hashable, Sendable {
    let collection: String
    let id: RecordID

    package init(_ collection: String, _ id: RecordID) {
      self.collection = collection
      self.id = id
    }
  }

  /// A change set, with names instead of numbers.
  package struct Submission {
    let dot: Dot
    let stamp: HybridTime
    /// The hub's clock when it decided.
    let at: Instant
    /// Nil for the hub itself.
    let member: RecordID?
    let changes: [Change]
  }

  struct Change {
    let collection: String
    let id: RecordID
    let kind: RecordChange.Kind
    let context: VersionVector
    let expectsUnchanged: Bool
    let edits: [(field: String, action: Edit.Action)]

    var key: Key { Key(collection, id) }
  }

  /// Something that is wrong with a change set.
  package struct Fault: Hashable, CustomStringConvertible {
    let code: String
    /// The rule as the hub names it; nil where no rule of the pack is meant.
    var rule: String?
    /// The conditions that do not hold.
    var failed: [String] = []

    init(_ code: String, _ rule: String? = nil, _ failed: [String] = []) {
      (self.code, self.rule, self.failed) = (code, rule, failed)
    }

    package var description: String { "\(code)\(rule.map { " \($0)" } ?? "")\(failed.isEmpty ? "" : " \(failed)")" }
  }

  /// Who writes.
  struct Author {
    let dot: Dot
    let stamp: HybridTime
    let member: RecordID?
    let role: String
    let at: Instant
    let today: Day

    var isHub: Bool { member == nil }
    var rank: Int { isHub ? 255 : Oracle.ranks[role] ?? 0 }
    var written: Instant { Instant(milliseconds: stamp.milliseconds) }
    var memberValue: Value { member.map { .id($0) } ?? .null }
  }

  static let ranks = ["parent": 3, "teen": 2, "child": 1, "helper": 0]

  package var records: [Key: OracleRecord] = [:]
  /// Ids of deleted records that were collected: nobody writes to them again.
  private(set) var gone: Set<RecordID> = []
  let household: RecordID
  let day: @Sendable (Instant) -> Day
  /// The last counter that was decided of each replica.
  var progress: Seen = [:]
  /// The records that the change set at hand has written, and those among them that it created.
  var written: Set<Key> = []
  /// Whether the change set at hand deletes or restores something, so that anything may come or go.
  var hasMovedLives = false
  /// How many rows of its own the oracle has made, for their ids.
  var rowCount: UInt64 = 0
  /// The steps that the change set at hand makes.
  var steps: [Step] = []
  /// What the writer's device showed of the tasks that the change set at hand changes.
  var seenByWriter: [Key: [String: Value]] = [:]

  package init(household: RecordID, day: @escaping @Sendable (Instant) -> Day) {
    self.household = household
    self.day = day
  }

  // MARK: Deciding

  /// Decides a change set, and becomes what the hub should be afterwards.
  ///
  /// - Returns: what is wrong with it; nothing when it is taken in.
  package mutating func decide(_ submission: Submission) -> [Fault] {
    defer { progress.add(submission.dot) }
    var next = self
    (next.written, next.steps, next.seenByWriter, next.hasMovedLives) = ([], [], [:], false)
    let faults = next.take(submission)
    guard faults.isEmpty else { return faults }
    next.progress = progress
    self = next
    return []
  }

  /// Takes notice that a deleted record was collected.
  mutating func forget(_ record: RecordID) {
    gone.insert(record)
    records = records.filter { $0.key.id != record }
  }

  /// Takes notice of a change set that has no effect.
  mutating func skip(_ dot: Dot) { progress.add(dot) }

  private mutating func take(_ submission: Submission) -> [Fault] {
    let before = self
    let author: Author
    switch who(submission) {
    case .failure(let refused): return [refused.fault]
    case .success(let known): author = known
    }
    guard submission.changes.allSatisfy({ !gone.contains($0.id) }) else { return [Fault("recordGone")] }
    var faults = submission.changes.flatMap { take($0, author, before) }
    guard faults.isEmpty else { return faults }
    faults = submission.changes.flatMap { danglingReferences(of: $0) }
    guard faults.isEmpty else { return faults }
    faults = submission.changes.flatMap { rightsOnResult(of: $0, author, before) }
    guard faults.isEmpty else { return faults }
    account(author)
    faults = makeSteps(author, before)
    guard faults.isEmpty else { return faults }
    account(author)
    if submission.dot != Dot(.hub, 1) { runEffects(author, before) }
    faults = brokenRules(author, before)
    guard faults.isEmpty else { return faults }
    stamp(author, before)
    remember(author, before)
    return []
  }

  private struct Refused: Error {
    let fault: Fault
  }

  private func who(_ submission: Submission) -> Result<Author, Refused> {
    let author = { (role: String) in
      Author(
        dot: submission.dot, stamp: submission.stamp, member: submission.member, role: role, at: submission.at,
        today: day(submission.at))
    }
    guard let member = submission.member else { return .success(author("")) }
    guard isVisible(Key("families", household)) else { return .failure(Refused(fault: Fault("householdGone"))) }
    let key = Key("users", member)
    guard isVisible(key), let role = shown(key, "role").text else {
      return .failure(Refused(fault: Fault("forbidden")))
    }
    guard shown(key, "is_active") == .bool(true) else {
      return .failure(Refused(fault: Fault("forbidden", "session")))
    }
    return .success(author(role))
  }

  // MARK: Reading

  package func exists(_ key: Key) -> Bool { records[key] != nil }

  func isDeleted(_ key: Key) -> Bool { records[key].map { !$0.deletes.isEmpty } ?? false }

  /// Whether the record is there for the family: nobody deleted it, nor anything on which it hangs.
  package func isVisible(_ key: Key) -> Bool {
    guard let record = records[key], record.deletes.isEmpty else { return false }
    return OracleField.byCollection[key.collection]!.allSatisfy { field in
      guard field.fate == .hidesRecord, field.target != "families", let target = stored(key, field.name).id else {
        return true
      }
      return isVisible(Key(field.target!, target))
    }
  }

  /// The ids of a collection that are there.
  package func visible(_ collection: String) -> [RecordID] {
    records.keys.filter { $0.collection == collection && isVisible($0) }.map(\.id)
  }

  /// What a field shows: references to what is not there show nothing.
  package func shown(_ key: Key, _ name: String) -> Value {
    let field = OracleField.byName[key.collection]![name]!
    let value = stored(key, name)
    guard field.fate == .showsNothing, let target = field.target else { return value }
    let isThere = { (id: RecordID) in isVisible(Key(target, id)) }
    switch value {
    case .id(let id): return isThere(id) ? value : .null
    case .list(let ids): return .list(ids.filter { $0.id.map(isThere) ?? true })
    default: return value
    }
  }

  func stored(_ key: Key, _ name: String) -> Value {
    let field = OracleField.byName[key.collection]![name]!
    switch records[key]?.cells[field.cell] {
    case nil: return field.start
    case .plain(let value): return value
    case .writes(let writes): return registerValue(writes, field, key.collection)
    case .elements(let elements):
      let isRanked = field.merge == .set(isRanked: true)
      return .list(
        elements.filter { $0.value.winner(isRanked: isRanked, presence: true)?.value != nil }.map(\.key).sorted())
    case .leaves(let leaves):
      var object = ValueObject()
      for (path, writes) in leaves.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
        if let value = writes.winner(isRanked: false)?.value { put(value, path[...], into: &object) }
      }
      return .object(object)
    }
  }

  private func put(_ value: Value, _ path: ArraySlice<String>, into object: inout ValueObject) {
    guard path.count > 1, let key = path.first else {
      object[path.first!] = value
      return
    }
    var inner = object[key]?.object ?? ValueObject()
    put(value, path.dropFirst(), into: &inner)
    object[key] = .object(inner)
  }

  private func registerValue(_ writes: [OracleWrite], _ field: OracleField, _ collection: String) -> Value {
    let winner = registerWinner(writes, field, collection)
    guard let value = winner?.value else { return field.start }
    guard field.group != nil else { return value }
    return value.elements?[Self.place(of: field, in: collection)] ?? .null
  }

  func registerWinner(_ writes: [OracleWrite], _ field: OracleField, _ collection: String) -> OracleWrite? {
    switch field.merge {
    // The first that came stays.
    case .claim, .first: return writes.first
    case .latest(let isRanked): return writes.winner(isRanked: isRanked, order: Self.order(of: field, collection))
    case .immutable, .hub, .largest, .smallest, .set, .leaves: return writes.last
    }
  }

  /// The values of which the earlier wins among concurrent ones of the same role.
  static func order(of field: OracleField, _ collection: String) -> [Value] {
    switch (collection, field.name) {
    case ("tasks", "status"): ["done", "pending_approval", "open"].map { .text($0) }
    case ("notifications", "status"): ["sent", "cancelled", "failed", "pending"].map { .text($0) }
    default: []
    }
  }

  static func members(of group: String, in collection: String) -> [OracleField] {
    OracleField.byCollection[collection]!.filter { $0.group == group }
  }

  private static func place(of field: OracleField, in collection: String) -> Int {
    members(of: field.group!, in: collection).firstIndex { $0.name == field.name }!
  }

  func ids(_ key: Key, _ name: String) -> [RecordID] { shown(key, name).elements?.compactMap(\.id) ?? [] }
}
