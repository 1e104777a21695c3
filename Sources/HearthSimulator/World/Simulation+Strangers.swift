internal import HearthModel
internal import HearthProtocol
internal import HearthReplica
internal import HearthWire

// Devices in the hands of somebody who means harm: what they send is well formed and forbidden, or no message at all.

extension Simulation {
  func intrude(_ fault: Fault, _ device: SimulatedDevice, _ dice: inout Dice) throws {
    guard let villain = try villain(device.household, &dice) else { return }
    try connect(villain)
    switch fault {
    case .forgery: try forge(villain, &dice)
    case .noise: try say(noise(villain, &dice), villain)
    default: break
    }
  }

  /// The household's device that has fallen into strange hands; there is at most one.
  private func villain(_ household: Int, _ dice: inout Dice) throws -> SimulatedDevice? {
    if let known = devices.first(where: { $0.household == household && $0.isHostile && !$0.isGone }) {
      return known.core == nil ? nil : known
    }
    guard devices.count < 24, hub.pending == nil else { return nil }
    let device = try addDevice(to: household, &dice)
    device.isHostile = true
    return device
  }

  /// Changes that no honest device would send: any field, any record, any context.
  private func forge(_ villain: SimulatedDevice, _ dice: inout Dice) throws {
    var changes = [RecordChange]()
    for _ in 0...dice.below(3) {
      let collection = dice.pick(pack.collections)
      let known = try villain.core?.replica.view(of: collection, villain.disk).map(\.0) ?? []
      let elsewhere = households.map(\.id.record)
      let record = dice.oneIn(5) ? dice.pick(elsewhere) : dice.pickAny(known) ?? RecordID(high: dice.next(), low: 1)
      guard !changes.contains(where: { $0.collection == collection.number && $0.record == record }) else { continue }
      var context = VersionVector()
      for _ in 0..<dice.below(3) {
        context.join(Dot(ReplicaNumber(rawValue: UInt32(dice.below(9))), dice.oneIn(3) ? .max : UInt64(dice.below(50))))
      }
      let kind = dice.pick([RecordOperation.Kind.create, .update, .update, .update, .delete, .restore])
      let edits = kind == .delete || kind == .restore ? [] : forgedEdits(collection, villain, &dice)
      changes.append(
        RecordChange(collection: collection.number, record: record, kind: kind, context: context, edits: edits))
    }
    trace.note(
      now, "\(villain.name) forges \(changes.map { "\($0.kind) \($0.collection.rawValue)/\($0.record) \($0.edits)" })")
    try act(villain) { core in try core.forge(changes, villain.moment(at: now), villain.disk).effects }
  }

  private func forgedEdits(
    _ collection: CollectionSchema, _ villain: SimulatedDevice, _ dice: inout Dice
  ) -> [Edit] {
    let maker = ValueMaker(
      pack: pack, household: villain.household, device: villain.index, now: Instant(milliseconds: now)
    ) { _ in self.households[villain.household].members }
    return (0..<1 + dice.below(3)).compactMap { _ in
      let field = dice.pick(collection.fields)
      let number = dice.oneIn(30) ? FieldNumber(rawValue: UInt16(dice.below(70))) : field.number
      // The marks in texts belong to their fields.
      let value = number == field.number ? maker.value(of: field, &dice) ?? .null : .int(7)
      switch dice.below(8) {
      case 0: return Edit(number, .add(dice.oneIn(3) ? .max : Int64(dice.below(100))))
      case 1: return Edit(number, .insert(value.elements?.first ?? value))
      case 2: return Edit(number, .put(["a", "b"], value))
      default: return Edit(number, .set(value))
      }
    }
  }

  /// A frame that is none, or one of another state of the session.
  private func noise(_ villain: SimulatedDevice, _ dice: inout Dice) -> [UInt8] {
    let codec = WireCodec(form: .binary, pack: pack)
    switch dice.below(8) {
    case 0: return (0..<dice.below(200)).map { _ in UInt8(truncatingIfNeeded: dice.next()) }
    case 1: return codec.encode(.acknowledge(Revision(rawValue: dice.next())))
    case 2: return codec.encode(DeviceMessage.ping(dice.next()))
    case 3: return codec.encode(.goodbye(reason: "I was never here."))
    case 4:
      guard let replica = villain.core?.replica else { return [] }
      return codec.encode(.hello(replica.hello(token: "stolen", now: Instant(milliseconds: 0), software: "x")))
    case 5:
      let stamp = HybridTime(rawValue: dice.next())
      let counter = dice.oneIn(2) ? dice.next() : UInt64(dice.below(20))
      return codec.encode(.push([ChangeSet(counter: counter, stamp: stamp, content: .changes([]))]))
    case 6: return Array(codec.encode(DeviceMessage.ping(dice.next())).dropLast())
    default:
      var frame = codec.encode(.push(villain.core?.replica.outbox.map(\.changeSet) ?? []))
      for _ in 0..<4 where !frame.isEmpty { frame[dice.below(frame.count)] = UInt8(truncatingIfNeeded: dice.next()) }
      return frame
    }
  }

  private func say(_ frame: [UInt8], _ villain: SimulatedDevice) throws {
    guard let line = villain.line else { return }
    sendToHub(frame, line)
  }
}
