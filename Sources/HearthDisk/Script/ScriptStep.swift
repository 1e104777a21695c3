package import HearthEngine
internal import HearthHub
package import HearthModel
package import HearthPack
internal import HearthTesting

/// One call to a store, which is acknowledged when it returns.
package enum ScriptStep: Sendable {
  /// A household with its records and devices.
  case found(Seed.Household, seed: UInt64)
  /// A batch of change sets, of one household or of several.
  case commit([Submission])
  case addDevice(DeviceEntry)
  case openReplica(HouseholdID, device: RecordID, incarnation: UInt64)
  case beginLife(Epoch)
  case acknowledge([Acknowledgement])
  /// Some of the past of a household is collected, whatever its age.
  case compact(HouseholdID, CompactionMark)
  case noteCatalogue([UInt8], app: String)
  /// The log is copied into the file when it has grown.
  case tidy
  /// The store is closed and opened again.
  case reopen

  /// Whether the store holds something else afterwards.
  package var changesStore: Bool {
    switch self {
    case .tidy, .reopen: false
    default: true
    }
  }

  /// What it is, for people.
  package var title: String {
    switch self {
    case .found: "found a household"
    case .commit(let batch): "commit \(batch.count) change sets"
    case .addDevice: "add a device"
    case .openReplica: "open a replica"
    case .beginLife: "begin a life"
    case .acknowledge: "acknowledge"
    case .compact: "compact"
    case .noteCatalogue: "note a catalogue"
    case .tidy: "tidy"
    case .reopen: "reopen"
    }
  }

  /// Makes the call.
  ///
  /// - Parameter decided: is told what a batch has become.
  /// - Returns: the results of a commit. `reopen` is for whoever holds the store.
  @discardableResult
  package func apply(
    to store: any Store, _ engine: Engine, now: Instant, decided: (Commit) -> Void = { _ in }
  ) throws -> [SubmissionResult] {
    switch self {
    case .found(let household, let seed):
      var random = SeededGenerator(seed: seed)
      _ = try Founding(engine: engine).found(
        household, app: engine.packs.keys.sorted()[0], in: store, now: now, random: { random.next() },
        makeToken: { "token-\(random.next())" })
    case .commit(let batch):
      var results = [SubmissionResult]()
      try store.commit { reader in
        let batch = try engine.decide(batch, reader: reader, now: now)
        results = batch.results
        decided(batch.commit)
        return batch.commit
      }
      return results
    case .addDevice(let device): try store.addDevice(device)
    case .openReplica(let household, let device, let incarnation):
      _ = try store.openReplica(household: household, device: device, incarnation: incarnation)
    case .beginLife(let epoch): try store.beginLife(epoch)
    case .acknowledge(let acknowledgements): try store.acknowledge(acknowledgements, now: now)
    case .compact(let household, let mark):
      let policy = CompactionPolicy(retention: 0, lapse: 0)
      try store.compact { reader in
        try engine.compactionStep(of: household, from: mark, policy, reader, now: now).compaction
      }
    case .noteCatalogue(let mark, let app): try store.noteCatalogue(mark, of: app)
    case .tidy: try store.tidy()
    case .reopen: break
    }
    return []
  }
}

extension SubmissionResult {
  /// What its author is told, in a form that can be compared.
  package var answer: String {
    switch self {
    case .decided(let outcome, _): "\(outcome.counter) \(outcome.revision) \(outcome.at) \(outcome.verdict)"
    case .repeated(let outcome): "again \(outcome.counter) \(outcome.revision) \(outcome.at) \(outcome.verdict)"
    case .gap(let expected): "gap \(expected)"
    case .forked: "forked"
    }
  }
}
