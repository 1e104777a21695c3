import HearthEngine
import HearthHub
import HearthMemory
import HearthModel
import HearthPack

/// A household that writes down what it needs, and change sets as its members' devices would send them.
final class PantryDesk {
  static let pack = load(
    """
    pack: pantry
    version: 1
    language: 1
    household: homes
    members: people
    zone: household.zone
    roles: { ranked: [parent, child], groups: { all: [parent, child] } }
    collections:
      homes:
        fields: { name: text(50), zone: zone = UTC }
        access: { read: { all: all } }
      people:
        fields:
          name: text(50)
          role: enum(parent, child)
        access: { read: { all: all } }
      items:
        who: { open: not hidden }
        fields:
          name: text(1..50)
          shop: ref shops?, setNull
          note: text(100)?
          amount: int(0..100) = 0, counter
          makers: set(text(20), 5) = {}
          size: text(20)?, immutable
          about: json = {}
          hidden: bool = false
          added_by: ref people? = member, setNull
          state: enum(wanted, bought) = wanted, precedence bought > wanted
        rules:
          once: { unique: [name, shop], fold: case, duplicate: alias, where: not hidden }
          twice: { unique: [name, size], duplicate: alias }
        moves:
          buy: { change: state wanted -> bought, by: all }
        effects:
          count: { when: created, append: log, row: { text: name } }
        access:
          read: { parent: all, child: { if: open } }
          create: { all: all }
          update: { parent: all, child: [note, amount] }
          delete: { parent: all }
      shops:
        fields: { name: text(1..50) }
        rules: { once: { unique: [name], duplicate: alias } }
        access: { read: { all: all }, create: { all: all }, update: { all: all }, delete: { all: all } }
      likes:
        key: [item, person]
        fields:
          item: ref items, immutable, cascade
          person: ref people = member, immutable, cascade
          stars: int = 3
        access: { read: { all: all }, create: { all: all }, update: { all: all }, delete: { all: all } }
      prices:
        key: [item, shop]
        fields:
          item: ref items, immutable, cascade
          shop: ref shops, immutable, cascade
          cents: int(0..100000)
        access: { read: { all: all }, create: { all: all }, update: { parent: all } }
      praise:
        fields:
          like: ref likes, cascade
          words: text(100)
        access: { read: { all: all }, create: { all: all }, update: { all: all }, delete: { all: all } }
      log:
        append: true
        fields: { text: text(100) }
        access: { read: { all: all } }
    """)

  private static func load(_ text: String) -> Pack {
    do { return try PackLoader.load(text, file: "pantry.yaml") } catch { preconditionFailure("\(error)") }
  }

  private static let seed = """
    app: pantry
    households:
      - label: The home
        id: the-home
        devices: [{ name: eva-phone, member: eva }]
        records:
          homes: [{ id: the-home, name: The home }]
          people:
            - { id: eva, name: Eva, role: parent }
            - { id: noah, name: Noah, role: child }
    """

  let store = MemoryStore()
  let engine: Engine
  let household: HouseholdID
  var now = Instant("2025-11-11T16:00:00Z")!
  private var replicas: [String: (number: ReplicaNumber, device: RecordID, counter: UInt64)] = [:]
  /// The outcome of the last change set.
  private(set) var last: Outcome?
  private(set) var lastPatch: Publication?

  init() throws {
    engine = Engine(packs: [Self.pack.name: Self.pack]) { instant, _ in
      Day(rawValue: Int32(instant.milliseconds / 86_400_000))
    }
    let seed = try SeedLoader.load(Self.seed, file: "seed.yaml", pack: Self.pack)
    household = seed.households[0].id
    var number: UInt64 = 0
    _ = try Founding(engine: engine).found(
      seed.households[0], app: Self.pack.name, in: store, now: now,
      random: {
        number += 1
        return number
      }, makeToken: { "token\(number)" })
  }

  // MARK: What devices do

  func change(
    _ address: String, _ kind: RecordChange.Kind = .update, _ values: [(String, Edit.Action)] = [],
    seen: VersionVector? = nil
  ) -> RecordChange {
    let (collection, id) = resolve(address)
    return RecordChange(
      collection: collection.number, record: id, kind: kind,
      context: seen ?? (kind == .create ? VersionVector() : state(address)?.versions ?? VersionVector()),
      edits: values.map { Edit(collection.field(named: $0.0)!.number, $0.1) })
  }

  @discardableResult
  func submit(_ member: String, at seconds: Int64 = 0, _ changes: RecordChange...) throws -> Outcome.Verdict {
    try submit(member, counter: nil, at: seconds, changes)
  }

  @discardableResult
  func submit(
    _ member: String, counter: UInt64?, at seconds: Int64 = 0, _ changes: [RecordChange]
  ) throws -> Outcome.Verdict {
    // `eva2` is Eva's second device.
    let person = RecordID(name: member.filter(\.isLetter))
    if replicas[member] == nil {
      let id = RecordID(name: "\(member)-device")
      try store.addDevice(
        DeviceEntry(id: id, household: household, member: person, name: member, tokenHash: Array(member.utf8)))
      replicas[member] = (try store.openReplica(household: household, device: id, incarnation: 1), id, 0)
    }
    replicas[member]!.counter = counter ?? replicas[member]!.counter + 1
    let replica = replicas[member]!
    let stamp = HybridTime(milliseconds: now.milliseconds - 60_000 + seconds * 1000)
    let submission = Submission(
      household: household, replica: replica.number, device: replica.device, member: person,
      offset: .zero,
      changeSet: ChangeSet(counter: replica.counter, stamp: stamp, content: .changes(changes)))
    try store.commit { reader in
      let batch = try engine.decide([submission], reader: reader, now: now)
      switch batch.results[0] {
      case .decided(let outcome, let patch): (last, lastPatch) = (outcome, patch)
      case .repeated(let outcome): (last, lastPatch) = (outcome, nil)
      case .gap, .forked: preconditionFailure("the desk counts wrong")
      }
      return batch.commit
    }
    return last!.verdict
  }

  // MARK: What the hub has

  func resolve(_ address: String) -> (CollectionSchema, RecordID) {
    let parts = address.split(separator: "/", maxSplits: 1).map(String.init)
    let collection = Self.pack.collection(named: parts[0])!
    let keyed = parts[1].split(separator: "+").map { Value.id(RecordID(name: String($0))) }
    guard keyed.count == 2 else { return (collection, RecordID(name: parts[1])) }
    let values = Dictionary(uniqueKeysWithValues: zip(collection.key, keyed))
    return (collection, collection.keyedID(household: household) { values[$0.number] }!)
  }

  func state(_ address: String) -> RecordState? {
    let (collection, id) = resolve(address)
    return try! store.read { try $0.record(RecordKey(household, collection.number, id)) }
  }

  func value(_ address: String, _ field: String) -> Value? {
    let (collection, _) = resolve(address)
    return state(address)?.value(of: collection.field(named: field)!, in: collection)
  }

  func conflicts(_ address: String) -> [Conflict] {
    state(address)?.conflicts(in: resolve(address).0) ?? []
  }

  func count(_ name: String) throws -> Int {
    let collection = Self.pack.collection(named: name)!
    return try store.read { try $0.records(of: household, in: collection.number).count }
  }

  func key(_ address: String) -> RecordKey {
    let (collection, id) = resolve(address)
    return RecordKey(household, collection.number, id)
  }
}

extension Edit.Action {
  static func text(_ text: String) -> Edit.Action { .set(.text(text)) }
  static func name(_ name: String) -> Edit.Action { .set(.id(RecordID(name: name))) }
}

extension Outcome.Verdict {
  /// Which name became which record.
  var aliases: [(name: RecordID?, record: RecordID?)] {
    guard case .merged(let decisions) = self else { return [] }
    return decisions.map(\.conflict).filter { $0.rule == "alias" }.map {
      ($0.losers[0].write.value?.id, $0.winner.value?.id)
    }
  }
}
