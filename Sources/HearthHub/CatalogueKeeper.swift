package import HearthEngine
package import HearthModel

/// Brings the households of a hub up to the catalogues that it was started with, some at a time.
///
/// The store notes the catalogue that all households of an app have, so that a start with the same one costs one row.
/// Whoever stops half-way begins anew: what is done already differs in nothing and is only looked at.
package struct CatalogueKeeper {
  /// Households of one transaction, and rows that it may write: devices wait for their outcomes meanwhile.
  private static let householdsPerCommit = 32
  private static let rowsPerCommit = 2000

  /// The apps that are not done, the last first.
  private var apps: [App]?

  package init() {}

  private struct App {
    let name: String
    let mark: [UInt8]
    var households: [HouseholdID]
    var isRefused = false
  }

  /// Looks at the next households and writes what they lack.
  ///
  /// - Parameter report: called after each transaction.
  /// - Returns: whether there are more.
  package mutating func step(
    _ store: any Store, _ engine: Engine, now: Instant, report: (CatalogueRenewal) -> Void
  ) throws -> Bool {
    var apps = try self.apps ?? pending(store, engine)
    guard var app = apps.popLast() else { return false }
    let batch = Array(app.households.prefix(Self.batchSize(engine.catalogueRows(of: app.name) ?? 0)))
    let due = try store.read { reader in
      try batch.filter { try engine.differsFromCatalogue($0, reader: reader) }
    }
    if !due.isEmpty {
      var renewal: CatalogueRenewal?
      try store.sweep { reader in
        let made = try engine.renewCatalogue(of: due, reader: reader, now: now)
        renewal = made
        return made.batch.commit
      }
      if let renewal {
        app.isRefused = app.isRefused || !renewal.refused.isEmpty
        report(renewal)
      }
    }
    app.households.removeFirst(batch.count)
    if !app.households.isEmpty {
      apps.append(app)
    } else if !app.isRefused {
      try store.noteCatalogue(app.mark, of: app.name)
    }
    self.apps = apps
    return !apps.isEmpty
  }

  private func pending(_ store: any Store, _ engine: Engine) throws -> [App] {
    let marks = engine.catalogueMarks
    let different = try marks.keys.sorted().reversed().filter { try store.catalogueMark(of: $0) != marks[$0] }
    guard !different.isEmpty else { return [] }
    let households = Dictionary(grouping: try store.households(), by: \.app)
    return different.map { name in
      App(name: name, mark: marks[name] ?? [], households: (households[name] ?? []).map(\.id))
    }
  }

  private static func batchSize(_ rows: Int) -> Int {
    max(1, min(householdsPerCommit, rowsPerCommit / max(rows, 1)))
  }
}
