internal import HearthHub
internal import HearthModel
internal import HearthProtocol
internal import HearthReplica
internal import HearthWire

// Lines between devices and the hub: bytes in order, late, cut into pieces, held up, or never.

extension Simulation {
  // MARK: Sending

  func sendToHub(_ frame: [UInt8], _ line: Line) {
    let device = devices[line.device]
    for bytes in suffer(frame, device) {
      guard !line.isDead else { return }
      let at = arrival(after: line.lastToHub, still: line.stillToHub)
      line.lastToHub = at
      for (piece, moment) in pieces(bytes, at) { agenda.arrange(.bytesToHub(line, piece), at: moment) }
      line.lastToHub = max(line.lastToHub, at + 2)
    }
  }

  func sendToDevice(_ frame: [UInt8], _ line: Line) {
    guard !line.isDead else { return }
    let at = arrival(after: line.lastToDevice, still: line.stillToDevice)
    let sent = line.deflates ? deflated(frame) : frame
    for (piece, moment) in pieces(FrameCutter.frame(sent), at) {
      line.unread += piece.count
      agenda.arrange(.bytesToDevice(line, piece), at: moment)
    }
    line.lastToDevice = at + 2
  }

  private func deflated(_ frame: [UInt8]) -> [UInt8] {
    DeflatedFrames.packed(
      [frame], from: SimulatedDevice.deflatedBytes, bytesMax: Limits.deviceFrameBytes, by: deflater
    ).first ?? frame
  }

  /// What becomes of a frame on its way to the hub.
  private func suffer(_ frame: [UInt8], _ device: SimulatedDevice) -> [[UInt8]] {
    let bytes = FrameCutter.frame(frame)
    if device.truncates > 0, let line = device.line {
      device.truncates -= 1
      trace.note(now, "a frame of \(device.name) is cut short")
      endsSoon(line)
      return [Array(bytes.prefix(1 + noise.below(bytes.count)))]
    }
    if device.corrupts > 0 {
      device.corrupts -= 1
      trace.note(now, "a frame of \(device.name) is damaged")
      if let damaged = damaged(frame) { return [FrameCutter.frame(damaged)] }
    }
    if device.duplicates > 0 {
      device.duplicates -= 1
      trace.note(now, "a frame of \(device.name) comes twice")
      return [bytes, bytes]
    }
    return [bytes]
  }

  /// The frame with some bytes changed so that it cannot be read. What can still be read would be another person's word
  /// in this one's mouth; against that TCP has its checksum and TLS its seal.
  private func damaged(_ frame: [UInt8]) -> [UInt8]? {
    let codec = WireCodec(form: .binary, pack: pack)
    for _ in 0..<8 where !frame.isEmpty {
      var bytes = frame
      for _ in 0...noise.below(3) { bytes[noise.below(bytes.count)] ^= UInt8(1 + noise.below(255)) }
      // Of a Deflated nothing at all may be read, since what stands before the damage would count.
      if (try? codec.readDeviceFrame(bytes, inflatingTo: limits.frameBytes)) == nil { return bytes }
    }
    return nil
  }

  private func arrival(after last: Int64, still: Int64) -> Int64 {
    let latency = isCalm ? 5 : noise.oneIn(10) ? noise.within(50...900) : noise.within(1...40)
    return max(last, max(now, still) + latency)
  }

  /// TCP knows no frames: what is sent at once may come in pieces.
  private func pieces(_ bytes: [UInt8], _ at: Int64) -> [([UInt8], Int64)] {
    guard !isCalm, bytes.count > 1, noise.oneIn(6) else { return [(bytes, at)] }
    let cut = 1 + noise.below(bytes.count - 1)
    return [(Array(bytes[..<cut]), at), (Array(bytes[cut...]), at + noise.within(0...2))]
  }

  // MARK: Arriving

  func arriveAtHub(_ line: Line, _ bytes: [UInt8]) throws {
    guard hub.isRunning, hub.lines[line.id] === line else { return }
    trace.add(bytes)
    line.cutterAtHub.append(bytes)
    do {
      while let frame = try line.cutterAtHub.next() {
        try carryOut(hub.core.received(frame, .binary, from: line.id, now: now))
        guard hub.isRunning, hub.lines[line.id] === line else { return }
      }
    } catch let fault as ProtocolFault {
      try carryOut(hub.core.malformed(fault, from: line.id))
    }
  }

  func arriveAtDevice(_ line: Line, _ bytes: [UInt8]) throws {
    line.unread -= bytes.count
    let device = devices[line.device]
    guard device.line === line, device.core != nil else { return }
    trace.add(bytes)
    line.cutterAtDevice.append(bytes)
    while let frame = try line.cutterAtDevice.next() {
      try act(device) { core in try core.received(frame, device.moment(at: now), device.disk) }
      guard device.line === line, device.core != nil else { return }
    }
  }

  // MARK: Ends

  /// Both ends learn, each in its time, that the line has broken.
  func endsSoon(_ line: Line) {
    line.isDead = true
    agenda.arrange(.hubLearnsOfEnd(line), at: now + noise.within(1...3000))
    agenda.arrange(.deviceLearnsOfEnd(line), at: now + noise.within(1...3000))
  }

  func tellDeviceOfEnd(_ line: Line) {
    agenda.arrange(.deviceLearnsOfEnd(line), at: max(line.lastToDevice, now) + 1)
  }

  func tellHubOfEnd(_ line: Line) {
    agenda.arrange(.hubLearnsOfEnd(line), at: max(line.lastToHub, now) + 1)
  }

  /// Nothing of the line is left at the hub.
  ///
  /// - Returns: whether there was anything.
  @discardableResult
  func hubLearnsOfEnd(_ line: Line) -> Bool {
    guard hub.lines[line.id] === line else { return false }
    hub.lines[line.id] = nil
    hub.core.closed(line.id)
    return true
  }

  func deviceLearnsOfEnd(_ line: Line) throws {
    let device = devices[line.device]
    guard device.line === line else { return }
    device.line = nil
    try act(device) { core in try core.closed(device.moment(at: now), device.disk) }
  }

  // MARK: Opening

  func lineOpens(_ device: SimulatedDevice, _ attempt: Int) throws {
    guard device.attempts == attempt, device.core != nil else { return }
    guard hub.isRunning, device.hasNetwork, now >= device.cutOffUntil else {
      return try act(device) { core in try core.closed(device.moment(at: now), device.disk) }
    }
    let line = Line(
      id: HubCore.ConnectionID(rawValue: nextLine), device: device.index, frameBytesMax: limits.frameBytes)
    nextLine += 1
    device.line = line
    hub.lines[line.id] = line
    hurryTick()
    hub.core.opened(line.id, now: now)
    try act(device) { core in try core.opened(device.moment(at: now), device.disk) }
  }
}
