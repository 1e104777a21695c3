package import HearthModel

/// A change set with what the session knows of its author; nothing of this comes from the message (P7).
package struct Submission: Sendable {
  package let household: HouseholdID
  package let replica: ReplicaNumber
  /// The device behind the replica; nil for the hub.
  package let device: RecordID?
  /// The member who uses the device; nil for the hub.
  package let member: RecordID?
  /// How far the device's clock was ahead at the handshake.
  package let offset: ClockOffset
  package internal(set) var changeSet: ChangeSet
  /// What the change set is about.
  let occasion: Occasion

  /// What a change set is about.
  enum Occasion: Sendable {
    /// What it says.
    case changes
    /// That a day began in the household's zone, for one record or for all; the hub's own.
    case day(of: RecordKey?)
    /// That the catalogue of the app is another than the household's; the hub's own.
    case catalogue
  }

  /// A day on which nothing happens, and a part of a catalogue that is refused, are asked again.
  func leavesNoTrace(_ decision: Admission.Decision) -> Bool {
    switch occasion {
    case .changes: false
    case .day: decision.patch?.patch.records.isEmpty ?? true
    case .catalogue: decision.patch == nil
    }
  }

  package init(
    household: HouseholdID, replica: ReplicaNumber, device: RecordID?, member: RecordID?, offset: ClockOffset,
    changeSet: ChangeSet
  ) {
    self.init(
      household: household, replica: replica, device: device, member: member, offset: offset, changeSet: changeSet,
      occasion: .changes)
  }

  init(
    household: HouseholdID, replica: ReplicaNumber, device: RecordID?, member: RecordID?, offset: ClockOffset,
    changeSet: ChangeSet, occasion: Occasion
  ) {
    self.household = household
    self.replica = replica
    self.device = device
    self.member = member
    self.offset = offset
    self.changeSet = changeSet
    self.occasion = occasion
  }

  /// Whether it is the picture of the household with which everything begins.
  var isFounding: Bool { replica == .hub && changeSet.counter == 1 }

  var dot: Dot { Dot(replica, changeSet.counter) }
}

/// What became of a submission.
package enum SubmissionResult: Sendable {
  /// It was decided: the outcome as its author may see it, and what everybody else is told when something was
  /// committed.
  case decided(Outcome, Publication?)
  /// It had been decided before (P3); the outcome as its author may see it now.
  case repeated(Outcome)
  /// Change sets before it are missing; send again from this counter.
  case gap(expected: UInt64)
  /// The dot is taken by another content: a clone or a restored backup.
  case forked
}

/// The result of deciding a batch: what to write, and what became of each submission, in their order.
package struct DecidedBatch: Sendable {
  package let commit: Commit
  package let results: [SubmissionResult]
  /// What the hub itself did beside them, in households of its choice, in the order of their revisions.
  package let announcements: [Announcement]

  /// A patch that no submission asked for.
  package struct Announcement: Sendable {
    package let household: HouseholdID
    package let patch: Publication
    /// The position of the submission behind which it was committed.
    package let position: Int
  }
}
