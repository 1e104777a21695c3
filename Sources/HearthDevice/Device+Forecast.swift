public import HearthModel
internal import HearthReplica

/// What is to be expected of an edit, judged with the hub's own rules over what this device holds.
public enum Forecast: Hashable, Sendable {
  /// As far as this device can tell, the hub will take it.
  case fine
  /// The hub would refuse it, and why.
  case refused(Rejection)
  /// It depends on what this device does not hold (records it may not see, unique values, balances) or on the hub's
  /// order. Show it as pending, not as done.
  case hubDecides
}

extension Device {
  /// Judges edits without making them, so that an app can grey out what would be refused.
  ///
  /// No promise: the hub decides on what it holds when the edits arrive.
  /// - Throws: ``HearthModel/Rejection`` for what is wrong in any case, as an unknown field; ``DeviceError`` when the
  ///   file fails.
  public func forecast(_ draft: Draft) throws -> Forecast {
    switch try core.replica.forecast(draft, now: configuration.clock(), storage) {
    case .fine: .fine
    case .refused(let rejection): .refused(rejection)
    case .hubDecides: .hubDecides
    }
  }

  /// The edits of a rejected change set as a draft, to be changed and committed anew; ``dismiss(_:)`` then takes the
  /// rejected one from the list.
  public func draft(of change: RejectedChange) -> Draft {
    Draft(repeating: change.changes, in: configuration.pack)
  }
}
