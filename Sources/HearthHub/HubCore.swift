package import HearthEngine
package import HearthModel
package import HearthProtocol
package import HearthWire

/// All connections of a hub and what passes between them and the engine, without I/O.
///
/// A shell owns the sockets, the store and the clock; it tells the core what happened and carries out the effects. The
/// server, the scenarios and the tests share this one core, so what is tested in memory is what runs.
package struct HubCore: Sendable {
  /// Names a connection; never reused while the hub runs.
  package struct ConnectionID: RawRepresentable, Hashable, Comparable, Sendable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) {
      self.rawValue = rawValue
    }

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
  }

  /// What the shell is asked to do, in order.
  package enum Effect: Sendable {
    /// Write a frame (without length or WebSocket header).
    case write(ConnectionID, [UInt8], WireCodec.Form)
    /// Close when everything written has gone out.
    case close(ConnectionID, Ending)
    /// Ask the doorkeeper; answer with `admitted` or `refused`.
    case admit(ConnectionID, Hello)
    /// Read a page; answer with `read`.
    case read(ConnectionID, PageRequest)
    /// Decide; answer with `decided`, in the order of the submissions.
    case submit([Ticket])
    /// Answer a question of a member; answer with `answered`.
    case inquire(ConnectionID, Question)
    /// Store how far a device has come, some time soon.
    case acknowledge(Acknowledgement)
    /// Something for the log.
    case note(ConnectionID, Note)
  }

  /// How a connection ends, for transports that can say it.
  package enum Ending: Hashable, Sendable {
    /// The device said Goodbye.
    case orderly
    /// The hub goes down.
    case goingAway
    /// A fault was sent.
    case fault(FaultCode)
  }

  /// A submission and whom to answer. A class, since it passes from hand to hand and is never changed.
  package final class Ticket: Sendable {
    package let connection: ConnectionID
    package let submission: Submission

    package init(connection: ConnectionID, submission: Submission) {
      self.connection = connection
      self.submission = submission
    }
  }

  /// What a log is told; nothing of it is a user's value.
  package enum Note: Sendable {
    case opened(household: HouseholdID, replica: ReplicaNumber, isSnapshot: Bool)
    case failed(ProtocolFault)
    case rejected(RejectionCode)
  }

  struct Connection {
    var session: HubSession
    var codec: WireCodec
    var admitted: Doorkeeper.Admitted?
    /// What the member sees; nil before it is known who that is.
    var view: View?
    /// Whether a frame has come, which fixes the form of all that follow.
    var hasSpoken = false
    /// Whether Welcome has agreed to Deflated.
    var deflates = false
    /// How the connection ends, as far as it has been said.
    var ending = Ending.orderly
  }

  private(set) var connections: [ConnectionID: Connection] = [:]
  /// The connections of each household, in the order they came in.
  private var households: [HouseholdID: [ConnectionID]] = [:]
  /// The last revision that the sessions of a household have been told of.
  private var published: [HouseholdID: Revision] = [:]
  private let limits: Limits
  /// What has happened since the start.
  package private(set) var tally = Tally()

  package init(limits: Limits) {
    self.limits = limits
  }

  /// Counts of what has happened.
  package struct Tally: Sendable {
    package var framesReceived = 0
    package var framesSent = 0
    package var changeSetsSubmitted = 0
    package var changeSetsAccepted = 0
    package var changeSetsMerged = 0
    package var changeSetsRejected = 0
    package var changeSetsRepeated = 0
    package var patchesSent = 0
    package var sessionsOpened = 0
    package var faults: [FaultCode: Int] = [:]
  }

  /// Connections, and those of them that are past their Hello.
  package var connectionCount: (all: Int, live: Int) {
    (connections.count, connections.values.count { $0.session.isLive })
  }

  // MARK: Connections

  /// A connection was accepted. Its form is that of its first frame.
  ///
  /// - Parameter now: a monotonic clock in milliseconds.
  package mutating func opened(_ id: ConnectionID, now: Int64) {
    connections[id] = Connection(
      session: HubSession(limits: limits, now: now), codec: WireCodec(form: .binary, pack: nil))
  }

  /// A connection is gone.
  package mutating func closed(_ id: ConnectionID) {
    connections[id]?.session.disconnected()
    forget(id)
  }

  /// A frame came.
  package mutating func received(
    _ frame: [UInt8], _ form: WireCodec.Form, from id: ConnectionID, now: Int64
  ) -> [Effect] {
    guard let place = connections.index(forKey: id), connections.values[place].session.isOpen else { return [] }
    tally.framesReceived += 1
    if !connections.values[place].hasSpoken {
      connections.values[place].hasSpoken = true
      connections.values[place].codec = WireCodec(form: form, pack: nil)
    }
    let codec = connections.values[place].codec
    guard codec.form == form else {
      let fault = ProtocolFault(
        .malformedFrame, "A connection speaks binary or text throughout. Open another one for the other form.")
      return malformed(fault, from: id)
    }
    do {
      let inflates = connections.values[place].deflates
      switch try codec.readDeviceFrame(frame, inflatingTo: inflates ? limits.frameBytes : nil) {
      case .message(let message): return step(id) { $0.received(message, now: now) }
      case .frames(let frames): return received(frames, from: id, codec, now: now)
      }
    } catch {
      return step(id) { $0.malformed(error) }
    }
  }

  /// What was in a Deflated comes as if it had come frame by frame (row D5).
  private mutating func received(
    _ frames: [[UInt8]], from id: ConnectionID, _ codec: WireCodec, now: Int64
  ) -> [Effect] {
    var effects = [Effect]()
    tally.framesReceived += frames.count - 1
    for frame in frames where connections[id]?.session.isOpen == true {
      do throws(ProtocolFault) {
        let message = try codec.decodeDeviceMessage(frame)
        step(id, &effects) { $0.received(message, now: now) }
      } catch {
        step(id, &effects) { $0.malformed(error) }
      }
    }
    return effects
  }

  /// Whether the frames of a turn may be deflated on their way to a device (row D1).
  package func mayDeflate(to id: ConnectionID) -> Bool { connections[id]?.deflates ?? false }

  /// Bytes came that are no frame.
  package mutating func malformed(_ fault: ProtocolFault, from id: ConnectionID) -> [Effect] {
    step(id) { $0.malformed(fault) }
  }

  /// A connection has to end: a slow reader, an idle one.
  package mutating func end(_ id: ConnectionID, _ fault: ProtocolFault) -> [Effect] {
    step(id) { $0.end(fault) }
  }

  /// Time has passed; called every few seconds.
  package mutating func tick(now: Int64) -> [Effect] {
    connections.keys.sorted().flatMap { id in step(id) { $0.tick(now: now) } }
  }

  /// The hub goes down.
  package mutating func drain(retryAfterMilliseconds: (ConnectionID) -> UInt32) -> [Effect] {
    connections.keys.sorted().flatMap { id in
      let retryAfter = retryAfterMilliseconds(id)
      return step(id) { $0.drain(retryAfterMilliseconds: retryAfter) }
    }
  }

  // MARK: Answers of the shell

  /// The doorkeeper let a device in.
  package mutating func admitted(_ id: ConnectionID, _ admitted: Doorkeeper.Admitted) -> [Effect] {
    guard let connection = connections[id], connection.session.isOpen else { return [] }
    let household = admitted.device.household
    var grant = admitted.grant
    // Text is there for people, who do not read Deflated.
    grant.welcome.deflates = grant.welcome.deflates && connection.codec.form == .binary
    let welcome = grant.welcome
    var effects = [Effect]()
    for other in households[household] ?? []
    where connections[other]?.admitted?.grant.welcome.replica == welcome.replica {
      effects += end(other, ProtocolFault(.replaced, "Another install with its identity has connected."))
    }
    connections[id]?.admitted = admitted.withoutRoster
    connections[id]?.view = admitted.view
    connections[id]?.deflates = welcome.deflates
    connections[id]?.codec = WireCodec(form: connection.codec.form, pack: admitted.pack)
    let newcomer = admitted.grant.roster.filter { $0.replica == welcome.replica }
    for other in households[household] ?? [] { effects += step(other) { $0.told(.roster(newcomer)) } }
    households[household, default: []].append(id)
    tally.sessionsOpened += 1
    effects.append(
      .note(id, .opened(household: household, replica: welcome.replica, isSnapshot: welcome.isSnapshot)))
    // What it says to have is the newest word of it, also when it has gone back.
    effects.append(
      .acknowledge(
        Acknowledgement(household: household, replica: welcome.replica, revision: admitted.grant.position)))
    return effects + step(id) { $0.granted(grant) }
  }

  /// The doorkeeper did not.
  package mutating func refused(_ id: ConnectionID, _ fault: ProtocolFault) -> [Effect] {
    step(id) { $0.refused(fault) }
  }

  /// A page has been read.
  package mutating func read(_ id: ConnectionID, _ page: Page) -> [Effect] {
    guard let connection = connections[id], let admitted = connection.admitted else { return [] }
    guard !page.isOutdated else { return end(id, .viewChanged) }
    let published = published[admitted.device.household] ?? .zero
    return step(id) {
      $0.read(
        page.records, forget: page.forget, through: page.through, hasMore: page.hasMore, published: published)
    }
  }

  /// The hub did something of its own, and it is on the disk.
  package mutating func announced(_ announcements: [DecidedBatch.Announcement]) -> [Effect] {
    announcements.flatMap { announcement -> [Effect] in
      let (household, publication) = (announcement.household, announcement.patch)
      guard households[household] != nil else { return [] }
      published[household] = publication.patch.revision
      var effects = [Effect]()
      tell(publication, household, except: nil, &effects)
      return effects
    }
  }

  /// Submissions were decided and are on the disk.
  ///
  /// - Parameter announcements: what the hub did of its own beside them.
  package mutating func decided(
    _ results: [(ticket: Ticket, result: SubmissionResult)], announcements: [DecidedBatch.Announcement] = []
  ) -> [Effect] {
    var effects = [Effect]()
    effects.reserveCapacity(results.count * 3)
    for (position, (ticket, result)) in results.enumerated() {
      defer {
        if !announcements.isEmpty { effects += announced(announcements.filter { $0.position == position }) }
      }
      count(result)
      switch result {
      case .decided(let outcome, let publication):
        if let publication, households[ticket.submission.household] != nil {
          published[ticket.submission.household] = publication.patch.revision
        }
        if case .rejected(let rejection) = outcome.verdict {
          effects.append(.note(ticket.connection, .rejected(rejection.code)))
        }
        step(ticket.connection, &effects) { $0.decided(.outcome(outcome)) }
        if let publication { tell(publication, ticket.submission.household, except: ticket.connection, &effects) }
      case .repeated(let outcome): step(ticket.connection, &effects) { $0.decided(.outcome(outcome)) }
      case .gap(let expected): step(ticket.connection, &effects) { $0.decided(.gap(expected: expected)) }
      case .forked: step(ticket.connection, &effects) { $0.decided(.forked) }
      }
    }
    return effects
  }

  /// Submissions could not be decided; their devices keep them.
  package mutating func refused(_ tickets: [Ticket], _ fault: ProtocolFault) -> [Effect] {
    tickets.flatMap { ticket in step(ticket.connection) { $0.decided(.refused(fault)) } }
  }

  // MARK: Inside

  // What `HubCore+Audience` needs of the connections.

  func connections(of household: HouseholdID) -> [ConnectionID] { households[household] ?? [] }

  /// How a connection is told of a revision, and what its member sees; nil when it is not told.
  mutating func reader(_ id: ConnectionID, at revision: Revision) -> (codec: WireCodec, view: View?)? {
    guard let place = connections.index(forKey: id), connections.values[place].session.wantsPatch(at: revision) else {
      return nil
    }
    return (connections.values[place].codec, connections.values[place].view)
  }

  mutating func setView(_ view: View, _ id: ConnectionID) {
    connections[id]?.view = view
  }

  mutating func countPatch() {
    tally.patchesSent += 1
    tally.framesSent += 1
  }

  /// Ends the sessions of those who have no business here after a patch: everybody when the household is deleted, a
  /// member's when the member is.
  mutating func endSessions(outside patch: Patch, _ household: HouseholdID) -> [Effect] {
    let gone = patch.records.filter { $0.life != .live }
    guard !gone.isEmpty else { return [] }
    var effects = [Effect]()
    for id in households[household] ?? [] {
      guard let admitted = connections[id]?.admitted else { continue }
      let isGone = { (collection: CollectionNumber, record: RecordID) in
        gone.contains { $0.collection == collection && $0.record == record }
      }
      if isGone(admitted.pack.householdCollection, household.record) {
        effects += end(id, ProtocolFault(.householdGone, "The household is deleted."))
      } else if isGone(admitted.pack.memberCollection, admitted.device.member) {
        effects += end(id, ProtocolFault(.unauthorized, "The member of this device has left the household."))
      }
    }
    return effects
  }

  mutating func step(
    _ id: ConnectionID, _ body: (inout HubSession) -> [HubSession.Directive]
  ) -> [Effect] {
    var effects = [Effect]()
    step(id, &effects, body)
    return effects
  }

  /// Changes the session where it is: a copy would cost a dozen counts, and two more searches, for each message.
  private mutating func step(
    _ id: ConnectionID, _ effects: inout [Effect], _ body: (inout HubSession) -> [HubSession.Directive]
  ) {
    guard let place = connections.index(forKey: id) else { return }
    for directive in body(&connections.values[place].session) { carryOut(directive, id, &effects) }
  }

  private mutating func carryOut(_ directive: HubSession.Directive, _ id: ConnectionID, _ effects: inout [Effect]) {
    switch directive {
    case .authenticate(let hello): effects.append(.admit(id, hello))
    case .send(let message): send(message, id, &effects)
    case .read(let revision):
      guard let admitted = connections[id]?.admitted, let view = connections[id]?.view else { return }
      let welcome = admitted.grant.welcome
      effects.append(
        .read(
          id,
          PageRequest(
            household: welcome.household, revision: revision, view: view,
            emptyThrough: welcome.isSnapshot ? welcome.head : .zero, horizon: admitted.horizon)))
    case .submit(let changeSets): submit(changeSets, id, &effects)
    case .acknowledge(let revision): acknowledge(revision, id, &effects)
    case .inquire(let inquiry):
      guard let admitted = connections[id]?.admitted else { return }
      effects.append(.inquire(id, Question(inquiry, admitted)))
    case .close:
      let ending = connections[id]?.ending ?? .orderly
      forget(id)
      effects.append(.close(id, ending))
    }
  }

  private mutating func send(_ message: HubMessage, _ id: ConnectionID, _ effects: inout [Effect]) {
    guard let place = connections.index(forKey: id) else { return }
    let codec = connections.values[place].codec
    tally.framesSent += 1
    effects.append(.write(id, codec.encode(message), codec.form))
    switch message {
    case .error(let fault):
      if fault.code.endsConnection { connections[id]?.ending = .fault(fault.code) }
      tally.faults[fault.code, default: 0] += 1
      effects.append(.note(id, .failed(fault)))
    case .goodbye: connections[id]?.ending = .goingAway
    default: break
    }
  }

  private mutating func submit(_ changeSets: [ChangeSet], _ id: ConnectionID, _ effects: inout [Effect]) {
    guard let place = connections.index(forKey: id), let author = connections.values[place].admitted else { return }
    tally.changeSetsSubmitted += changeSets.count
    effects.append(
      .submit(
        changeSets.map { changeSet in
          Ticket(
            connection: id,
            submission: Submission(
              household: author.device.household, replica: author.grant.welcome.replica, device: author.device.id,
              member: author.device.member, offset: author.offset, changeSet: changeSet))
        }))
  }

  private mutating func acknowledge(_ revision: Revision, _ id: ConnectionID, _ effects: inout [Effect]) {
    guard let place = connections.index(forKey: id), let author = connections.values[place].admitted else { return }
    let (household, replica) = (author.device.household, author.grant.welcome.replica)
    effects.append(.acknowledge(Acknowledgement(household: household, replica: replica, revision: revision)))
    for other in households[household] ?? [] where other != id {
      step(other, &effects) { $0.told(.seen(replica, revision)) }
    }
  }

  private mutating func forget(_ id: ConnectionID) {
    guard let connection = connections.removeValue(forKey: id), let household = connection.admitted?.device.household
    else { return }
    households[household]?.removeAll { $0 == id }
    if households[household]?.isEmpty == true {
      households[household] = nil
      published[household] = nil
    }
  }

  private mutating func count(_ result: SubmissionResult) {
    switch result {
    case .decided(let outcome, _):
      switch outcome.verdict {
      case .accepted: tally.changeSetsAccepted += 1
      case .merged: tally.changeSetsMerged += 1
      case .rejected: tally.changeSetsRejected += 1
      }
    case .repeated: tally.changeSetsRepeated += 1
    case .gap, .forked: break
    }
  }
}
