internal import HearthModel
internal import HearthProtocol

// Frames to messages and back.

extension WireNames {
  func frame(_ message: DeviceMessage) -> Hearth_V1_DeviceFrame {
    var frame = Hearth_V1_DeviceFrame()
    switch message {
    case .hello(let hello): frame.hello = self.hello(hello)
    case .push(let changeSets): frame.push.changeSets = changeSets.map { changeSet($0) }
    case .acknowledge(let revision): frame.ack.revision = revision.rawValue
    case .ping(let nonce): frame.ping.nonce = nonce
    case .pong(let nonce): frame.pong.nonce = nonce
    case .goodbye(let reason): frame.goodbye.reason = reason
    case .inquire(let id, let inquiry): frame.inquiry = self.inquiry(id, inquiry)
    }
    return frame
  }

  func message(_ frame: Hearth_V1_DeviceFrame) throws(ProtocolFault) -> DeviceMessage {
    switch frame.message {
    case .hello(let hello): return .hello(self.hello(hello))
    case .push(let push): return .push(push.changeSets.map { changeSet($0) })
    case .ack(let ack): return .acknowledge(Revision(rawValue: ack.revision))
    case .ping(let ping): return .ping(ping.nonce)
    case .pong(let pong): return .pong(pong.nonce)
    case .goodbye(let goodbye): return .goodbye(reason: goodbye.reason)
    case .inquiry(let inquiry): return .inquire(inquiry.question, try self.inquiry(inquiry))
    case .deflated: throw misplacedDeflated
    case nil: throw faulty("it holds no message that this version knows")
    }
  }

  func frame(_ message: HubMessage) -> Hearth_V1_HubFrame {
    var frame = Hearth_V1_HubFrame()
    switch message {
    case .welcome(let welcome): frame.welcome = self.welcome(welcome)
    case .roster(let entries): frame.roster = roster(entries)
    case .catchUp(let records, let forget, let through):
      frame.catchUp.records = records.map { recordPatch($0) }
      frame.catchUp.forget = forget
      frame.catchUp.through = through.rawValue
    case .caughtUp(let revision): frame.caughtUp.revision = revision.rawValue
    case .updates(let updates): frame.updates.updates = updates.map { update($0) }
    case .seen(let replica, let revision):
      frame.seen.replica = replica.rawValue
      frame.seen.revision = revision.rawValue
    case .ping(let nonce): frame.ping.nonce = nonce
    case .pong(let nonce): frame.pong.nonce = nonce
    case .goodbye(let reason, let retryAfter):
      frame.goodbye.reason = reason
      frame.goodbye.retryAfterMs = retryAfter
    case .error(let fault): frame.error = error(fault)
    case .answer(let id, let answer): frame.answer = self.answer(id, answer)
    }
    return frame
  }

  func message(_ frame: Hearth_V1_HubFrame) throws(ProtocolFault) -> HubMessage {
    switch frame.message {
    case .welcome(let welcome): return .welcome(try self.welcome(welcome))
    case .roster(let roster): return .roster(try self.roster(roster))
    case .catchUp(let catchUp):
      return .catchUp(
        try list(catchUp.records, recordPatch), forget: catchUp.forget, through: Revision(rawValue: catchUp.through))
    case .caughtUp(let caughtUp): return .caughtUp(Revision(rawValue: caughtUp.revision))
    case .updates(let updates): return .updates(try list(updates.updates, update))
    case .seen(let seen): return .seen(ReplicaNumber(rawValue: seen.replica), Revision(rawValue: seen.revision))
    case .ping(let ping): return .ping(ping.nonce)
    case .pong(let pong): return .pong(pong.nonce)
    case .goodbye(let goodbye): return .goodbye(reason: goodbye.reason, retryAfterMilliseconds: goodbye.retryAfterMs)
    case .error(let error): return .error(self.error(error))
    case .answer(let answer): return .answer(answer.question, try self.answer(answer))
    case .deflated: throw misplacedDeflated
    case nil: throw faulty("it holds no message that this version knows")
    }
  }

  /// Where a Deflated may stand it is taken apart before its messages are looked at.
  private var misplacedDeflated: ProtocolFault {
    faulty("a Deflated stands in a binary frame, when Hello and Welcome have agreed to it, and in no other Deflated")
  }

  func list<In, Out>(_ list: [In], _ convert: (In) throws(ProtocolFault) -> Out) throws(ProtocolFault) -> [Out] {
    var result = [Out]()
    result.reserveCapacity(list.count)
    for element in list { result.append(try convert(element)) }
    return result
  }
}

// MARK: - Handshake

extension WireNames {
  private func hello(_ hello: Hello) -> Hearth_V1_Hello {
    var message = Hearth_V1_Hello()
    message.protocolVersion = hello.protocolVersion
    message.token = hello.token
    message.app = hello.app
    message.packVersion = hello.packVersion
    message.incarnation = hello.incarnation
    if hello.cursor != .start {
      message.cursor.epoch = hello.cursor.epoch.rawValue
      message.cursor.revision = hello.cursor.revision.rawValue
    }
    message.nextCounter = hello.nextCounter
    message.clock = hello.clock
    message.software = hello.software
    message.deflate = hello.deflates
    return message
  }

  private func hello(_ message: Hearth_V1_Hello) -> Hello {
    Hello(
      protocolVersion: message.protocolVersion, token: message.token, app: message.app,
      packVersion: message.packVersion, incarnation: message.incarnation,
      cursor: Cursor(
        epoch: Epoch(rawValue: message.cursor.epoch), revision: Revision(rawValue: message.cursor.revision)),
      nextCounter: message.nextCounter, clock: message.clock, software: message.software, deflates: message.deflate)
  }

  private func welcome(_ welcome: Welcome) -> Hearth_V1_Welcome {
    var message = Hearth_V1_Welcome()
    message.session = welcome.session
    message.household = welcome.household.description
    message.member = welcome.member.description
    message.role = welcome.role
    message.replica = welcome.replica.rawValue
    message.epoch = welcome.epoch.rawValue
    message.head = welcome.head.rawValue
    message.lastCounter = welcome.lastCounter
    message.clock = welcome.clock
    message.snapshot = welcome.isSnapshot
    message.limits.frameBytes = welcome.limits.frameBytes
    message.limits.pushWindow = welcome.limits.pushWindow
    message.limits.idleSeconds = welcome.limits.idleSeconds
    message.limits.changes = welcome.limits.changes
    message.deflate = welcome.deflates
    return message
  }

  private func welcome(_ message: Hearth_V1_Welcome) throws(ProtocolFault) -> Welcome {
    guard let household = RecordID(message.household), let member = RecordID(message.member) else {
      throw faulty("Welcome needs the UUIDs of household and member")
    }
    guard message.limits.pushWindow > 0, message.limits.idleSeconds > 0, message.replica > 0 else {
      throw faulty("Welcome needs a replica number and limits that are not 0")
    }
    var limits = Limits()
    limits.frameBytes = message.limits.frameBytes
    limits.pushWindow = message.limits.pushWindow
    limits.idleSeconds = message.limits.idleSeconds
    limits.changes = message.limits.changes
    return Welcome(
      session: message.session, household: HouseholdID(household), member: member, role: message.role,
      replica: ReplicaNumber(rawValue: message.replica), epoch: Epoch(rawValue: message.epoch),
      head: Revision(rawValue: message.head), lastCounter: message.lastCounter, clock: message.clock,
      isSnapshot: message.snapshot, limits: limits, deflates: message.deflate)
  }

  private func roster(_ entries: [RosterEntry]) -> Hearth_V1_Roster {
    var message = Hearth_V1_Roster()
    message.authors = entries.map { entry in
      var author = Hearth_V1_Roster.Author()
      author.replica = entry.replica.rawValue
      author.member = entry.member.description
      author.device = entry.device
      return author
    }
    return message
  }

  private func roster(_ message: Hearth_V1_Roster) throws(ProtocolFault) -> [RosterEntry] {
    try list(message.authors) { author throws(ProtocolFault) in
      guard let member = RecordID(author.member) else { throw faulty("a roster names members by UUID") }
      return RosterEntry(replica: ReplicaNumber(rawValue: author.replica), member: member, device: author.device)
    }
  }
}

// MARK: - Faults

extension WireNames {
  private func error(_ fault: ProtocolFault) -> Hearth_V1_Error {
    var message = Hearth_V1_Error()
    message.number = UInt32(fault.code.rawValue)
    message.code = fault.code.name
    message.message = fault.message
    message.action =
      switch fault.code.action {
      case .giveUp: .giveUp
      case .retry: .retry
      case .resend: .resend
      case .newIncarnation: .newIncarnation
      case .pairAgain: .pairAgain
      case .updateApp: .updateApp
      case .wipe: .wipe
      }
    message.expectedCounter = fault.expectedCounter
    message.retryAfterMs = fault.retryAfterMilliseconds
    return message
  }

  /// A fault that this version does not know is taken by its action, so that a newer hub is still obeyed.
  private func error(_ message: Hearth_V1_Error) -> ProtocolFault {
    let known = UInt16(exactly: message.number).flatMap(FaultCode.init(rawValue:))
    let code: FaultCode =
      known
      ?? {
        switch message.action {
        case .retry: .overloaded
        case .resend: .gap
        case .newIncarnation: .forked
        case .pairAgain: .unauthorized
        case .updateApp: .unsupportedVersion
        case .wipe: .householdGone
        case .giveUp, .UNRECOGNIZED: .unexpectedMessage
        }
      }()
    return ProtocolFault(
      code, message.message, expectedCounter: message.expectedCounter,
      retryAfterMilliseconds: message.retryAfterMs)
  }
}
