package import Foundation
internal import HearthModel
internal import HearthPack

/// The app whose households are driven: its pack and the household of its seed that is founded over and over.
package struct App: Sendable {
  let pack: Pack
  let household: Seed.Household
  private let seed: Seed
  /// The folder of the pack's files.
  package let folder: URL

  /// - Parameters:
  ///   - name: the pack.
  ///   - root: where packs are looked for, in sub-folders and in those of `packs`.
  ///   - lines: what is added at the end of the seed.
  package init(named name: String, in root: URL, appending lines: String = "") throws {
    let candidates = [root.appending(path: name), root.appending(path: "packs").appending(path: name)]
    guard let folder = candidates.first(where: { Self.exists($0.appending(path: "schema.yaml")) }) else {
      throw LoadFault("There is no pack `\(name)` in `\(root.path)`. Name the folder of the packs with --packs.")
    }
    self.folder = folder
    let loaded: Pack
    do {
      loaded = try Self.pack(folder)
      let text = try String(contentsOf: folder.appending(path: "seed.yaml"), encoding: .utf8)
      seed = try SeedLoader.load(text + lines, file: "seed.yaml", pack: loaded)
    } catch {
      throw LoadFault("The pack in `\(folder.path)` cannot be read: \(error)")
    }
    pack = loaded
    guard let household = seed.households.max(by: { $0.devices.count < $1.devices.count }),
      !household.devices.isEmpty
    else { throw LoadFault("The seed of `\(name)` has no household with devices.") }
    self.household = household
  }

  /// The members who have devices, and whether each may write something of his own accord.
  private var members: [(id: RecordID, mayWrite: Bool)] {
    let subjects = Workload.Subjects(pack, household)
    var seen: Set<RecordID> = []
    return household.devices.map(\.member).filter { seen.insert($0).inserted }.map { member in
      let record = household.records.first { $0.collection == pack.memberCollection && $0.id == member }
      guard case .text(let role)? = record?.values.first(where: { $0.field == pack.roleField })?.value else {
        return (member, false)
      }
      return (member, subjects[role] != nil)
    }
  }

  private static func exists(_ file: URL) -> Bool { FileManager.default.fileExists(atPath: file.path) }

  private static func pack(_ folder: URL) throws -> Pack {
    let pack = try PackLoader.load(
      String(contentsOf: folder.appending(path: "schema.yaml"), encoding: .utf8), file: "schema.yaml")
    let catalogue = folder.appending(path: "catalogue.yaml")
    guard pack.hasShared, exists(catalogue) else { return pack }
    return pack.with(
      try CatalogueLoader.load(
        String(contentsOf: catalogue, encoding: .utf8), file: "catalogue.yaml", pack: pack))
  }

  /// Whose devices there are: of three, two of members who may write at will, and one of another.
  func everybody(devices count: Int) -> [RecordID] {
    let writers = members.filter(\.mayWrite).map(\.id)
    let others = members.filter { !$0.mayWrite }.map(\.id)
    return (0..<count).map { number in
      let isOther = writers.isEmpty || number % 3 == 2 && !others.isEmpty
      let (from, place) = isOther ? (others, number / 3) : (writers, number - number / 3)
      return from[place % from.count]
    }
  }

  /// Whose devices there are when all of them are to write.
  ///
  /// - Throws: ``LoadFault`` when nobody may.
  func writers(devices count: Int) throws -> [RecordID] {
    let writers = members.filter(\.mayWrite).map(\.id)
    guard !writers.isEmpty else { throw LoadFault("Nobody in the pack `\(pack.name)` may always write some text.") }
    return (0..<count).map { writers[$0 % writers.count] }
  }

  /// The household with an id of its own.
  ///
  /// - Parameter members: whose devices it has.
  func household(of members: [RecordID]) -> Seed.Household {
    let devices = members.enumerated().map { Seed.Device(name: Self.deviceName($0.offset), member: $0.element) }
    return seed.with([household]).renamed(pack) {
      RecordID(high: .random(in: 0 ... .max), low: .random(in: 0 ... .max))
    }.households[0].with(devices)
  }

  static func deviceName(_ number: Int) -> String { "device-\(number)" }

  /// The seed's text, for a hub that founds over HTTP.
  func seedText() throws -> String {
    try String(contentsOf: folder.appending(path: "seed.yaml"), encoding: .utf8)
  }
}

/// Why a load test cannot go on, in words for whoever runs it.
package struct LoadFault: Error, CustomStringConvertible, Sendable {
  package let description: String

  package init(_ description: String) {
    self.description = description
  }
}
