internal import Foundation

/// Whether what is stored makes anything slower: fifty times the households, and a hundred times the history.
///
/// The databases are made once, and each run works on copies of them. Devices write at a rate there, so that a run adds
/// little to the history that it is to be measured with.
final class ScaleProbe: GoalProbe {
  private static let households = 50_000
  private static let history = 100
  /// Change sets of each driven household before anything is measured: one for each record that its devices edit.
  private static let growth = 5

  private var folder: URL?
  private var stores: (few: StoredHouseholds, many: StoredHouseholds, old: StoredHouseholds)?

  func measure(_ bench: GoalBench) async throws -> GoalSample {
    let (few, many, old) = try await stores(bench)
    let query = try HotQuery(of: bench.tools.app, in: bench.materials)
    let plan = try bench.plan([.atRate(bench.scale.rate(1000))])
    let base = try await Cost(few, bench, plan, query)
    let wide = try await Cost(many, bench, plan, query)
    let deep = try await Cost(old, bench, plan, query)
    var sample = GoalSample([:])
    (sample.values[.householdsCPU], sample.values[.householdsQuery]) = try wide.more(than: base)
    (sample.values[.historyCPU], sample.values[.historyQuery]) = try deep.more(than: base)
    sample.notes = ["the change sets are written at \(Int(bench.scale.rate(1000))) a second"]
    return sample
  }

  func finish() {
    if let folder { try? FileManager.default.removeItem(at: folder) }
  }

  /// CPU in microseconds.
  private struct Cost {
    let changeSet: Double
    let query: Double

    init(
      _ store: StoredHouseholds, _ bench: GoalBench, _ plan: ContestantRun.Plan, _ query: HotQuery
    ) async throws {
      changeSet = try await bench.figures(store, plan)[0].cpuMicroseconds
      self.query = try query.microseconds(store.accounts.map { $0[0].household }, in: store.database)
    }

    /// In percent.
    func more(than base: Cost) throws -> (changeSet: Double, query: Double) {
      (
        try percentMore(changeSet, than: base.changeSet, "a change set"),
        try percentMore(query, than: base.query, "a hot query")
      )
    }
  }

  private func stores(
    _ bench: GoalBench
  ) async throws -> (few: StoredHouseholds, many: StoredHouseholds, old: StoredHouseholds) {
    if let stores { return stores }
    let folder = try bench.makeFolder()
    self.folder = folder
    let (driven, growth) = (bench.households, bench.households * Self.growth)
    let few = try await found("few", driven, bench, folder)
    let many = try await found("many", bench.scale.count(Self.households, least: 2 * driven), bench, folder)
    let old = try few.copied("old", to: try Self.subfolder("old", of: folder))
    for (store, count) in [(few, growth), (many, growth), (old, growth * bench.scale.count(Self.history, least: 10))] {
      try await store.grow(by: count, bench.tools) { bench.show("\(store.name), \($0)", $1) }
    }
    stores = (few, many, old)
    return (few, many, old)
  }

  private func found(
    _ name: String, _ count: Int, _ bench: GoalBench, _ folder: URL
  ) async throws -> StoredHouseholds {
    try await StoredHouseholds.founded(
      name, count, driven: bench.households, devices: GoalBench.devices, in: Self.subfolder(name, of: folder),
      bench.tools
    ) { bench.show("founding \(name) households", $0) }
  }

  private static func subfolder(_ name: String, of folder: URL) throws -> URL {
    let folder = folder.appending(path: name)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }
}
