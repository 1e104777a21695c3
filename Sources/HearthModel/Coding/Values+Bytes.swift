extension RecordID: ByteCodable {
  package func encode(into writer: inout ByteWriter) {
    writer.write(fixed: high)
    writer.write(fixed: low)
  }

  package init(from reader: inout ByteReader) throws(ByteFault) {
    self.init(high: try reader.readFixed(), low: try reader.readFixed())
  }
}

extension Dot: ByteCodable {
  package func encode(into writer: inout ByteWriter) {
    writer.write(UInt64(replica.rawValue))
    writer.write(counter)
  }

  package init(from reader: inout ByteReader) throws(ByteFault) {
    let replica = ReplicaNumber(rawValue: try reader.readInteger(UInt32.self))
    self.init(replica, try reader.readNumber())
  }
}

extension VersionVector: ByteCodable {
  package func encode(into writer: inout ByteWriter) {
    writer.write(count: entries.count)
    for entry in entries { writer.write(Dot(entry.replica, entry.counter)) }
  }

  package init(from reader: inout ByteReader) throws(ByteFault) {
    self.init(try reader.readList(Dot.self))
  }
}

extension Authorship: ByteCodable {
  package func encode(into writer: inout ByteWriter) {
    writer.write(dot)
    writer.write(fixed: stamp.rawValue)
    writer.write(byte: rank.rawValue)
  }

  package init(from reader: inout ByteReader) throws(ByteFault) {
    let dot = try reader.read(Dot.self)
    let stamp = HybridTime(rawValue: try reader.readFixed())
    self.init(dot: dot, stamp: stamp, rank: Rank(rawValue: try reader.readByte()))
  }
}

extension Write: ByteCodable {
  package func encode(into writer: inout ByteWriter) {
    writer.write(author)
    writer.write(optional: value)
  }

  package init(from reader: inout ByteReader) throws(ByteFault) {
    let author = try reader.read(Authorship.self)
    self.init(author, try reader.readOptional(Value.self))
  }
}

extension CollectionNumber: ByteCodable {
  package func encode(into writer: inout ByteWriter) { writer.write(UInt64(rawValue)) }

  package init(from reader: inout ByteReader) throws(ByteFault) {
    self.init(rawValue: try reader.readInteger(UInt16.self))
  }
}

extension FieldNumber: ByteCodable {
  package func encode(into writer: inout ByteWriter) { writer.write(UInt64(rawValue)) }

  package init(from reader: inout ByteReader) throws(ByteFault) {
    self.init(rawValue: try reader.readInteger(UInt16.self))
  }
}

extension Value: ByteCodable {
  package func encode(into writer: inout ByteWriter) {
    switch self {
    case .null: writer.write(byte: 0)
    case .bool(let value): writer.write(byte: value ? 2 : 1)
    case .int(let number):
      writer.write(byte: 3)
      writer.write(signed: number)
    case .decimal(let number):
      writer.write(byte: 4)
      writer.write(signed: number.units)
      writer.write(byte: number.scale)
    case .float(let number):
      writer.write(byte: 5)
      writer.write(fixed: number.bitPattern)
    case .text(let text):
      writer.write(byte: 6)
      writer.write(text)
    case .id(let id):
      writer.write(byte: 7)
      writer.write(id)
    case .day(let day):
      writer.write(byte: 8)
      writer.write(signed: Int64(day.rawValue))
    case .instant(let instant):
      writer.write(byte: 9)
      writer.write(signed: instant.milliseconds)
    case .list(let values):
      writer.write(byte: 10)
      writer.write(list: values)
    case .object(let object):
      writer.write(byte: 11)
      writer.write(count: object.members.count)
      for member in object.members {
        writer.write(member.key)
        writer.write(member.value)
      }
    }
  }

  package init(from reader: inout ByteReader) throws(ByteFault) {
    self = try Value.read(from: &reader, depth: 0)
  }

  private static func read(from reader: inout ByteReader, depth: Int) throws(ByteFault) -> Value {
    guard depth <= depthMax else { throw reader.fault("at most \(depthMax) levels of nesting") }
    switch try reader.readByte() {
    case 0: return .null
    case 1: return .bool(false)
    case 2: return .bool(true)
    case 3: return .int(try reader.readSigned())
    case 4:
      let units = try reader.readSigned()
      return .decimal(FixedDecimal(units: units, scale: try reader.readByte()))
    case 5: return .float(Double(bitPattern: try reader.readFixed()))
    case 6: return .text(try reader.readText())
    case 7: return .id(try reader.read())
    case 8:
      guard let day = Int32(exactly: try reader.readSigned()) else { throw reader.fault("a day") }
      return .day(Day(rawValue: day))
    case 9: return .instant(Instant(milliseconds: try reader.readSigned()))
    case 10:
      var values = [Value]()
      for _ in 0..<(try reader.readCount()) { values.append(try read(from: &reader, depth: depth + 1)) }
      return .list(values)
    case 11:
      var object = ValueObject()
      for _ in 0..<(try reader.readCount()) {
        let key = try reader.readText()
        object[key] = try read(from: &reader, depth: depth + 1)
      }
      return .object(object)
    default: throw reader.fault("a kind of value")
    }
  }

  /// A document of the deepest nesting inside a group inside a document.
  private static let depthMax = FieldType.jsonDepthMax + 4
}
