internal import FoundationEssentials
internal import HearthModel
internal import HearthProtocol

// Values, dots, vectors and names.

extension RecordID {
  /// The 16 bytes as the wire carries them.
  var data: Data { Data(bytes) }
}

extension WireNames {
  // MARK: Values

  func value(_ value: Value) -> Hearth_V1_Value {
    var message = Hearth_V1_Value()
    switch value {
    case .null: message.null = true
    case .bool(let value): message.bool = value
    case .int(let number): message.int = number
    case .decimal(let number):
      message.decimal.units = number.units
      message.decimal.scale = UInt32(number.scale)
    case .float(let number): message.float = number
    case .text(let text): message.text = text
    case .id(let id): if isReadable { message.uuid = id.description } else { message.id = id.data }
    case .day(let day):
      if isReadable, day.isValid { message.date = day.description } else { message.day = day.rawValue }
    case .instant(let instant):
      if isReadable, instant.isValid {
        message.time = instant.description
      } else {
        message.instant = instant.milliseconds
      }
    case .list(let values): message.list.values = values.map { self.value($0) }
    case .object(let object):
      message.object.members = object.members.map { member in
        var message = Hearth_V1_Value.Member()
        message.key = member.key
        message.value = self.value(member.value)
        return message
      }
    }
    return message
  }

  func value(_ message: Hearth_V1_Value) throws(ProtocolFault) -> Value {
    switch message.kind {
    case .null(true): return .null
    case .null(false), nil: throw faulty("a value has no kind")
    case .bool(let value): return .bool(value)
    case .int(let number): return .int(number)
    case .decimal(let number):
      guard number.scale <= 18 else { throw faulty("a decimal has more than 18 digits behind the point") }
      return .decimal(FixedDecimal(units: number.units, scale: UInt8(number.scale)))
    case .float(let number): return .float(number)
    case .text(let text): return .text(text)
    case .id(let data): return .id(try id(data))
    case .uuid(let text): return .id(try id(text))
    case .day(let day): return .day(Day(rawValue: day))
    case .date(let text):
      guard let day = Day(text) else { throw faulty("a date is written yyyy-mm-dd") }
      return .day(day)
    case .instant(let milliseconds): return .instant(Instant(milliseconds: milliseconds))
    case .time(let text):
      guard let instant = Instant(text) else { throw faulty("a time is written as 2025-11-11T16:00:00Z") }
      return .instant(instant)
    case .list(let list): return .list(try self.list(list.values, value))
    case .object(let object): return .object(try self.object(object))
    }
  }

  private func object(_ message: Hearth_V1_Value.Object) throws(ProtocolFault) -> ValueObject {
    // Sorted before it is checked, so that many members cost no more than their sorting.
    var members = [(key: String, value: Value)]()
    for member in message.members { members.append((member.key, try value(member.value))) }
    members.sort { $0.key.precedes($1.key) }
    for (left, right) in zip(members, members.dropFirst()) where left.key.isSameUTF8(as: right.key) {
      throw faulty("an object has the key `\(left.key.prefix(40))` twice")
    }
    return ValueObject(sorted: members)
  }

  func id(_ data: Data) throws(ProtocolFault) -> RecordID {
    guard let id = RecordID(bytes: data) else { throw faulty("an id has \(data.count) bytes, not 16") }
    return id
  }

  func id(_ text: String) throws(ProtocolFault) -> RecordID {
    guard let id = RecordID(text) else { throw faulty("a UUID is written as 8-4-4-4-12 hexadecimal digits") }
    return id
  }

  // MARK: Causality

  func dot(_ dot: Dot) -> Hearth_V1_Dot {
    var message = Hearth_V1_Dot()
    message.replica = dot.replica.rawValue
    message.counter = dot.counter
    return message
  }

  func dot(_ message: Hearth_V1_Dot) -> Dot {
    Dot(ReplicaNumber(rawValue: message.replica), message.counter)
  }

  func vector(_ vector: VersionVector) -> Hearth_V1_VersionVector {
    var message = Hearth_V1_VersionVector()
    message.replicas = vector.entries.map(\.replica.rawValue)
    message.counters = vector.entries.map(\.counter)
    return message
  }

  func vector(_ message: Hearth_V1_VersionVector) throws(ProtocolFault) -> VersionVector {
    guard message.replicas.count == message.counters.count else {
      throw faulty("a version vector has \(message.replicas.count) replicas and \(message.counters.count) counters")
    }
    guard zip(message.replicas, message.replicas.dropFirst()).allSatisfy({ $0 < $1 }), !message.counters.contains(0)
    else { throw faulty("a version vector has its replicas in ascending order, each with a counter from 1") }
    guard message.replicas.count <= Self.vectorEntriesMax else {
      throw faulty("a version vector has more than \(Self.vectorEntriesMax) entries")
    }
    return VersionVector(
      zip(message.replicas, message.counters).map { Dot(ReplicaNumber(rawValue: $0), $1) })
  }

  /// More installs than a household ever has; a vector is walked for every write.
  static let vectorEntriesMax = 1024

  func authorship(_ author: Authorship) -> Hearth_V1_Authorship {
    var message = Hearth_V1_Authorship()
    message.dot = dot(author.dot)
    message.stamp = author.stamp.rawValue
    message.rank = UInt32(author.rank.rawValue)
    return message
  }

  func authorship(_ message: Hearth_V1_Authorship) throws(ProtocolFault) -> Authorship {
    guard let rank = UInt8(exactly: message.rank) else { throw faulty("a rank is at most 255") }
    return Authorship(
      dot: dot(message.dot), stamp: HybridTime(rawValue: message.stamp), rank: Rank(rawValue: rank))
  }

  func write(_ write: Write) -> Hearth_V1_Write {
    var message = Hearth_V1_Write()
    message.author = authorship(write.author)
    if let value = write.value { message.value = self.value(value) }
    return message
  }

  func write(_ message: Hearth_V1_Write) throws(ProtocolFault) -> Write {
    let author = try authorship(message.author)
    return Write(author, message.hasValue ? try value(message.value) : nil)
  }

  // MARK: Names

  /// The name under which readable frames carry a collection; nil when its number is to be used.
  func name(of collection: CollectionNumber) -> String? {
    isReadable ? pack?.collection(collection)?.name : nil
  }

  /// The name under which readable frames carry a field; nil when its number is to be used.
  func name(of field: FieldNumber, in collection: CollectionNumber) -> String? {
    isReadable ? pack?.collection(collection)?.field(field)?.name : nil
  }

  /// The collection with a number; 0, which no pack has, for numbers that are too large for one.
  func collection(_ number: UInt32) -> CollectionNumber {
    CollectionNumber(rawValue: UInt16(exactly: number) ?? 0)
  }

  func collection(named name: String) -> CollectionNumber? {
    pack?.collection(named: name)?.number
  }

  func field(_ number: UInt32) -> FieldNumber {
    FieldNumber(rawValue: UInt16(exactly: number) ?? 0)
  }

  func field(named name: String, in collection: CollectionNumber) -> FieldNumber? {
    pack?.collection(collection)?.field(named: name)?.number
  }
}
