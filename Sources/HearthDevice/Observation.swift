public import HearthModel

/// What a device shows of something, as it changes: first as it is, then each time it is different.
///
/// An observer that is slower than the changes gets the newest state and skips those between: none is delivered twice,
/// and the last one always is. The sequence ends when its task is cancelled. It belongs to one `for` loop; a second one
/// asks the device for its own.
public struct Observation<Element: Equatable & Sendable>: AsyncSequence, Sendable {
  let signals: AsyncStream<[String: Set<RecordID>]>
  let concerns: @Sendable ([String: Set<RecordID>]) -> Bool
  let read: @Sendable () async throws -> Element

  /// The iterator.
  public func makeAsyncIterator() -> Iterator {
    Iterator(observation: self, signals: signals.makeAsyncIterator())
  }

  /// Delivers the states.
  public struct Iterator: AsyncIteratorProtocol {
    fileprivate let observation: Observation
    fileprivate var signals: AsyncStream<[String: Set<RecordID>]>.Iterator
    private var last: Element?

    fileprivate init(observation: Observation, signals: AsyncStream<[String: Set<RecordID>]>.Iterator) {
      self.observation = observation
      self.signals = signals
    }

    /// The next state; nil when the task was cancelled.
    ///
    /// - Throws: ``DeviceError`` `.storage` when the device's file fails.
    public mutating func next() async throws -> Element? {
      if last == nil {
        guard !Task.isCancelled else { return nil }
        last = try await observation.read()
        return last
      }
      while let signal = await signals.next(isolation: #isolation) {
        guard observation.concerns(signal) else { continue }
        let state = try await observation.read()
        guard state != last else { continue }
        last = state
        return state
      }
      return nil
    }
  }
}

extension Device {
  /// The records of a collection that are there, ascending by id: as they are, then each time one of them changes.
  ///
  /// Each state is read from the device's file when the observer asks for it, which costs as much as `records(in:)`.
  /// - Throws: ``HearthModel/Rejection`` for an unknown collection.
  public func observe(_ collection: String) throws -> Observation<[Record]> {
    let schema = try self.collection(named: collection)
    // The subscription stands before the first state is read, so that no change falls between.
    return Observation(
      signals: changes(), concerns: { $0[schema.name] != nil }, read: { try await self.records(in: schema.name) })
  }

  /// A record, nil while this device knows none: as it is, then each time it changes.
  ///
  /// - Throws: ``HearthModel/Rejection`` for an unknown collection.
  public func observe(_ collection: String, _ id: RecordID) throws -> Observation<Record?> {
    let schema = try self.collection(named: collection)
    return Observation(
      signals: changes(), concerns: { $0[schema.name]?.contains(id) == true },
      read: { try await self.record(schema.name, id) })
  }
}
