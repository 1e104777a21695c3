internal import Foundation
internal import HearthEngine
internal import HearthHub
internal import HearthModel
internal import HearthProtocol
internal import NIOConcurrencyHelpers

/// The one thread that decides and commits.
///
/// While one transaction is syncing to disk, whatever arrives waits for the next: there is no timer, and the busier the
/// hub the larger the batches (group commit), in which each household has its share. The store is touched by this
/// thread alone.
final class Committer: @unchecked Sendable {
  /// What became of a batch; called on the commit thread.
  enum Report {
    case decided([(ticket: HubCore.Ticket, result: SubmissionResult)], [DecidedBatch.Announcement])
    /// The hub did something of its own.
    case announced([DecidedBatch.Announcement])
    /// Households do not take a part of the catalogue.
    case withheld([Withheld])
    case refused([HubCore.Ticket], ProtocolFault)
    /// The past of all households has been looked through; nil when the store did not let it.
    case compacted(CompactionKeeper.Tally?)
  }

  /// What is known of the commits so far, for /metrics and /readyz.
  struct Statistics {
    var batches = Histogram(bounds: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024])
    var seconds = Histogram(bounds: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1])
    var failures = 0
    /// The fault of the last commit and when it came, in monotonic milliseconds; nil when it succeeded.
    var lastFault: (fault: StoreFault, at: Int64)?
  }

  private struct Work {
    var tickets: [HubCore.Ticket] = []
    var jobs: [@Sendable (any Store) -> Void] = []
    var acknowledgements: [AcknowledgementKey: Acknowledgement] = [:]
    var isStopping = false

    var isEmpty: Bool { tickets.isEmpty && jobs.isEmpty && !isStopping }
  }

  private struct AcknowledgementKey: Hashable {
    let household: HouseholdID
    let replica: ReplicaNumber
  }

  private let condition = NSCondition()
  private var work = Work()
  private let statisticsBox = NIOLockedValueBox(Statistics())
  private let queued = NIOLockedValueBox(0)
  private let engine: Engine
  private let store: any Store
  private let batchMax: Int
  private let report: @Sendable (Report) -> Void
  /// What has been taken over and is not decided; used on the thread alone.
  private var waiting = FairQueue<HubCore.Ticket>()
  private var lastAcknowledged: Int64 = 0
  private var dayTurner = DayTurner()
  private var catalogueKeeper = CatalogueKeeper()
  private var compactionKeeper: CompactionKeeper

  /// Milliseconds between two writings of acknowledgements: losing some costs nothing but a later frontier.
  private static let acknowledgeMilliseconds: Int64 = 10_000

  init(
    engine: Engine, store: any Store, batchMax: Int, compaction: CompactionPolicy,
    report: @escaping @Sendable (Report) -> Void
  ) {
    self.engine = engine
    compactionKeeper = CompactionKeeper(compaction)
    self.store = store
    self.batchMax = batchMax
    self.report = report
  }

  /// Change sets that wait or are being decided.
  var queueLength: Int { queued.withLockedValue { $0 } }

  var statistics: Statistics { statisticsBox.withLockedValue { $0 } }

  func start() {
    let thread = Thread { self.run() }
    thread.name = "hearth-commit"
    thread.start()
  }

  func submit(_ tickets: [HubCore.Ticket]) {
    queued.withLockedValue { $0 += tickets.count }
    give { $0.tickets += tickets }
  }

  /// Runs a job between two transactions.
  func perform(_ job: @escaping @Sendable (any Store) -> Void) {
    give { $0.jobs.append(job) }
  }

  func acknowledge(_ acknowledgement: Acknowledgement) {
    condition.withLock {
      let key = AcknowledgementKey(household: acknowledgement.household, replica: acknowledgement.replica)
      work.acknowledgements[key] = acknowledgement
    }
  }

  /// Ends the thread when everything given so far is done.
  func stop(_ done: @escaping @Sendable () -> Void) {
    give { work in
      work.jobs.append { _ in done() }
      work.isStopping = true
    }
  }

  private func give(_ body: (inout Work) -> Void) {
    condition.withLock {
      body(&work)
      condition.signal()
    }
  }

  // MARK: The thread

  private func run() {
    while true {
      var taken = take()
      let last = taken.isStopping ? taken.jobs.popLast() : nil
      for job in taken.jobs { job(store) }
      for ticket in taken.tickets { waiting.append(ticket, of: ticket.submission.household) }
      repeat { commitBatch() } while taken.isStopping && !waiting.isEmpty
      writeAcknowledgements(taken)
      last?(store)
      if taken.isStopping { return }
    }
  }

  private func take() -> Work {
    condition.lock()
    defer { condition.unlock() }
    while work.isEmpty, waiting.isEmpty { condition.wait() }
    var taken = Work()
    swap(&taken, &work)
    if !taken.isStopping, Clocks.monotonicMilliseconds - lastAcknowledged < Self.acknowledgeMilliseconds {
      work.acknowledgements = taken.acknowledgements
      taken.acknowledgements = [:]
    }
    return taken
  }

  private func commitBatch() {
    let batch = waiting.takeBatch(batchMax)
    guard !batch.isEmpty else { return }
    let began = Clocks.monotonicMilliseconds
    do {
      let (results, announcements) = try decide(batch)
      note(batch.count, milliseconds: Clocks.monotonicMilliseconds - began, fault: nil)
      queued.withLockedValue { $0 -= batch.count }
      report(.decided(results, announcements))
    } catch {
      let fault = error as? StoreFault ?? StoreFault(.failed, "\(error)")
      note(batch.count, milliseconds: Clocks.monotonicMilliseconds - began, fault: fault)
      queued.withLockedValue { $0 -= batch.count }
      report(.refused(batch, ProtocolFault(answering: fault)))
    }
    tidy()
  }

  /// What the store puts off until the outcomes are on their way; a failure shows in the next commit as well.
  private func tidy() {
    do { try store.tidy() } catch { statisticsBox.withLockedValue { $0.failures += 1 } }
  }

  private func decide(
    _ batch: [HubCore.Ticket]
  ) throws -> ([(ticket: HubCore.Ticket, result: SubmissionResult)], [DecidedBatch.Announcement]) {
    var results = [SubmissionResult]()
    var announcements = [DecidedBatch.Announcement]()
    try store.commit { reader in
      let now = Instant(milliseconds: Clocks.wallMilliseconds)
      let decided = try engine.decide(batch.map(\.submission), reader: reader, now: now)
      results = decided.results
      announcements = decided.announcements
      return decided.commit
    }
    return (Array(zip(batch, results).map { (ticket: $0, result: $1) }), announcements)
  }

  /// Turns the day of the households in whose zone one has begun; what devices send is decided between two steps.
  func turnDays() {
    perform { [self] store in
      let isUnderWay = dayTurner.isLooking
      do {
        try dayTurner.look(store, engine)
      } catch {
        statisticsBox.withLockedValue { $0.failures += 1 }
      }
      if !isUnderWay { turnMoreDays() }
    }
  }

  private func turnMoreDays() {
    perform { [self] store in
      do {
        let now = Instant(milliseconds: Clocks.wallMilliseconds)
        let hasMore = try dayTurner.step(store, engine, now: now) { turn in
          report(.announced(turn.batch.announcements))
          if !turn.withheld.isEmpty { report(.withheld(turn.withheld)) }
        }
        if hasMore { turnMoreDays() }
      } catch {
        // What was not turned is turned the next time; a fault of the disk shows in the next commit as well.
        statisticsBox.withLockedValue { $0.failures += 1 }
      }
    }
  }

  /// Brings all households up to the catalogues; what devices send is decided between two steps.
  func renewCatalogues() {
    perform { [self] store in
      do {
        let now = Instant(milliseconds: Clocks.wallMilliseconds)
        let hasMore = try catalogueKeeper.step(store, engine, now: now) { renewal in
          report(.announced(renewal.batch.announcements))
          if !renewal.refused.isEmpty { report(.withheld(renewal.refused)) }
        }
        if hasMore { renewCatalogues() }
      } catch {
        // The next start goes on; a fault of the disk shows in the next commit as well.
        statisticsBox.withLockedValue { $0.failures += 1 }
      }
    }
  }

  /// Collects what is past in all households; what devices send is decided between two steps.
  func compact() {
    perform { [self] store in
      do {
        let now = Instant(milliseconds: Clocks.wallMilliseconds)
        let hasMore = try compactionKeeper.step(store, engine, now: now)
        tidy()
        if hasMore { compact() } else { report(.compacted(compactionKeeper.tally)) }
      } catch {
        // The next walk goes on; a fault of the disk shows in the next commit as well.
        statisticsBox.withLockedValue { $0.failures += 1 }
        report(.compacted(nil))
      }
    }
  }

  private func writeAcknowledgements(_ taken: Work) {
    guard !taken.acknowledgements.isEmpty else { return }
    lastAcknowledged = Clocks.monotonicMilliseconds
    let ordered = taken.acknowledgements.values.sorted {
      ($0.household, $0.replica) < ($1.household, $1.replica)
    }
    // A fault of the disk shows in the next commit as well, which is where it is answered.
    let now = Instant(milliseconds: Clocks.wallMilliseconds)
    do { try store.acknowledge(ordered, now: now) } catch { statisticsBox.withLockedValue { $0.failures += 1 } }
  }

  private func note(_ count: Int, milliseconds: Int64, fault: StoreFault?) {
    statisticsBox.withLockedValue { statistics in
      statistics.batches.record(Double(count))
      statistics.seconds.record(Double(milliseconds) / 1000)
      statistics.lastFault = fault.map { ($0, Clocks.monotonicMilliseconds) }
      if fault != nil { statistics.failures += 1 }
    }
  }
}
