package import Foundation
internal import HearthEngine
internal import HearthModel
internal import HearthPack
internal import HearthWire

/// What the targets stand on: the packs and households of the fixtures, read once.
package struct FuzzGround: Sendable {
  /// The folder with `fixtures` and `protocol`.
  package let root: URL
  let famQuest: Pack
  let famQuestSeed: Seed
  /// A pack with shared collections.
  let academy: Pack
  /// The pack of protocol/vectors: a field of every kind.
  let vectors: Pack
  /// A hub's decisions on FamQuest.
  let engine: Engine
  /// A hub for each beginning of a talk, by form.
  let hub: [WireCodec.Form: [HubBench]]
  let device: [WireCodec.Form: DeviceBench]

  /// - Parameters:
  ///   - root: the folder with `fixtures` and `protocol`.
  ///   - targets: what will be run; the cores take a while to set up.
  package init(root: URL, for targets: [FuzzTarget] = FuzzTarget.allCases) throws {
    self.root = root
    let pack = { (path: String) in try PackLoader.load(try Self.text(root, path), file: path) }
    famQuest = try pack("fixtures/famquest/schema.yaml")
    famQuestSeed = try SeedLoader.load(
      Self.text(root, "fixtures/famquest/seed.yaml"), file: "seed.yaml", pack: famQuest)
    academy = try pack("fixtures/packs/academy/schema.yaml")
    vectors = try pack("protocol/vectors/pack.yaml")
    engine = Engine(packs: [famQuest.name: famQuest], dayInZone: Self.day)
    guard let family = famQuestSeed.households.first else { throw FuzzFinding("the seed of FamQuest has no household") }
    var (hub, device) = ([WireCodec.Form: [HubBench]](), [WireCodec.Form: DeviceBench]())
    for form in Set(targets.compactMap(\.coreForm)) {
      hub[form] = try HubTarget.beginnings(HubBench(famQuest, family, form))
      device[form] = try DeviceBench(famQuest, family, form)
    }
    (self.hub, self.device) = (hub, device)
  }

  static func text(_ root: URL, _ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  /// The day in UTC: time zone tables are the shell's, and their cost would be most of a run.
  @Sendable static func day(_ instant: Instant, _ zone: String) -> Day? {
    Int32(exactly: instant.milliseconds / 86_400_000).map { Day(rawValue: $0) }
  }

  /// Tuesday 11 November 2025, when the seeds take place.
  static let now: Int64 = 1_762_873_200_000
}
