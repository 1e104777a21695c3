import HearthModel
import HearthProtocol
import HearthReplica
import HearthScenario
import HearthSimulator

/// What devices show, against what their members may see.
enum DeviceViews {
  /// Every device that is live and has nothing to send shows what the hub has, as far as its member may see it.
  static func check(_ household: Household, _ devices: [String]) throws {
    let oracle = household.oracle
    let picture = try HubPicture(household.world.store, household.id, household.pack)
    for device in devices {
      let member = household.members[device]!
      let isWelcome =
        oracle.isVisible(Oracle.Key("users", member))
        && oracle.shown(Oracle.Key("users", member), "is_active") == .bool(true)
      guard try household.world.condition(device) == .live else {
        if isWelcome { throw Household.Failure("\(device) is not live") }
        continue
      }
      guard isWelcome else {
        throw Household.Failure("\(device) is live, though its member is not welcome")
      }
      guard try household.world.replica(device).outbox.isEmpty else { throw Household.Failure("\(device) waits") }
      try check(device, oracle.viewer(member), household, picture)
    }
  }

  private static func check(
    _ device: String, _ viewer: Oracle.Viewer, _ household: Household, _ picture: HubPicture
  ) throws {
    for (name, fields) in OracleField.all {
      let collection = household.pack.collection(named: name)!
      let hubs = picture.records[name] ?? [:]
      let shown = try household.world.view(device, of: collection).filter { $0.1.life == .live }
      let own = Dictionary(uniqueKeysWithValues: shown)
      for id in Set(hubs.keys).union(own.keys).sorted() {
        let place = "\(name)/\(Names.name(of: id))"
        let readable = hubs[id].map { household.oracle.readable(name, id, $0, by: viewer) } ?? []
        guard !readable.isEmpty else {
          if own[id] != nil { throw Household.Failure("\(device) shows \(place), which it may not") }
          continue
        }
        guard let record = own[id] else { throw Household.Failure("\(device) lacks \(place)") }
        for field in fields where !field.isForItsDevice {
          let mine = record[collection.field(named: field.name)!]
          let expected = readable.contains(field.name) ? hubs[id]![field.name]! : field.start
          // What is masked looks as if nobody had ever written it.
          let isMasked = !readable.contains(field.name) && mine.isNull
          if mine != expected, !isMasked {
            throw Household.Failure(
              "\(device) shows \(place).\(field.name) as \(mine.brief), should be \(expected.brief)")
          }
        }
      }
    }
  }
}

extension Oracle {
  /// The same for a record of the hub's, whose rows have ids of its own.
  fileprivate func readable(
    _ collection: String, _ id: RecordID, _ values: [String: Value], by viewer: Viewer
  ) -> Set<String> {
    let key = Key(collection, id)
    if exists(key) { return readable(key, by: viewer) }
    var copy = self
    copy.records[key] = OracleRecord(cells: values.mapValues { .plain($0) })
    return copy.readable(key, by: viewer)
  }
}
