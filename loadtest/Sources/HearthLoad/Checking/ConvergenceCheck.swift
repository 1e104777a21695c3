internal import HearthModel
internal import HearthReplica
internal import NIOCore

/// After a run: does every device show what a new install of its member is shown, and is there all that the hub has
/// acknowledged? And is every balance at its floor or above?
struct ConvergenceCheck {
  private let pack: Pack
  /// What keeps balances above a floor; nil when that is not the matter.
  private let spending: Spending?
  private(set) var devices = 0
  private(set) var records = 0
  private(set) var balances = 0
  private(set) var faults: [String] = []
  private static let faultsMax = 20

  init(_ pack: Pack, _ spending: Spending?) {
    self.pack = pack
    self.spending = spending
  }

  /// Compares a device with a witness: an install with the same credentials that has just read everything.
  mutating func compare(_ device: LoadDevice, with witness: LoadDevice) {
    devices += 1
    guard device.isLive, witness.isLive else {
      return fault(device, device.isLive ? "a new install cannot connect" : "is not connected")
    }
    for key in Set(device.storage.records.keys).union(witness.storage.records.keys).sorted() {
      records += 1
      guard let collection = pack.collection(key.collection) else { continue }
      let shown = device.storage.records[key].flatMap { $0.life == .live ? $0 : nil }
      let wanted = witness.storage.records[key].flatMap { $0.life == .live ? $0 : nil }
      if let difference = Self.difference(shown, wanted, collection) {
        fault(device, "\(collection.name)/\(key.record) \(difference)")
      }
      if let dot = device.acknowledged[key], let wanted, !wanted.versions.covers(dot) {
        fault(device, "\(collection.name)/\(key.record) is without \(dot), which was acknowledged")
      }
    }
    checkBalances(device, witness)
  }

  private mutating func checkBalances(_ device: LoadDevice, _ witness: LoadDevice) {
    guard let spending else { return }
    let accounts = witness.storage.confirmed(in: spending.accounts.number).filter { $0.1.life == .live }
    for (account, record) in accounts {
      guard case .int(let balance) = record[spending.balance] else { continue }
      balances += 1
      guard balance < spending.floor else { continue }
      fault(
        device,
        "\(spending.accounts.name)/\(account) has a \(spending.balance.name) of \(balance), below its floor of "
          + "\(spending.floor)")
    }
  }

  private static func difference(
    _ shown: VisibleRecord?, _ wanted: VisibleRecord?, _ collection: CollectionSchema
  ) -> String? {
    guard let wanted else { return shown == nil ? nil : "is shown, and a new install is not shown it" }
    guard let shown else { return "is not shown" }
    let different = collection.fields.filter { $0.isPublished && shown[$0] != wanted[$0] }.map(\.name)
    if !different.isEmpty { return "differs in \(different.joined(separator: ", "))" }
    if shown.versions != wanted.versions { return "is known as of \(shown.versions), not \(wanted.versions)" }
    if Set(shown.conflicts) != Set(wanted.conflicts) { return "lists other conflicts" }
    return nil
  }

  private mutating func fault(_ device: LoadDevice, _ text: String) {
    if faults.count < Self.faultsMax {
      faults.append("household \(device.household.id), device \(device.position): \(text)")
    } else if faults.count == Self.faultsMax {
      faults.append("and more")
    }
  }
}
