internal import HearthModel

/// Who wants to be told of what; each stream ends with its task and takes its entry along.
struct Observers {
  private var nextID = 0
  private var changes: [Int: AsyncStream<[String: Set<RecordID>]>.Continuation] = [:]
  private var statuses: [Int: AsyncStream<DeviceStatus>.Continuation] = [:]
  private var settlements: [Int: AsyncStream<SettledChange>.Continuation] = [:]

  /// Decisions that wait for a slow observer before the oldest are dropped; the replica keeps them all.
  private static let settlementsMax = 1000

  var wantsStatuses: Bool { !statuses.isEmpty }

  var count: Int { changes.count + statuses.count + settlements.count }

  // MARK: Coming and going

  mutating func addChanges(_ ended: @escaping @Sendable (Int) -> Void) -> AsyncStream<[String: Set<RecordID>]> {
    let (stream, continuation) = AsyncStream.makeStream(
      of: [String: Set<RecordID>].self, bufferingPolicy: .bufferingNewest(1))
    let id = add(continuation, ended)
    changes[id] = continuation
    return stream
  }

  mutating func addStatuses(_ ended: @escaping @Sendable (Int) -> Void) -> AsyncStream<DeviceStatus> {
    let (stream, continuation) = AsyncStream.makeStream(
      of: DeviceStatus.self, bufferingPolicy: .bufferingNewest(1))
    let id = add(continuation, ended)
    statuses[id] = continuation
    return stream
  }

  mutating func addSettlements(_ ended: @escaping @Sendable (Int) -> Void) -> AsyncStream<SettledChange> {
    let (stream, continuation) = AsyncStream.makeStream(
      of: SettledChange.self, bufferingPolicy: .bufferingNewest(Self.settlementsMax))
    let id = add(continuation, ended)
    settlements[id] = continuation
    return stream
  }

  private mutating func add<Element>(
    _ continuation: AsyncStream<Element>.Continuation, _ ended: @escaping @Sendable (Int) -> Void
  ) -> Int {
    let id = nextID
    nextID += 1
    continuation.onTermination = { _ in ended(id) }
    return id
  }

  mutating func remove(_ id: Int) {
    changes[id] = nil
    statuses[id] = nil
    settlements[id] = nil
  }

  // MARK: Telling

  /// A change that pushes an unread one out of the buffer takes its records along.
  mutating func tell(_ change: [String: Set<RecordID>]) {
    for continuation in changes.values {
      if case .dropped(let unread) = continuation.yield(change) {
        continuation.yield(unread.merging(change) { $0.union($1) })
      }
    }
  }

  func tell(_ status: DeviceStatus) {
    for continuation in statuses.values { continuation.yield(status) }
  }

  func tell(_ settlement: SettledChange) {
    for continuation in settlements.values { continuation.yield(settlement) }
  }
}
