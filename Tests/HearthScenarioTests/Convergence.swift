import HearthModel
import HearthReplica
import HearthScenario

/// P1: what devices show against what a device shows that was never there before.
struct Convergence {
  let world: InProcessWorld
  let pack: Pack
  let newcomer: String

  /// Lets a device in that was never there before.
  init(_ world: InProcessWorld, _ pack: Pack, member: RecordID, household: HouseholdID) throws {
    (self.world, self.pack, newcomer) = (world, pack, "newcomer of \(member)")
    try world.addDevice(newcomer, member: member, household: household)
    try world.connect(newcomer)
    try world.settle()
  }

  /// Everything in which the device and the newcomer differ: records, values, conflicts, versions.
  func differences(of device: String) throws -> [String] {
    try pack.collections.flatMap { collection in
      let fresh = Dictionary(uniqueKeysWithValues: try world.view(newcomer, of: collection))
      let held = Dictionary(uniqueKeysWithValues: try world.view(device, of: collection))
      return Set(fresh.keys).union(held.keys).sorted().flatMap { id in
        differences(held[id], fresh[id], in: collection).map { "\(device) \(collection.name)/\(id): \($0)" }
      }
    }
  }

  private func differences(
    _ held: VisibleRecord?, _ fresh: VisibleRecord?, in collection: CollectionSchema
  ) -> [String] {
    // Of what is gone a device may keep a tombstone or nothing.
    let (held, fresh) = (held?.ifLive, fresh?.ifLive)
    guard let held, let fresh else {
      return held == nil && fresh == nil ? [] : ["the device \(held == nil ? "lacks" : "alone has") it"]
    }
    var differences = collection.fields.filter { $0.isPublished && held[$0] != fresh[$0] }
      .map { "\($0.name) is \(held[$0]), the newcomer's \(fresh[$0])" }
    if Set(held.conflicts) != Set(fresh.conflicts) || held.conflicts.count != fresh.conflicts.count {
      differences.append("conflicts are \(held.conflicts), the newcomer's \(fresh.conflicts)")
    }
    if held.versions != fresh.versions {
      differences.append("versions are \(held.versions), the newcomer's \(fresh.versions)")
    }
    return differences
  }
}

extension VisibleRecord {
  fileprivate var ifLive: VisibleRecord? { life == .live ? self : nil }
}
