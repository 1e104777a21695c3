internal import HearthModel

/// Values that fit fields, and now and then values that do not.
struct ValueMaker {
  let pack: Pack
  let household: Int
  let device: Int
  let now: Instant
  /// Records that there are, by collection.
  let targets: (CollectionNumber) -> [RecordID]

  private static let words = ["dishes", "bins", "plants", "maths", "bike", "soup", "lamp", "train", "sock", "jam"]

  /// A value for a field; nil when none comes to mind that its type takes.
  func value(of field: Field, _ dice: inout Dice) -> Value? {
    if field.isNullable, dice.oneIn(8) { return .null }
    let value = plain(field.type, field, &dice)
    // Mostly what the type takes: what it does not is refused on the device already.
    guard let value, field.type.fault(of: value) == nil || dice.oneIn(200) else { return nil }
    return value
  }

  /// An element for a set.
  func element(of field: Field, _ dice: inout Dice) -> Value? {
    guard case .set(let type, _) = field.type else { return nil }
    return plain(type, field, &dice)
  }

  private func plain(_ type: FieldType, _ field: Field, _ dice: inout Dice) -> Value? {
    switch type {
    case .text(let form, let length): return text(form, length, field, &dice).map { .text($0) }
    case .int(let range):
      let near = max(range.lowerBound, -50)...min(range.upperBound, max(range.lowerBound, -50) &+ 100)
      return .int(dice.oneIn(30) ? dice.pick([range.lowerBound, range.upperBound]) : dice.within(near))
    case .decimal(_, let scale): return .decimal(FixedDecimal(units: dice.within(-500...500), scale: scale))
    case .float: return .float(Double(dice.within(-1000...1000)) / 8)
    case .bool: return .bool(dice.oneIn(2))
    case .date: return .day(Day(rawValue: Int32(now.milliseconds / 86_400_000 + dice.within(-3...3))))
    case .time: return .instant(Instant(milliseconds: now.milliseconds + dice.within(-3_600_000...86_400_000)))
    case .uuid: return .id(RecordID(high: dice.next(), low: dice.next()))
    case .choice(let names): return dice.pickAny(names).map { .text($0) }
    case .reference(let target):
      if dice.oneIn(40) { return .id(RecordID(high: dice.next(), low: dice.next())) }
      return dice.pickAny(targets(target)).map { .id($0) }
    case .set(let element, _):
      let elements = (0..<dice.below(4)).compactMap { _ in plain(element, field, &dice) }
      return .list(Set(elements).sorted())
    case .json(let shape):
      guard let (path, value) = leaf(shape, &dice) else { return .object(ValueObject()) }
      var object = ValueObject()
      object.set(value, at: path[...])
      return .object(object)
    }
  }

  private func text(
    _ form: FieldType.TextForm, _ length: ClosedRange<Int>, _ field: Field, _ dice: inout Dice
  ) -> String? {
    let word = dice.pick(Self.words)
    switch form {
    case .plain: return fit("\(mark(field))\(word) \(dice.below(100))", length)
    case .email: return "\(word)\(dice.below(30))@x.nl"
    case .url: return "https://x.y/\(word)"
    case .color: return dice.pick(["#ff0000", "#00ff00", "#123456"])
    case .zone: return dice.pick(["UTC", "Europe/Amsterdam", "America/New_York", "Pacific/Auckland"])
    case .locale: return dice.pick(["nl-NL", "en-GB", "de-DE"])
    case .rrule: return dice.pick(["FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,TH"])
    case .slug: return fit(word, length)
    case .base32: return fit("ABCDEFGH", length)
    case .ip: return dice.pick(["10.0.0.1", "192.168.1.7", "2001:db8::1"])
    case .pattern: return dice.pick(["nl", "image/jpeg", "$2b$10$xyz", "abc", "12345", "A1"])
    }
  }

  private func mark(_ field: Field) -> String {
    if field.marks.contains(.isPrivate) { return Marks.secret }
    if field.marks.contains(.device) { return Marks.device(device) }
    return Marks.household(household)
  }

  private func fit(_ text: String, _ length: ClosedRange<Int>) -> String {
    let short = String(text.prefix(length.upperBound))
    return short + String(repeating: "x", count: max(0, length.lowerBound - short.count))
  }

  // MARK: JSON

  /// A path of a shape and a value for it.
  func leaf(_ shape: FieldType.Shape?, _ dice: inout Dice) -> (path: [String], value: Value)? {
    guard let shape else {
      let path = (0...dice.below(2)).map { _ in dice.pick(["a", "b", "c"]) }
      let scalar: Value = dice.pick([.int(Int64(dice.below(9))), .bool(true), .text(dice.pick(Self.words)), .null])
      return (path, scalar)
    }
    let known = shape.keys.keys.sorted()
    let isOther = shape.others != nil && (known.isEmpty || dice.oneIn(2))
    guard let key = isOther ? dice.pick(["tasks", "events", "s1", "s2", "x"]) : dice.pickAny(known),
      let node = shape[key]
    else { return nil }
    switch node {
    case .leaf(let type, _): return leafValue(type, &dice).map { ([key], $0) }
    case .object(let inner): return leaf(inner, &dice).map { ([key] + $0.path, $0.value) }
    }
  }

  private func leafValue(_ type: FieldType, _ dice: inout Dice) -> Value? {
    switch type {
    case .int(let range): .int(dice.within(range.lowerBound...min(range.upperBound, max(range.lowerBound, 9))))
    case .bool: .bool(dice.oneIn(2))
    case .float: .float(Double(dice.below(9)))
    case .choice(let names): dice.pickAny(names).map { .text($0) }
    case .text(.plain, let length): .text(fit(dice.pick(Self.words), length))
    case .date: .text(dice.pick(["2025-11-10", "2025-11-12", "2025-12-01"]))
    case .text, .decimal, .time, .uuid, .reference, .set, .json: nil
    }
  }
}
