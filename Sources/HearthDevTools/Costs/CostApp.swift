internal import Foundation
internal import HearthModel
internal import HearthPack

/// The pack of a workload and the household that it works in.
struct CostApp {
  let pack: Pack
  private let seed: Seed
  private let family: Seed.Household

  /// - Parameter folder: with the files of the pack.
  init(in folder: URL) throws {
    let text = { (name: String) in try String(contentsOf: folder.appending(path: name), encoding: .utf8) }
    var pack = try PackLoader.load(text("schema.yaml"), file: "schema.yaml")
    if pack.hasShared {
      pack = pack.with(try CatalogueLoader.load(text("catalogue.yaml"), file: "catalogue.yaml", pack: pack))
    }
    seed = try SeedLoader.load(text("seed.yaml"), file: "seed.yaml", pack: pack)
    guard let family = seed.households.first else { throw CostFault("The seed of `\(pack.name)` has no household.") }
    (self.pack, self.family) = (pack, family)
  }

  /// The household with another id, and one device for each of these members.
  func household(_ id: RecordID, members: [String]) -> Seed.Household {
    let devices = members.map { Seed.Device(name: "\($0)-device", member: RecordID(name: $0)) }
    return seed.with([family]).renamed(pack) { id }.households[0].with(devices)
  }
}
