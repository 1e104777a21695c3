// The stored form of a change set: what history keeps and what the content hash is made of.

extension ChangeSet: ByteCodable {
  package func encode(into writer: inout ByteWriter) {
    writer.write(counter)
    writer.write(fixed: stamp.rawValue)
    writer.write(list: formerly)
    content.encode(into: &writer)
  }

  package init(from reader: inout ByteReader) throws(ByteFault) {
    let counter = try reader.readNumber()
    let stamp = HybridTime(rawValue: try reader.readFixed())
    let formerly = try reader.readList(Dot.self)
    self.init(counter: counter, stamp: stamp, formerly: formerly, content: try reader.read())
  }

  /// The bytes that identify the content: the stamp and the changes, without the dot (P3).
  package var contentBytes: [UInt8] {
    var writer = ByteWriter(capacity: 256)
    writer.write(fixed: stamp.rawValue)
    content.encode(into: &writer)
    return writer.bytes
  }
}

extension ChangeSet.Content: ByteCodable {
  package func encode(into writer: inout ByteWriter) {
    switch self {
    case .changes(let changes):
      writer.write(byte: 1)
      writer.write(list: changes)
    case .unreadable(let rejection):
      writer.write(byte: 2)
      writer.write(rejection)
    }
  }

  package init(from reader: inout ByteReader) throws(ByteFault) {
    switch try reader.readByte() {
    case 1: self = .changes(try reader.readList(RecordChange.self))
    case 2: self = .unreadable(try reader.read())
    default: throw reader.fault("changes or a fault")
    }
  }
}

extension RecordChange: ByteCodable {
  private static let kinds: [Kind] = [.create, .update, .delete, .restore]

  package func encode(into writer: inout ByteWriter) {
    writer.write(collection)
    writer.write(record)
    switch kind {
    case .create: writer.write(byte: 0)
    case .update: writer.write(byte: 1)
    case .delete: writer.write(byte: 2)
    case .restore: writer.write(byte: 3)
    }
    writer.write(context)
    switch expectation {
    case .none: writer.write(byte: 0)
    case .recordUnchanged: writer.write(byte: 1)
    case .fieldsUnchanged(let fields):
      writer.write(byte: 2)
      writer.write(list: fields)
    }
    writer.write(list: edits)
  }

  package init(from reader: inout ByteReader) throws(ByteFault) {
    let collection = try reader.read(CollectionNumber.self)
    let record = try reader.read(RecordID.self)
    let kind = Int(try reader.readByte())
    guard Self.kinds.indices.contains(kind) else { throw reader.fault("a kind of change") }
    let context = try reader.read(VersionVector.self)
    let expectation: Expectation
    switch try reader.readByte() {
    case 0: expectation = .none
    case 1: expectation = .recordUnchanged
    case 2: expectation = .fieldsUnchanged(try reader.readList(FieldNumber.self))
    default: throw reader.fault("a kind of expectation")
    }
    self.init(
      collection: collection, record: record, kind: Self.kinds[kind], context: context, expectation: expectation,
      edits: try reader.readList(Edit.self))
  }
}

extension Edit: ByteCodable {
  package func encode(into writer: inout ByteWriter) {
    writer.write(field)
    switch action {
    case .set(let value):
      writer.write(byte: 1)
      writer.write(value)
    case .add(let increment):
      writer.write(byte: 2)
      writer.write(signed: increment)
    case .insert(let element):
      writer.write(byte: 3)
      writer.write(element)
    case .remove(let element):
      writer.write(byte: 4)
      writer.write(element)
    case .put(let path, let value):
      writer.write(byte: 5)
      writer.write(path: path)
      writer.write(value)
    case .drop(let path):
      writer.write(byte: 6)
      writer.write(path: path)
    }
  }

  package init(from reader: inout ByteReader) throws(ByteFault) {
    let field = try reader.read(FieldNumber.self)
    switch try reader.readByte() {
    case 1: self.init(field, .set(try reader.read()))
    case 2: self.init(field, .add(try reader.readSigned()))
    case 3: self.init(field, .insert(try reader.read()))
    case 4: self.init(field, .remove(try reader.read()))
    case 5:
      let path = try reader.readPath()
      self.init(field, .put(path, try reader.read()))
    case 6: self.init(field, .drop(try reader.readPath()))
    default: throw reader.fault("a kind of edit")
    }
  }
}
