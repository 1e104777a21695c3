internal import NIOCore

/// One device of a comparison: a wire on a socket. Lives on the driver's event loop.
final class PeerDevice: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  let household: PeerHousehold
  private var wire: any Wire
  private unowned let driver: PeerDriver
  private var context: ChannelHandlerContext?
  private var input = ByteBuffer()
  private var events: [WireEvent] = []
  private var sequence: UInt64 = 0
  private var isWaiting = false
  /// When the change sets were due that wait for the one before them.
  private var backlog = CircularBuffer<Int64>()
  /// When the last change sets were due, by sequence.
  private var dues = [Int64](repeating: 0, count: duesMax)
  private static let duesMax = 64

  init(_ wire: any Wire, _ household: PeerHousehold, _ driver: PeerDriver) {
    self.wire = wire
    self.household = household
    self.driver = driver
  }

  /// When a change set of this device was due; nil when that is too long ago.
  func due(_ sequence: UInt64) -> Int64? {
    guard sequence < self.sequence, self.sequence - sequence <= UInt64(Self.duesMax) else { return nil }
    return dues[Int(sequence % UInt64(Self.duesMax))]
  }

  // MARK: What the driver wants

  /// Writes a change set, or as soon as the one before it is acknowledged: then it was due all the same.
  func write(due: Int64) {
    guard !isWaiting else { return backlog.append(due) }
    isWaiting = true
    dues[Int(sequence % UInt64(Self.duesMax))] = due
    let written = sequence
    sequence += 1
    driver.meter.wrote(bytes: say { wire, output in wire.write(written, &output) })
  }

  func tick() {
    _ = say { wire, output in wire.tick(&output) }
  }

  func close() {
    let context = context
    self.context = nil
    context?.close(promise: nil)
  }

  // MARK: What the socket says

  func channelActive(context: ChannelHandlerContext) {
    self.context = context
    _ = say { wire, output in wire.open(&output) }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var bytes = unwrapInboundIn(data)
    if input.readableBytes == 0 { input = bytes } else { input.writeBuffer(&bytes) }
    do {
      var output = ByteBuffer()
      try wire.read(&input, &output, &events)
      send(output)
    } catch {
      return driver.fail(error)
    }
    let now = driver.now
    for event in events { carryOut(event, now) }
    events.removeAll(keepingCapacity: true)
  }

  func channelInactive(context: ChannelHandlerContext) {
    if self.context != nil { driver.fail(LoadFault("The server closed a connection.")) }
    self.context = nil
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    driver.fail(LoadFault("A connection broke: \(error)"))
    context.close(promise: nil)
  }

  private func carryOut(_ event: WireEvent, _ now: Int64) {
    switch event {
    case .ready(let number):
      household.authors.append((number, self))
      driver.becameReady()
    case .acknowledged(let sequence):
      guard isWaiting, let due = due(sequence) else {
        return driver.fail(LoadFault("The server acknowledged change set \(sequence), which was not on its way."))
      }
      isWaiting = false
      driver.meter.acknowledged(due: due, at: now)
      if let next = backlog.popFirst() { write(due: next) } else { driver.settled(self, at: now) }
    case .delivered(let sequence, let number):
      guard let due = household.author(number)?.due(sequence) else { return }
      driver.meter.delivered(due: due, at: now)
    }
  }

  /// - Returns: how many bytes were sent.
  private func say(_ words: (inout any Wire, inout ByteBuffer) -> Void) -> Int {
    var output = ByteBuffer()
    words(&wire, &output)
    send(output)
    return output.readableBytes
  }

  private func send(_ output: ByteBuffer) {
    guard output.readableBytes > 0 else { return }
    context?.writeAndFlush(wrapOutboundOut(output), promise: nil)
  }
}

/// The devices of one household, by the numbers under which they know each other.
final class PeerHousehold {
  var authors: [(number: UInt64, device: PeerDevice)] = []

  /// A handful: looking through them is the fastest.
  func author(_ number: UInt64) -> PeerDevice? {
    for author in authors where author.number == number { return author.device }
    return nil
  }
}
