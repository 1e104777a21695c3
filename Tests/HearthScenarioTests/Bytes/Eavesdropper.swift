import HearthEngine
import HearthModel
import HearthPack
import HearthScenario

/// Reads every message that the hub writes to the devices of a household, and holds against it what the member of that
/// device may see, or could see before.
final class Eavesdropper {
  private let world: InProcessWorld
  private let household: HouseholdID
  private let pack: Pack
  /// What everybody knows who has the app, as bytes: names and sentences of the pack are in many messages.
  private let common: [UInt8]
  private var memberOf: [String: RecordID] = [:]
  private var revision: Revision?
  /// Everything recognizable that stood anywhere in the household, or that anybody wanted to write there.
  private var known: [Word: FamilyPicture.Place] = [:]
  /// What was written at a place and may stand there as a value that lost.
  private var written: [FamilyPicture.Place: Set<Word>] = [:]
  /// What each member could see at some time.
  private var allowed: [RecordID: Set<Word>] = [:]
  /// What a device has written into fields that only leave the hub towards it.
  private var ownOf: [String: Set<Word>] = [:]
  private var suspects: [String: [Word]] = [:]
  private var isCommon: [Word: Bool] = [:]
  private var spellings: [Word: [[UInt8]]] = [:]
  private(set) var leaks: Set<String> = []

  init(_ world: InProcessWorld, _ household: HouseholdID, _ scenario: Scenario) throws {
    (self.world, self.household, pack) = (world, household, FamQuest.pack)
    common = Array(try FamQuest.text("schema.yaml").utf8)
    for (device, change) in scenario.written { note(change, device) }
    try look()
    world.heard = { [unowned self] device, message in self.hear(device, message) }
  }

  /// Adds a device of the member and listens at it.
  func listen(_ device: String, _ member: RecordID) { memberOf[device] = member }

  // MARK: What there is to know

  private func note(_ change: Draft.Change, _ device: String?) {
    guard let record = change.record else { return }
    if let device { ownOf[device, default: []].insert(.id(record)) }
    for (field, action) in change.actions {
      let place = FamilyPicture.Place(collection: change.collection, record: record, field: field)
      let words = Word.words(of: action.value)
      for word in words where known[word] == nil { known[word] = place }
      written[place, default: []].formUnion(words)
      // Who names a record is told of that record why it may not be named.
      guard let device else { continue }
      let schema = pack.collection(named: change.collection)?.field(named: field)
      ownOf[device, default: []].formUnion(schema?.marks.contains(.device) == true ? words : words.filter(\.isID))
    }
  }

  /// Takes in what the hub has now.
  private func look() throws {
    let now = try world.store.read { try $0.household(household)?.revision }
    guard now != revision || revision == nil else { return }
    revision = now
    suspects = [:]
    let picture = try FamilyPicture(world.store, household, pack)
    let members = Set(memberOf.values).union((picture.records["users"] ?? [:]).keys)
    for (place, value) in picture.places {
      let words = Word.words(of: value).union(written[place] ?? [])
      let id = Word.id(place.record)
      for word in words.union([id]) where known[word] == nil { known[word] = place }
      for member in members where picture.mayRead(place, member) {
        allowed[member, default: [.id(household.record)]].formUnion(words)
        allowed[member]?.insert(id)
      }
    }
  }

  // MARK: What is heard

  private func hear(_ device: String, _ message: [UInt8]) {
    guard let member = memberOf[device] else { return }
    do { try look() } catch { leaks.insert("the hub cannot be read: \(error)") }
    for word in suspects(of: device, member) where spellings[word]!.contains(where: { Bytes.contain(message, $0) }) {
      // A secret that is part of something seen is none.
      let isPart = { (seen: Word) in seen.contains(word) }
      if allowed[member]?.contains(where: isPart) == true || ownOf[device]?.contains(where: isPart) == true { continue }
      leaks.insert("\(device) reads \(word), which stands in \(known[word].map { "\($0)" } ?? "?")")
    }
  }

  /// What must not be in a message to a device at this moment.
  private func suspects(of device: String, _ member: RecordID) -> [Word] {
    if let suspects = suspects[device] { return suspects }
    let found = known.keys.filter { word in
      allowed[member]?.contains(word) != true && ownOf[device]?.contains(word) != true && !isCommon(word)
    }
    suspects[device] = found
    return found
  }

  private func isCommon(_ word: Word) -> Bool {
    if let answer = isCommon[word] { return answer }
    let spellings = word.spellings
    self.spellings[word] = spellings
    let answer = spellings.contains { Bytes.contain(common, $0) }
    isCommon[word] = answer
    return answer
  }

  /// How many secrets there are for a device now.
  func secretCount(_ device: String) -> Int { memberOf[device].map { suspects(of: device, $0).count } ?? 0 }
}

extension Scenario {
  /// Every change that its steps make, or try to make; the device is nil for a service of the hub.
  var written: [(device: String?, change: Draft.Change)] {
    steps.compactMap(\.action.writing).flatMap { device, draft in draft.changes.map { (device, $0) } }
  }
}

extension Scenario.Action {
  /// What somebody writes in this step; the device is nil for a service of the hub.
  fileprivate var writing: (device: String?, Draft)? {
    switch self {
    case .edit(let device, let draft, _, _), .doomed(let device, let draft, _), .forge(let device, let draft, _):
      (device, draft)
    case .service(let draft, _): (nil, draft)
    default: nil
    }
  }
}

extension Draft.Action {
  fileprivate var value: Value {
    switch self {
    case .set(let value), .insert(let value), .remove(let value): value
    case .put(let path, let value): .list(path.map { .text($0) } + [value])
    case .add, .drop: .null
    }
  }
}

extension Word {
  fileprivate var isID: Bool { if case .id = self { true } else { false } }
}
