internal import HearthModel

/// Reads the change sets of a binary Push without the library's messages in between.
///
/// It reads what devices send all day: edits of plain values. Names instead of numbers, former dots, expectations,
/// lists, documents, and all that is wrong in whatever way, the library reads.
enum PushDecoder {
  /// The change sets of a frame; nil when the library has to read it.
  static func changeSets(in frame: [UInt8]) -> [ChangeSet]? {
    frame.withUnsafeBytes { bytes in
      do throws(Unusual) {
        var reader = ProtobufReader(bytes)
        guard try reader.tag() == 0x12 else { return nil }
        var push = try reader.message()
        guard reader.isAtEnd else { return nil }
        return try changeSets(&push)
      } catch {
        return nil
      }
    }
  }

  private static func changeSets(_ push: inout ProtobufReader) throws(Unusual) -> [ChangeSet] {
    var changeSets = [ChangeSet]()
    while let tag = try push.tag() {
      guard tag == 0x0a else { throw Unusual() }
      var reader = try push.message()
      changeSets.append(try changeSet(&reader))
    }
    return changeSets
  }

  private static func changeSet(_ reader: inout ProtobufReader) throws(Unusual) -> ChangeSet {
    var (counter, stamp): (UInt64, UInt64) = (0, 0)
    var changes = [RecordChange]()
    var order = FieldOrder()
    while let tag = try reader.tag() {
      try order.check(tag, repeats: tag == 0x22)
      switch tag {
      case 0x08: counter = try reader.varint()
      case 0x11: stamp = try reader.fixed()
      case 0x22:
        var change = try reader.message()
        changes.append(try self.change(&change))
      default: throw Unusual()
      }
    }
    return ChangeSet(counter: counter, stamp: HybridTime(rawValue: stamp), content: .changes(changes))
  }

  private static func change(_ reader: inout ProtobufReader) throws(Unusual) -> RecordChange {
    var (collection, record): (UInt16?, RecordID?) = (nil, nil)
    var kind = RecordChange.Kind.update
    var context = VersionVector()
    var edits = [Edit]()
    var order = FieldOrder()
    while let tag = try reader.tag() {
      try order.check(tag, repeats: tag == 0x4a)
      switch tag {
      case 0x08: collection = try small(reader.varint())
      case 0x1a: record = try reader.id()
      case 0x28: kind = try self.kind(reader.varint())
      case 0x32:
        var vector = try reader.message()
        context = try self.vector(&vector)
      case 0x4a:
        var edit = try reader.message()
        edits.append(try self.edit(&edit))
      default: throw Unusual()
      }
    }
    guard let collection, let record else { throw Unusual() }
    return RecordChange(
      collection: CollectionNumber(rawValue: collection), record: record, kind: kind, context: context, edits: edits)
  }

  private static func small(_ number: UInt64) throws(Unusual) -> UInt16 {
    guard let small = UInt16(exactly: number) else { throw Unusual() }
    return small
  }

  private static func kind(_ number: UInt64) throws(Unusual) -> RecordChange.Kind {
    switch number {
    case 0: .update
    case 1: .create
    case 2: .delete
    case 3: .restore
    default: throw Unusual()
    }
  }

  private static func vector(_ reader: inout ProtobufReader) throws(Unusual) -> VersionVector {
    guard try reader.tag() == 0x0a else { throw Unusual() }
    var replicas = try reader.message()
    guard try reader.tag() == 0x12 else { throw Unusual() }
    var counters = try reader.message()
    guard reader.isAtEnd else { throw Unusual() }
    var (entries, last): ([VersionVector.Entry], UInt64) = ([], 0)
    while !replicas.isAtEnd {
      let (replica, counter) = (try replicas.varint(), try counters.varint())
      guard entries.isEmpty || replica > last, let number = UInt32(exactly: replica), counter > 0,
        entries.count < WireNames.vectorEntriesMax
      else { throw Unusual() }
      entries.append(VersionVector.Entry(replica: ReplicaNumber(rawValue: number), counter: counter))
      last = replica
    }
    guard counters.isAtEnd else { throw Unusual() }
    return VersionVector(ascending: entries)
  }

  // MARK: Edits

  private static func edit(_ reader: inout ProtobufReader) throws(Unusual) -> Edit {
    guard try reader.tag() == 0x08 else { throw Unusual() }
    let field = FieldNumber(rawValue: try small(reader.varint()))
    let action: Edit.Action
    switch try reader.tag() {
    case 0x1a: action = .set(try value(&reader))
    case 0x20: action = .add(try reader.signed())
    case 0x2a: action = .insert(try value(&reader))
    case 0x32: action = .remove(try value(&reader))
    default: throw Unusual()
    }
    guard reader.isAtEnd else { throw Unusual() }
    return Edit(field, action)
  }

  private static func value(_ edit: inout ProtobufReader) throws(Unusual) -> Value {
    var reader = try edit.message()
    let value: Value
    switch try reader.tag() {
    case 0x08:
      guard try reader.varint() == 1 else { throw Unusual() }
      value = .null
    case 0x10:
      let number = try reader.varint()
      guard number < 2 else { throw Unusual() }
      value = .bool(number == 1)
    case 0x18: value = .int(try reader.signed())
    case 0x29: value = .float(Double(bitPattern: try reader.fixed()))
    case 0x32: value = .text(try reader.text())
    case 0x3a: value = .id(try reader.id())
    case 0x48:
      guard let day = Int32(exactly: try reader.signed()) else { throw Unusual() }
      value = .day(Day(rawValue: day))
    case 0x58: value = .instant(Instant(milliseconds: try reader.signed()))
    default: throw Unusual()
    }
    guard reader.isAtEnd else { throw Unusual() }
    return value
  }
}

/// That fields come in the order of their numbers, and one that does not repeat comes once: of two the library takes
/// the last, or joins them.
private struct FieldOrder {
  private var last: UInt8 = 0

  mutating func check(_ tag: UInt8, repeats: Bool) throws(Unusual) {
    guard tag > last || (repeats && tag == last) else { throw Unusual() }
    last = tag
  }
}
