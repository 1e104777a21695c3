// The stored form of a record.
//
//   format (1 byte) | authors | touches | tombstones | derived | slots [ | trail ]
//
// Format 2 has the trail, format 1 has none.
//
// Most fields of a record were written by a handful of change sets, so their authorships stand once in a table at the
// front, and each write names its own by position. A task of 28 fields takes about 250 bytes with its values.

extension RecordState: ByteCodable {
  private static let format: UInt8 = 1
  private static let formatWithTrail: UInt8 = 2

  package func encode(into writer: inout ByteWriter) {
    var authors = AuthorTable()
    var body = ByteWriter(capacity: 256)
    body.write(count: touches.count)
    for touch in touches {
      body.write(count: authors.position(of: touch.author))
      body.write(bool: touch.isDelete)
    }
    body.write(count: tombstones.count)
    for tombstone in tombstones {
      body.write(count: authors.position(of: tombstone.author))
      body.write(tombstone.seen)
    }
    body.write(bool: derived.isHidden)
    body.write(list: derived.missingTargets)
    body.write(count: slots.count)
    for slot in slots { slot.encode(into: &body, &authors) }
    if !trail.rows.isEmpty { body.write(trail) }
    writer.write(byte: trail.rows.isEmpty ? Self.format : Self.formatWithTrail)
    writer.write(list: authors.authors)
    writer.write(raw: body.bytes)
  }

  package init(from reader: inout ByteReader) throws(ByteFault) {
    let format = try reader.readByte()
    guard format == Self.format || format == Self.formatWithTrail else {
      throw reader.fault("format \(Self.format) or \(Self.formatWithTrail) of a record")
    }
    let authors = AuthorTable(authors: try reader.readList(Authorship.self))
    var touches = [Touch]()
    for _ in 0..<(try reader.readCount()) {
      let author = try authors.readAuthor(from: &reader)
      touches.append(Touch(author: author, isDelete: try reader.readBool()))
    }
    var tombstones = [Tombstone]()
    for _ in 0..<(try reader.readCount()) {
      let author = try authors.readAuthor(from: &reader)
      tombstones.append(Tombstone(author: author, seen: try reader.read()))
    }
    let isHidden = try reader.readBool()
    let derived = Derived(isHidden: isHidden, missingTargets: try reader.readList(RecordID.self))
    var slots = [SlotState]()
    for _ in 0..<(try reader.readCount()) { slots.append(try SlotState(from: &reader, authors)) }
    let trail = format == Self.formatWithTrail ? try reader.read(Trail.self) : Trail()
    self.init(touches: touches, tombstones: tombstones, slots: slots, derived: derived, trail: trail)
  }
}

extension Trail: ByteCodable {
  package func encode(into writer: inout ByteWriter) {
    writer.write(bool: isCut)
    writer.write(list: rows)
  }

  package init(from reader: inout ByteReader) throws(ByteFault) {
    let isCut = try reader.readBool()
    self.init(rows: try reader.readList(Row.self), isCut: isCut)
  }
}

extension Trail.Row: ByteCodable {
  package func encode(into writer: inout ByteWriter) {
    writer.write(dot)
    for values in [shown, wrote] {
      writer.write(count: values.count)
      for pair in values {
        writer.write(pair.field)
        writer.write(pair.value)
      }
    }
  }

  package init(from reader: inout ByteReader) throws(ByteFault) {
    let dot = try reader.read(Dot.self)
    let shown = try Self.readValues(&reader)
    self.init(dot: dot, shown: shown, wrote: try Self.readValues(&reader))
  }

  private static func readValues(_ reader: inout ByteReader) throws(ByteFault) -> [RecordPatch.FieldValue] {
    var values = [RecordPatch.FieldValue]()
    for _ in 0..<(try reader.readCount()) {
      let field = try reader.read(FieldNumber.self)
      values.append(RecordPatch.FieldValue(field, try reader.read()))
    }
    return values
  }
}

/// The authorships of a record, each once.
private struct AuthorTable {
  private(set) var authors: [Authorship] = []

  mutating func position(of author: Authorship) -> Int {
    if let position = authors.firstIndex(of: author) { return position }
    authors.append(author)
    return authors.count - 1
  }

  func readAuthor(from reader: inout ByteReader) throws(ByteFault) -> Authorship {
    let position = try reader.readNumber()
    guard position < UInt64(authors.count) else { throw reader.fault("an author of the table") }
    return authors[Int(position)]
  }
}

extension AuthorTable {
  mutating func write(_ write: Write, into writer: inout ByteWriter) {
    writer.write(count: position(of: write.author))
    writer.write(optional: write.value)
  }

  func readWrite(from reader: inout ByteReader) throws(ByteFault) -> Write {
    let author = try readAuthor(from: &reader)
    return Write(author, try reader.readOptional(Value.self))
  }
}

extension Extreme {
  /// In its stored form.
  fileprivate var asRegister: Register { write.map { Register($0) } ?? Register() }
}

extension SlotState {
  fileprivate func encode(into writer: inout ByteWriter, _ authors: inout AuthorTable) {
    switch self {
    case .empty: writer.write(byte: 0)
    case .register(let register):
      writer.write(byte: 1)
      register.encode(into: &writer, &authors)
    case .counter(let counter):
      writer.write(byte: 2)
      writer.write(count: counter.shares.count)
      for share in counter.shares {
        writer.write(UInt64(share.replica.rawValue))
        writer.write(signed: share.sum)
      }
    case .extreme(let extreme):
      writer.write(byte: 3)
      extreme.asRegister.encode(into: &writer, &authors)
    case .set(let set):
      writer.write(byte: 4)
      writer.write(count: set.entries.count)
      for entry in set.entries {
        writer.write(entry.element)
        entry.register.encode(into: &writer, &authors)
      }
    case .document(let document):
      writer.write(byte: document.kept.isEmpty ? 5 : 7)
      writer.write(count: document.entries.count)
      for entry in document.entries {
        writer.write(path: entry.path)
        entry.register.encode(into: &writer, &authors)
      }
      if !document.kept.isEmpty { document.encodeKept(into: &writer, &authors) }
    case .hub(let value):
      writer.write(byte: 6)
      writer.write(value)
    }
  }

  fileprivate init(from reader: inout ByteReader, _ authors: AuthorTable) throws(ByteFault) {
    switch try reader.readByte() {
    case 0: self = .empty
    case 1: self = .register(try Register(from: &reader, authors))
    case 2:
      var shares = [Counter.Share]()
      for _ in 0..<(try reader.readCount()) {
        let replica = ReplicaNumber(rawValue: try reader.readInteger(UInt32.self))
        shares.append(Counter.Share(replica: replica, sum: try reader.readSigned()))
      }
      self = .counter(Counter(shares: shares))
    case 3: self = .extreme(Extreme(write: try Register(from: &reader, authors).first))
    case 4:
      var entries = [ElementSet.Entry]()
      for _ in 0..<(try reader.readCount()) {
        let element = try reader.read(Value.self)
        entries.append(ElementSet.Entry(element: element, register: try Register(from: &reader, authors)))
      }
      self = .set(ElementSet(entries: entries))
    case 5: self = .document(Document(entries: try Document.entries(from: &reader, authors)))
    case 6: self = .hub(try reader.read())
    case 7:
      let entries = try Document.entries(from: &reader, authors)
      self = .document(Document(entries: entries, kept: try Document.kept(from: &reader, authors)))
    default: throw reader.fault("a kind of slot")
    }
  }
}

extension Document {
  fileprivate static func entries(
    from reader: inout ByteReader, _ authors: AuthorTable
  ) throws(ByteFault) -> [Entry] {
    var entries = [Entry]()
    for _ in 0..<(try reader.readCount()) {
      let path = try reader.readPath()
      entries.append(Entry(path: path, register: try Register(from: &reader, authors)))
    }
    return entries
  }

  fileprivate func encodeKept(into writer: inout ByteWriter, _ authors: inout AuthorTable) {
    writer.write(count: kept.count)
    for leaf in kept {
      writer.write(path: leaf.path)
      switch leaf.state {
      case .extreme(let extreme):
        writer.write(byte: 0)
        extreme.asRegister.encode(into: &writer, &authors)
      case .first(let register):
        writer.write(byte: 1)
        register.encode(into: &writer, &authors)
      }
    }
  }

  fileprivate static func kept(from reader: inout ByteReader, _ authors: AuthorTable) throws(ByteFault) -> [Kept] {
    var kept = [Kept]()
    for _ in 0..<(try reader.readCount()) {
      let path = try reader.readPath()
      let isFirst = try reader.readBool()
      let register = try Register(from: &reader, authors)
      kept.append(Kept(path: path, state: isFirst ? .first(register) : .extreme(Extreme(write: register.first))))
    }
    return kept
  }
}

extension Register {
  fileprivate func encode(into writer: inout ByteWriter, _ authors: inout AuthorTable) {
    if let only {
      writer.write(byte: 1)
      authors.write(only, into: &writer)
    } else {
      writer.write(count: count)
      for write in self { authors.write(write, into: &writer) }
    }
  }

  fileprivate init(from reader: inout ByteReader, _ authors: AuthorTable) throws(ByteFault) {
    let count = try reader.readCount()
    if count == 1 {
      self.init(try authors.readWrite(from: &reader))
      return
    }
    var writes = [Write]()
    for _ in 0..<count { writes.append(try authors.readWrite(from: &reader)) }
    self.init(writes: writes)
  }
}

extension ByteWriter {
  mutating func write(path: Document.Path) {
    write(count: path.count)
    for key in path { write(key) }
  }
}

extension ByteReader {
  mutating func readPath() throws(ByteFault) -> Document.Path {
    var path = Document.Path()
    for _ in 0..<(try readCount()) { path.append(try readText()) }
    return path
  }
}
