internal import Foundation
internal import HearthSQLite

/// What a workload leaves in the database.
struct StorageGrowth {
  let workload: CostWorkload
  let changeSets: Int
  /// Bytes of pages for each change set.
  let bytes: [StorageKind: Double]
  /// The same when all that may be collected has been.
  let bytesCollected: [StorageKind: Double]
}

/// Measures by how much the tables of a database grow while one household does the same over and over.
struct StorageRun {
  private let workload: CostWorkload
  private let app: CostApp

  /// The workloads of FamQuest with one household: more of them would only blur what one change set costs.
  static let workloads = CostWorkload.all.filter { $0.app == "famquest" && $0.households == 1 }

  /// - Parameters:
  ///   - turns: how often it does the same.
  ///   - packs: the folder of the packs.
  init(_ workload: CostWorkload, turns: Int, packs: URL) throws {
    var workload = workload
    (workload.turnsBefore, workload.turnsCounted) = (8, turns)
    self.workload = workload
    app = try CostApp(in: packs.appending(path: workload.app))
  }

  func growth() throws -> StorageGrowth {
    let folder = FileManager.default.temporaryDirectory.appending(path: "hearth-storage-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let bench = try CostBench(workload, app, in: folder)
    _ = try bench.run(0..<workload.turnsBefore)
    // What came before is not to be counted as saved.
    try bench.collectAll()
    let before = try StorageSizes(of: bench.hub.store.path, app.pack)
    let changeSets = try bench.run(workload.turnsBefore..<workload.turns).changeSets
    let after = try StorageSizes(of: bench.hub.store.path, app.pack)
    try bench.collectAll()
    let collected = try StorageSizes(of: bench.hub.store.path, app.pack)
    return StorageGrowth(
      workload: workload, changeSets: changeSets, bytes: after.growth(since: before, over: changeSets),
      bytesCollected: collected.growth(since: before, over: changeSets))
  }
}
