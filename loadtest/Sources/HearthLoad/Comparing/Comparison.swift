/// What a comparison has found: what the terminal, `--json` and the page show.
package struct Comparison: Codable, Sendable {
  /// What was asked for.
  package struct Setup: Codable, Sendable, Equatable {
    package var households: Int
    package var devicesPerHousehold: Int
    /// What a change set carries to servers that do not look into it.
    package var payloadBytes: Int
    /// Seconds that were measured, behind those of warming up.
    package var seconds: Double
    package var runs: Int
    /// Change sets a second of the paced part; nil when there is none.
    package var rate: Double?
    /// By how much each sync of the servers was slowed; 0 when it was not.
    package var slowSyncMicroseconds: Int
    /// When it began: RFC 3339 in UTC.
    package var startedAt: String
    /// The system's cores.
    package var cores: Int

    package init(
      households: Int, devicesPerHousehold: Int, payloadBytes: Int, seconds: Double, runs: Int, rate: Double?,
      slowSyncMicroseconds: Int, startedAt: String, cores: Int
    ) {
      self.households = households
      self.devicesPerHousehold = devicesPerHousehold
      self.payloadBytes = payloadBytes
      self.seconds = seconds
      self.runs = runs
      self.rate = rate
      self.slowSyncMicroseconds = slowSyncMicroseconds
      self.startedAt = startedAt
      self.cores = cores
    }
  }

  /// A server.
  package struct Entry: Codable, Sendable {
    package var name: String
    package var about: String
    /// Whether what it acknowledges outlasts a power cut.
    package var isDurable: Bool
    package var merges: Bool
    /// Whether a slowed sync reaches it.
    package var feelsSlowSync: Bool
    /// How it can be installed; nil when it is there.
    package var installation: String?
    /// Why there are no figures of it, although it is there.
    package var fault: String?
    /// Each device as fast as its acknowledgements come.
    package var peak: [Figures] = []
    /// At the rate.
    package var paced: [Figures] = []

    package init(
      name: String, about: String, isDurable: Bool, merges: Bool, feelsSlowSync: Bool, installation: String? = nil
    ) {
      self.name = name
      self.about = about
      self.isDurable = isDurable
      self.merges = merges
      self.feelsSlowSync = feelsSlowSync
      self.installation = installation
    }
  }

  package var setup: Setup
  package var entries: [Entry]

  package init(setup: Setup, entries: [Entry]) {
    self.setup = setup
    self.entries = entries
  }
}

extension Comparison {
  /// The server that the others are measured by.
  package static let yardstick = "reference-upsert"

  /// How often a server's figure is the yardstick's, each run by the same run of the yardstick: what the machine did
  /// meanwhile has then happened to both. The median over the runs; nil without the yardstick.
  package func ratio(
    _ entry: Entry, _ part: KeyPath<Entry, [Figures]>, _ figure: KeyPath<Figures, Double>
  ) -> Double? {
    guard let base = entries.first(where: { $0.name == Self.yardstick }) else { return nil }
    return zip(entry[keyPath: part], base[keyPath: part]).compactMap { own, base in
      base[keyPath: figure] > 0 ? own[keyPath: figure] / base[keyPath: figure] : nil
    }.median
  }
}
