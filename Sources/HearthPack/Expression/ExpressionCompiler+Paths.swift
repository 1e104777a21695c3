internal import HearthModel

extension ExpressionCompiler {
  /// Steps through references that a path may have.
  private static let followsMax = 3

  /// A path that has been resolved, but not made a step yet.
  struct Reading {
    var root: Expression.Input.Root
    var steps: [Expression.Input.Step] = []
    var type: ExpressionType
    var isNullable = false
    var reason: String?
    var nullPart: String?
    var text: String
    var follows = 0

    var input: Expression.Input { Expression.Input(root, steps) }
  }

  /// The words that stand for something else than a field.
  private static let words: [String: ExpressionScope.Names] = [
    "old": .old, "seen": .seen, "member": .member, "device": .device, "household": .household, "now": .clock,
    "today": .clock, "written": .written, "id": .record, "creating": .old,
  ]

  /// Whether a word has a meaning of its own here, and is not the value of an enum.
  func isKnown(_ word: String) -> Bool {
    word == element?.name || Self.words[word] != nil && scope != .literal || isField(word)
      || scope.names.contains(.relations) && relations[word] != nil
  }

  private func isField(_ word: String) -> Bool {
    guard scope.names.contains(.record), let collection else { return false }
    return collection.field(named: word) != nil || failedNames(of: collection.number).contains(word)
  }

  private func failedNames(of number: CollectionNumber) -> Set<String> {
    names.collections.indices.contains(number.index) ? names.collections[number.index].failed : []
  }

  // MARK: Paths

  mutating func path(_ path: [SyntaxName], as expected: ExpressionType?) throws(ExpressionFault) -> Operand {
    let head = path[0]
    if let element, element.name == head.text {
      guard path.count == 1 else {
        throw ExpressionFault("P502", path[1].mark, "the element of a set has no fields here. Compare it as a whole.")
      }
      return Operand(node: try emit(.element, at: head.mark), type: element.type, mark: head.mark, text: head.text)
    }
    if path.count == 1, !isField(head.text), let relation = relations[head.text],
      scope.names.contains(.relations)
    {
      return try inline(relation, head)
    }
    if path.count == 1, !isKnown(head.text) { return try word(head, as: expected) }
    return try operand(try reading(of: path), at: head.mark)
  }

  mutating func operand(_ reading: Reading, at mark: Mark) throws(ExpressionFault) -> Operand {
    var operand = Operand(
      node: try emit(reading: reading.input, at: mark), type: reading.type, isNullable: reading.isNullable,
      mark: mark, text: reading.text, reason: reading.reason,
      nullPart: reading.nullPart, input: reading.input)
    if reading.root == .isNew { operand.whenFalse = [Fact(.old)] }
    return operand
  }

  /// A condition of `who`, written out.
  private mutating func inline(
    _ relation: ExpressionSyntax?, _ name: SyntaxName
  ) throws(ExpressionFault) -> Operand {
    guard let relation else { throw .known(name.mark) }
    guard relationDepth < 4 else {
      throw ExpressionFault("P506", name.mark, "conditions of `who` name each other deeper than 4 here.")
    }
    relationDepth += 1
    defer { relationDepth -= 1 }
    do {
      return try truth(relation)
    } catch {
      // What is wrong with the condition alone is said at its own place; here only that it cannot stand here.
      guard error.code == "P502" else { throw .known(name.mark) }
      throw ExpressionFault("P502", name.mark, "`\(name.text)` cannot stand in \(scope.name): \(error.message)")
    }
  }

  /// Resolves a path.
  func reading(of path: [SyntaxName]) throws(ExpressionFault) -> Reading {
    let head = path[0]
    if isField(head.text) {
      if Self.words[head.text] != nil {
        throw ExpressionFault(
          "P502", head.mark, "`\(head.text)` is a field and a word of the language. Rename the field to use it here.")
      }
      return try walk(.record, collection, path[...])
    }
    guard let needed = Self.words[head.text] else { throw unknown(head) }
    guard scope.names.isSuperset(of: needed) else {
      throw ExpressionFault("P502", head.mark, "`\(head.text)` cannot stand in \(scope.name).")
    }
    switch head.text {
    case "old": return try fields(.old, collection, path)
    case "seen": return try fields(.seen, collection, path)
    case "household": return try fields(.household, names.household.flatMap { names.schema($0) }, path)
    case "member":
      guard let members = names.members else { throw .known(head.mark) }
      if path.count > 1 { return try fields(.member, names.schema(members), path) }
      return Reading(root: .member, type: .record(members), text: head.text)
    default: return try single(path)
    }
  }

  /// The fields of a record that is not the one at hand.
  private func fields(
    _ root: Expression.Input.Root, _ collection: CollectionSchema?, _ path: [SyntaxName]
  ) throws(ExpressionFault) -> Reading {
    guard path.count > 1 else {
      throw ExpressionFault("P502", path[0].mark, "`\(path[0].text)` is a whole record. Write `\(path[0].text).field`.")
    }
    return try walk(root, collection, path.dropFirst(), behind: path[0].text)
  }

  /// A word that has no parts.
  private func single(_ path: [SyntaxName]) throws(ExpressionFault) -> Reading {
    let head = path[0]
    let reading: Reading
    switch head.text {
    case "device": reading = Reading(root: .device, type: .uuid, text: head.text)
    case "now": reading = Reading(root: .now, type: .time, text: head.text)
    case "today": reading = Reading(root: .today, type: .date, text: head.text)
    case "written": reading = Reading(root: .written, type: .time, text: head.text)
    case "creating": reading = Reading(root: .isNew, type: .bool, text: head.text)
    default:
      guard let collection else { throw unknown(head) }
      reading = Reading(root: .record, type: .record(collection.number), text: head.text)
    }
    guard path.count == 1 else {
      throw ExpressionFault("P502", path[1].mark, "`\(head.text)` has no fields.")
    }
    return reading
  }

  /// Goes along the fields of a record and of what it refers to.
  private func walk(
    _ root: Expression.Input.Root, _ collection: CollectionSchema?, _ path: ArraySlice<SyntaxName>,
    behind text: String? = nil
  ) throws(ExpressionFault) -> Reading {
    guard let collection, let first = path.first else { throw .known(path.first?.mark ?? Mark(line: 1, column: 1)) }
    var reading = Reading(root: root, type: .record(collection.number), text: text ?? "")
    if root == .old || root == .seen, !facts.contains(Fact(.old)) {
      reading.isNullable = true
      reading.reason = "there may have been no record"
    }
    try take(first, of: collection, into: &reading)
    return try continued(reading, path.dropFirst())
  }

  /// Goes on behind a path.
  func continued(_ reading: Reading, _ path: ArraySlice<SyntaxName>) throws(ExpressionFault) -> Reading {
    var reading = reading
    for name in path {
      switch reading.type {
      case .record(let target):
        if case .follow? = reading.steps.last {} else { try follow(target, at: name.mark, into: &reading) }
        guard let schema = names.schema(target) else { throw .known(name.mark) }
        try take(name, of: schema, into: &reading)
      case .json(let shape): try take(name, of: shape, into: &reading)
      case .uuid:
        throw ExpressionFault(
          "P502", name.mark, "`\(reading.text)` is a uuid. Write `collection(\(reading.text)).field`.")
      default:
        throw ExpressionFault(
          "P502", name.mark, "`\(reading.text)` is \(names.name(of: reading.type)), it has no fields.")
      }
    }
    return reading
  }

  /// A step through a reference to the record that it points to.
  func follow(_ target: CollectionNumber, at mark: Mark, into reading: inout Reading) throws(ExpressionFault) {
    guard scope.names.contains(.follow) else {
      if scope == .check {
        throw ExpressionFault(
          "P605", mark,
          "a check reads its own record: `\(reading.text)` leads to another. Derive a field and check that.")
      }
      throw ExpressionFault("P502", mark, "\(scope.name) cannot read other records.")
    }
    reading.follows += 1
    guard reading.follows <= Self.followsMax else {
      throw ExpressionFault("P506", mark, "a path goes through at most \(Self.followsMax) references.")
    }
    reading.steps.append(.follow(target))
  }

  private func take(
    _ name: SyntaxName, of schema: CollectionSchema, into reading: inout Reading
  ) throws(ExpressionFault) {
    guard let field = schema.field(named: name.text) else {
      guard !failedNames(of: schema.number).contains(name.text) else { throw .known(name.mark) }
      throw ExpressionFault(
        "P104", name.mark, "`\(name.text)` is no field of `\(schema.name)`.", name.text,
        among: schema.fields.map(\.name))
    }
    reading.steps.append(.field(field.number))
    reading.text += reading.text.isEmpty ? name.text : ".\(name.text)"
    reading.type = names.type(of: field, in: schema.number)
    settle(&reading, mayBeNull: field.isNullable, "`\(reading.text)` is `\(names.name(of: reading.type))?`")
  }

  private func take(
    _ name: SyntaxName, of shape: FieldType.Shape?, into reading: inout Reading
  ) throws(ExpressionFault) {
    guard let shape else {
      throw ExpressionFault("P502", name.mark, "`\(reading.text)` has no declared shape. Write `json(Shape)`.")
    }
    guard let node = shape[name.text] else {
      throw ExpressionFault(
        "P104", name.mark, "`\(name.text)` is no key of `\(reading.text)`.", name.text, among: shape.keys.keys)
    }
    reading.steps.append(.key(name.text))
    reading.text += ".\(name.text)"
    switch node {
    case .leaf(let type, _): reading.type = ExpressionType(leaf: type)
    case .object(let inner): reading.type = .json(inner)
    }
    settle(&reading, mayBeNull: true, "a key of a json field may be missing")
  }

  /// Notes whether the path so far may be null. What is known of the whole path is known of its beginning.
  func settle(_ reading: inout Reading, mayBeNull: Bool, _ reason: String) {
    if facts.contains(reading.input) {
      (reading.isNullable, reading.reason, reading.nullPart) = (false, nil, nil)
    } else if mayBeNull {
      (reading.reason, reading.nullPart) = (reading.reason ?? reason, reading.nullPart ?? reading.text)
      reading.isNullable = true
    }
  }

  /// A word that is nothing here.
  func unknown(_ name: SyntaxName) -> ExpressionFault {
    if name.text.contains("-") {
      return ExpressionFault("P104", name.mark, "`\(name.text)` is one word. Put spaces around the `-` to subtract.")
    }
    var known = Set(Self.words.filter { scope.names.isSuperset(of: $0.value) }.map(\.key))
    if scope.names.contains(.record) { known.formUnion(collection?.fields.map(\.name) ?? []) }
    if scope.names.contains(.relations) { known.formUnion(relations.keys) }
    return ExpressionFault(
      "P104", name.mark, "`\(name.text)` is no name here, and no enum stands beside it.", name.text, among: known)
  }
}
