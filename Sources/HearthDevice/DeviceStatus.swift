public import HearthModel
internal import HearthProtocol
internal import HearthReplica

/// How a device is doing: what an app shows behind its "not synced yet" sign.
public struct DeviceStatus: Hashable, Sendable {
  /// Whether there is a connection.
  public enum Link: Hashable, Sendable {
    /// None, and none is wanted.
    case offline
    /// The hub ended it for good; a person has to act.
    case refused(HubFault)
    /// None; the next attempt comes in so many milliseconds.
    case waiting(milliseconds: Int64)
    /// One is being made.
    case connecting
    /// What was missed is being received.
    case catchingUp
    /// What happens is seen as it happens.
    case live
  }

  /// Whether there is a connection.
  public let link: Link
  /// Change sets that the hub has not decided.
  public let outboxCount: Int
  /// When the oldest of them was made, by the device's clock.
  public let oldestInOutbox: Instant?
  /// The last decision of the hub that this run of the app has seen.
  public let lastSettled: SettledChange?
  /// Why the last connection ended, as far as the hub said; E3001 when the device's own file has failed.
  public let lastFault: HubFault?
  /// Change sets that were rejected and not dismissed.
  public let rejectedCount: Int
  /// Up to which revision the device has everything.
  public let revision: Revision

  /// One sentence that says what is needed; nil when nothing is.
  public var need: String? {
    if let lastFault, lastFault.number == DeviceError.Code.storage.number { return lastFault.message }
    return switch link {
    case .refused(let fault):
      switch fault.action {
      case .pairAgain: "Pair this device again: \(fault.message)"
      case .updateApp: "Update the app: \(fault.message)"
      case .wipe: "The household is gone: \(fault.message)"
      case .retry, .giveUp: "The hub refused the connection (E\(fault.number)): \(fault.message)"
      }
    case .offline where outboxCount > 0: "\(outboxCount) changes wait for a connection."
    case .waiting where lastFault != nil: lastFault.map { "There is no connection: \($0.message)" }
    case .waiting where outboxCount > 0: "The hub cannot be reached; \(outboxCount) changes wait."
    case .waiting: "The hub cannot be reached."
    case .offline, .connecting, .catchingUp, .live: nil
    }
  }
}

/// A change set that the hub has decided.
public struct SettledChange: Hashable, Sendable {
  /// What became of it.
  public enum Verdict: Hashable, Sendable {
    /// Taken in as written.
    case accepted
    /// Taken in, with decisions between it and what its author had not seen.
    case merged([Decision])
    /// Not taken in; nothing of it counts.
    case rejected(Rejection)
  }

  /// Which: what `Device.commit` returned.
  public let ticket: ChangeTicket
  /// What became of it.
  public let verdict: Verdict
  /// The revision that commits it; for a rejection the head at the decision.
  public let revision: Revision
  /// The hub's time of the decision.
  public let at: Instant

  init(_ entry: SettledEntry) {
    ticket = ChangeTicket(entry.changeSet)
    revision = entry.revision
    at = entry.at
    verdict =
      switch entry.verdict {
      case .accepted: .accepted
      case .merged(let decisions): .merged(decisions)
      case .rejected(let rejection): .rejected(rejection)
      }
  }
}

/// Names a change set of this device, for as long as the device remembers it.
public struct ChangeTicket: Hashable, Sendable {
  /// Its place among the device's change sets when the ticket was given; numbered anew when the device has to go on as
  /// a new install, which the ticket survives.
  public let counter: UInt64
  /// The change set's own: no two change sets of a device share a stamp, whatever their numbers.
  let stamp: HybridTime

  init(_ changeSet: ChangeSet) {
    counter = changeSet.counter
    stamp = changeSet.stamp
  }

  /// The same change set.
  public static func == (left: ChangeTicket, right: ChangeTicket) -> Bool { left.stamp == right.stamp }

  /// Hashes what makes two tickets equal.
  public func hash(into hasher: inout Hasher) { hasher.combine(stamp) }
}

/// Where a change set is on its way.
public enum ChangeStatus: Hashable, Sendable {
  /// On this device only.
  case local
  /// Sent; the hub has not answered.
  case sent
  /// Decided.
  case settled(SettledChange)
  /// Decided and taken in, and these devices have it, by name.
  case seen(SettledChange, by: [String])
  /// Decided so long ago that the device has forgotten how, or never made here.
  case unknown
}
