// The stored forms of outcomes, decisions and patches.

extension Rejection: ByteCodable {
  package func encode(into writer: inout ByteWriter) {
    writer.write(UInt64(code.rawValue))
    writer.write(optional: collection)
    writer.write(optional: record)
    writer.write(optional: field)
    writer.write(message)
    writer.write(optional: holder)
    writer.write(rule ?? "")
    writer.write(count: failed.count)
    for name in failed { writer.write(name) }
  }

  package init(from reader: inout ByteReader) throws(ByteFault) {
    guard let code = RejectionCode(rawValue: try reader.readInteger(UInt16.self)) else {
      throw reader.fault("a rejection code")
    }
    let collection = try reader.readOptional(CollectionNumber.self)
    let record = try reader.readOptional(RecordID.self)
    let field = try reader.readOptional(FieldNumber.self)
    let message = try reader.readText()
    let holder = try reader.readOptional(Write.self)
    let rule = try reader.readText()
    var failed = [String]()
    for _ in 0..<(try reader.readCount()) { failed.append(try reader.readText()) }
    self.init(
      code, collection: collection, record: record, field: field, message: message, holder: holder,
      rule: rule.isEmpty ? nil : rule, failed: failed)
  }
}

extension Conflict: ByteCodable {
  package func encode(into writer: inout ByteWriter) {
    writer.write(subject)
    writer.write(rule)
    writer.write(winner)
    writer.write(count: losers.count)
    for loser in losers {
      writer.write(loser.write)
      writer.write(byte: loser.reason.rawValue)
    }
  }

  package init(from reader: inout ByteReader) throws(ByteFault) {
    let subject = try reader.read(Subject.self)
    let rule = try reader.readText()
    let winner = try reader.read(Write.self)
    var losers = [Loser]()
    for _ in 0..<(try reader.readCount()) {
      let write = try reader.read(Write.self)
      guard let reason = Reason(rawValue: try reader.readByte()) else { throw reader.fault("a reason") }
      losers.append(Loser(write: write, reason: reason))
    }
    self.init(subject: subject, rule: rule, winner: winner, losers: losers)
  }
}

extension Conflict.Subject: ByteCodable {
  package func encode(into writer: inout ByteWriter) {
    switch self {
    case .record: writer.write(byte: 0)
    case .fields(let fields):
      writer.write(byte: 1)
      writer.write(list: fields)
    case .element(let field, let element):
      writer.write(byte: 2)
      writer.write(field)
      writer.write(element)
    case .path(let field, let path):
      writer.write(byte: 3)
      writer.write(field)
      writer.write(path: path)
    }
  }

  package init(from reader: inout ByteReader) throws(ByteFault) {
    switch try reader.readByte() {
    case 0: self = .record
    case 1: self = .fields(try reader.readList(FieldNumber.self))
    case 2:
      let field = try reader.read(FieldNumber.self)
      self = .element(field, try reader.read())
    case 3:
      let field = try reader.read(FieldNumber.self)
      self = .path(field, try reader.readPath())
    default: throw reader.fault("a subject of a conflict")
    }
  }
}

extension Decision: ByteCodable {
  package func encode(into writer: inout ByteWriter) {
    writer.write(collection)
    writer.write(record)
    writer.write(conflict)
  }

  package init(from reader: inout ByteReader) throws(ByteFault) {
    let collection = try reader.read(CollectionNumber.self)
    let record = try reader.read(RecordID.self)
    self.init(collection: collection, record: record, conflict: try reader.read())
  }
}

extension Outcome.Verdict: ByteCodable {
  package func encode(into writer: inout ByteWriter) {
    switch self {
    case .accepted: writer.write(byte: 1)
    case .merged(let decisions):
      writer.write(byte: 2)
      writer.write(list: decisions)
    case .rejected(let rejection):
      writer.write(byte: 3)
      writer.write(rejection)
    }
  }

  package init(from reader: inout ByteReader) throws(ByteFault) {
    switch try reader.readByte() {
    case 1: self = .accepted
    case 2: self = .merged(try reader.readList(Decision.self))
    case 3: self = .rejected(try reader.read())
    default: throw reader.fault("a verdict")
    }
  }
}

extension RecordLife: ByteCodable {
  package func encode(into writer: inout ByteWriter) {
    switch self {
    case .live: writer.write(byte: 0)
    case .hidden: writer.write(byte: 1)
    case .deleted(let author):
      writer.write(byte: 2)
      writer.write(author)
    }
  }

  package init(from reader: inout ByteReader) throws(ByteFault) {
    switch try reader.readByte() {
    case 0: self = .live
    case 1: self = .hidden
    case 2: self = .deleted(try reader.read())
    default: throw reader.fault("a state of life")
    }
  }
}

extension RecordPatch: ByteCodable {
  package func encode(into writer: inout ByteWriter) {
    writer.write(collection)
    writer.write(record)
    writer.write(byte: isForgotten ? 2 : isWhole ? 1 : 0)
    guard !isForgotten else { return }
    writer.write(optional: versions)
    writer.write(life)
    writer.write(count: fields.count)
    for field in fields {
      writer.write(field.field)
      writer.write(field.value)
    }
    writer.write(list: conflicts)
  }

  package init(from reader: inout ByteReader) throws(ByteFault) {
    let collection = try reader.read(CollectionNumber.self)
    let record = try reader.read(RecordID.self)
    let form = try reader.readByte()
    guard form <= 2 else { throw reader.fault("a form of a patch") }
    guard form < 2 else {
      self = .forgotten(collection, record)
      return
    }
    let versions = try reader.readOptional(VersionVector.self)
    let life = try reader.read(RecordLife.self)
    var fields = [FieldValue]()
    for _ in 0..<(try reader.readCount()) {
      let field = try reader.read(FieldNumber.self)
      fields.append(FieldValue(field, try reader.read()))
    }
    self.init(
      collection: collection, record: record, isWhole: form == 1, versions: versions, life: life, fields: fields,
      conflicts: try reader.readList(Conflict.self))
  }
}
