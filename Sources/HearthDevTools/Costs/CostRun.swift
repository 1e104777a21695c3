internal import Foundation
internal import HearthDisk
internal import HearthSQLite
internal import Synchronization

/// Counts what a workload costs, in runs of their own: what watches the disk asks for memory itself.
struct CostRun {
  let workload: CostWorkload
  let app: CostApp

  /// - Parameter packs: the folder of the packs.
  init(_ workload: CostWorkload, packs: URL) throws {
    self.workload = workload
    app = try CostApp(in: packs.appending(path: workload.app))
  }

  /// What is the same in every build: statements, syncs and bytes.
  func watched() throws -> Costs {
    try withFolder { folder in
      let disk = try SimulatedDisk(under: folder)
      defer { disk.detach() }
      let bench = try CostBench(workload, app, in: folder)
      try bench.copyLog()
      let before = try bench.run(0..<workload.turnsBefore)
      let start = disk.count
      let statements = Mutex(0)
      bench.hub.store.trace { _ in statements.withLock { $0 += 1 } }
      let wires = try bench.run(workload.turnsBefore..<workload.turns)
      bench.hub.store.trace(nil)
      let end = disk.count
      try bench.copyLog()
      let operations = disk.operations
      let (log, database) = (operations[start..<end], operations[end...])
      let each = { (sum: Double) in sum / Double(wires.changeSets) }
      return [
        .statements: each(Double(statements.withLock { $0 })),
        .syncs: each(Double(log.count(where: \.isSync))),
        .logBytes: each(Double(log.reduce(0) { $0 + $1.byteCount })),
        // All that was in the log, which is more than was counted.
        .databaseBytes: Double(database.reduce(0) { $0 + $1.byteCount })
          / Double(before.changeSets + wires.changeSets),
        .upBytes: each(Double(wires.upBytes)), .authorBytes: each(Double(wires.authorBytes)),
        .otherBytes: each(wires.otherBytes),
      ]
    }
  }

  /// How often the hub asks for memory. To callgrind, the end of the workload as well.
  func allocations() throws -> Double {
    try withFolder { folder in
      let bench = try CostBench(workload, app, in: folder)
      _ = try bench.run(0..<workload.turnsBefore)
      let start = CountedBody.allocations
      let wires = try bench.run(workload.turnsBefore..<workload.turns, counted: CountedBody.run)
      CountedBody.writeDown()
      return Double(CountedBody.allocations - start) / Double(wires.changeSets)
    }
  }

  /// How many change sets are counted.
  var changeSets: Int { workload.turn(0).count * workload.households * workload.turnsCounted }

  private func withFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "hearth-costs-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
  }
}

extension DiskOperation {
  fileprivate var isSync: Bool {
    switch self {
    case .sync, .syncFolder: true
    case .create, .write, .truncate, .failedSync, .delete: false
    }
  }

  fileprivate var byteCount: Int {
    if case .write(_, _, let bytes) = self { bytes.count } else { 0 }
  }
}
