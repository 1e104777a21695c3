internal import Foundation
internal import HearthModel
internal import HearthPack
internal import HearthProtocol
internal import HearthServer
internal import HearthWire
internal import NIOCore

/// The hub's wire, spoken by a device that keeps of its records only what the next edit needs: which versions it has
/// seen. So the load tester costs about as little as with the other servers; `run` drives whole devices instead.
struct HubWire: Wire {
  private let credentials: LoadDevice.Credentials
  private let app: App
  private let workload: Workload
  private let device: Int
  private let codec: WireCodec
  private var framing: Framing
  private var clock = HybridClock()
  private var replica = ReplicaNumber.hub
  private var subject: Workload.Subject?
  private var records: [RecordID] = []
  private var versions: [RecordID: VersionVector] = [:]
  private var position = Revision.zero
  private var acknowledged = Revision.zero
  /// What the change set on its way edits.
  private var edited: [RecordID] = []

  /// How messages are told apart.
  private enum Framing {
    case lengths(FrameCutter)
    /// With whether Hello has been said.
    case webSocket(WebSocketStream, path: String, hasGreeted: Bool)
  }

  /// - Parameter path: where the hub takes WebSockets; nil for TCP.
  init(
    _ credentials: LoadDevice.Credentials, device: Int, _ app: App, _ workload: Workload, path: String? = nil
  ) {
    self.credentials = credentials
    self.app = app
    self.workload = workload
    self.device = device
    codec = WireCodec(form: .binary, pack: app.pack)
    framing =
      path.map { .webSocket(WebSocketStream(), path: $0, hasGreeted: false) }
      ?? .lengths(FrameCutter(frameBytesMax: Limits.deviceFrameBytes))
  }

  mutating func open(_ output: inout ByteBuffer) {
    switch framing {
    case .lengths: greet(&output)
    case .webSocket(let stream, let path, _): stream.request(path: path, subprotocol: "hearth.v1", &output)
    }
  }

  private func greet(_ output: inout ByteBuffer) {
    let hello = Hello(
      token: credentials.token, app: app.pack.name, packVersion: UInt32(app.pack.version),
      incarnation: .random(in: 1 ... .max), cursor: .start, nextCounter: 1, clock: Clocks.wallMilliseconds,
      software: "hearth-loadtest/0.1")
    say(.hello(hello), &output)
  }

  private func say(_ message: DeviceMessage, _ output: inout ByteBuffer) {
    let bytes = codec.encode(message)
    switch framing {
    case .lengths:
      output.writeInteger(UInt32(bytes.count))
      output.writeBytes(bytes)
    case .webSocket(let stream, _, _): stream.write(ByteBuffer(bytes: bytes), &output)
    }
  }

  mutating func write(_ sequence: UInt64, _ output: inout ByteBuffer) {
    guard let subject else { return }
    let changes = workload.changes(subject, turn: Int(sequence), by: device, among: records) {
      versions[$0] ?? VersionVector()
    }
    edited = changes.map(\.record)
    let stamp = clock.tick(atMilliseconds: Clocks.wallMilliseconds)
    say(.push([ChangeSet(counter: sequence + 1, stamp: stamp, content: .changes(changes))]), &output)
  }

  mutating func read(_ input: inout ByteBuffer, _ output: inout ByteBuffer, _ events: inout [WireEvent]) throws {
    switch framing {
    case .lengths(var cutter):
      cutter.append(input.readableBytesView)
      input.moveReaderIndex(forwardBy: input.readableBytes)
      while let frame = try cutter.next() { try take(codec.decodeHubMessage(frame), &output, &events) }
      framing = .lengths(cutter)
    case .webSocket(var stream, let path, let hasGreeted):
      while let message = try stream.next(&input, &output) {
        try take(codec.decodeHubMessage(Array(message.readableBytesView)), &output, &events)
      }
      framing = .webSocket(stream, path: path, hasGreeted: stream.isOpen)
      if stream.isOpen, !hasGreeted { greet(&output) }
    }
  }

  private mutating func take(
    _ message: HubMessage, _ output: inout ByteBuffer, _ events: inout [WireEvent]
  ) throws {
    switch message {
    case .welcome(let welcome): try adopt(welcome)
    case .catchUp(let patches, _, _):
      for patch in patches { note(patch, nil) }
    case .caughtUp(let revision):
      position = revision
      guard !records.isEmpty else { throw LoadFault("A household has no record that its devices could edit.") }
      records.sort()
      events.append(.ready(UInt64(replica.rawValue)))
    case .updates(let updates):
      for update in updates { events.append(try apply(update)) }
    case .ping(let nonce): say(.pong(nonce), &output)
    case .error(let fault):
      throw LoadFault("The hub said E\(fault.code.rawValue) \(fault.code.name): \(fault.message)")
    case .goodbye(let reason, _): throw LoadFault("The hub said goodbye: \(reason)")
    case .roster, .seen, .pong, .answer: break
    }
  }

  private mutating func adopt(_ welcome: Welcome) throws {
    replica = welcome.replica
    subject = workload.subject(of: welcome.role)
    guard subject != nil else { throw LoadFault("A member with the role `\(welcome.role)` may write no text.") }
  }

  private mutating func note(_ patch: RecordPatch, _ dot: Dot?) {
    guard patch.collection == subject?.collection.number, patch.life == .live else { return }
    if versions[patch.record] == nil, dot == nil { records.append(patch.record) }
    if let seen = patch.versions {
      versions[patch.record] = seen
    } else if let dot {
      versions[patch.record, default: VersionVector()].join(dot)
    }
  }

  private mutating func apply(_ update: Update) throws -> WireEvent {
    switch update {
    case .patch(let patch):
      position = patch.revision
      for record in patch.records { note(record, patch.dot) }
      return .delivered(patch.dot.counter &- 1, from: UInt64(patch.dot.replica.rawValue))
    case .outcome(let outcome):
      position = max(position, outcome.revision)
      if case .rejected(let rejection) = outcome.verdict {
        throw LoadFault("The hub rejected an edit: E\(rejection.code.rawValue) \(rejection.code.name).")
      }
      noteOwn(outcome)
      return .acknowledged(outcome.counter - 1)
    }
  }

  /// What the device wrote itself it has seen.
  private mutating func noteOwn(_ outcome: Outcome) {
    let dot = Dot(replica, outcome.counter)
    for record in edited { versions[record, default: VersionVector()].join(dot) }
    for record in outcome.records { note(record, dot) }
  }

  /// As the device library does: which revisions it has, at most once a second.
  mutating func tick(_ output: inout ByteBuffer) {
    guard position > acknowledged else { return }
    acknowledged = position
    say(.acknowledge(position), &output)
  }
}
