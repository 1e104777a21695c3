internal import HearthModel

extension PackReader {
  /// Resolves a type as written; reports and gives nil when it is none.
  mutating func resolve(_ term: TypeTerm) -> FieldType? {
    if let pattern = term.pattern, term.name != "text" {
      report("P202", pattern.mark, "only `text` can be followed by `matches`; this is `\(term.name)`.")
    }
    switch term.name {
    case "text": return resolveText(term)
    case "email": return textType(.email, term, maximum: 255)
    case "url": return textType(.url, term, maximum: 500)
    case "color": return plain(.text(.color, length: 0...7), term)
    case "zone": return textType(.zone, term, maximum: 50)
    case "locale": return textType(.locale, term, maximum: 10)
    case "rrule": return textType(.rrule, term, maximum: 255)
    case "slug": return textType(.slug, term, maximum: 50)
    case "base32": return textType(.base32, term, maximum: 64)
    case "ip": return plain(.text(.ip, length: 0...39), term)
    case "int": return resolveInt(term)
    case "decimal": return resolveDecimal(term)
    case "float": return plain(.float, term)
    case "bool": return plain(.bool, term)
    case "date": return plain(.date, term)
    case "time": return plain(.time, term)
    case "uuid": return plain(.uuid, term)
    case "enum": return resolveEnum(term)
    case "ref": return resolveReference(term)
    case "set": return resolveSet(term)
    case "json": return resolveJSON(term)
    default: return resolveNamed(term)
    }
  }

  private static let typeNames = [
    "text", "email", "url", "color", "zone", "locale", "rrule", "slug", "base32", "ip", "int", "decimal", "float",
    "bool", "date", "time", "uuid", "enum", "ref", "set", "json",
  ]

  /// What other languages call the types.
  private static let foreignNames = [
    "string": "text", "varchar": "text", "integer": "int", "bigint": "int", "number": "int", "boolean": "bool",
    "datetime": "time", "timestamp": "time", "double": "float", "numeric": "decimal", "object": "json", "map": "json",
    "array": "set", "list": "set", "reference": "ref",
  ]

  private mutating func plain(_ type: FieldType, _ term: TypeTerm) -> FieldType {
    if let argument = term.arguments.first { report("P203", argument.mark, "`\(term.name)` takes no bounds.") }
    return type
  }

  private mutating func resolveText(_ term: TypeTerm) -> FieldType? {
    guard let pattern = term.pattern else { return textType(.plain, term, maximum: 10_000) }
    do {
      return textType(.pattern(try TextPattern(pattern.text)), term, maximum: 10_000)
    } catch {
      report("P205", pattern.mark, "the pattern `\(pattern.text)` cannot be read: \(error.reason).")
      return nil
    }
  }

  private mutating func textType(_ form: FieldType.TextForm, _ term: TypeTerm, maximum: Int) -> FieldType? {
    switch (term.arguments.first, term.arguments.count) {
    case (nil, _): return .text(form, length: 0...maximum)
    case (.word(let text, _)?, 1):
      if let upper = Int(text), (1...1_000_000).contains(upper) { return .text(form, length: 0...upper) }
    case (.range(let lower, let upper, _)?, 1):
      if let lower = Int(lower), let upper = Int(upper), lower >= 0, upper >= max(lower, 1), upper <= 1_000_000 {
        return .text(form, length: lower...upper)
      }
    default: break
    }
    report(
      "P203", term.arguments[0].mark,
      "expected `\(term.name)(n)` or `\(term.name)(a..b)` with 0 <= a <= b and b from 1 to 1000000.")
    return nil
  }

  private mutating func resolveInt(_ term: TypeTerm) -> FieldType? {
    if term.arguments.isEmpty { return .int(.min ... .max) }
    if term.arguments.count == 1, case .range(let lower, let upper, _) = term.arguments[0],
      let lower = Int64(lower), let upper = Int64(upper), lower <= upper
    {
      return .int(lower...upper)
    }
    report("P203", term.arguments[0].mark, "expected `int` or `int(a..b)` with a <= b in 64 bits.")
    return nil
  }

  private mutating func resolveDecimal(_ term: TypeTerm) -> FieldType? {
    if term.arguments.count == 2, case .word(let precision, _) = term.arguments[0],
      case .word(let scale, _) = term.arguments[1], let precision = Int(precision), let scale = UInt8(scale),
      (1...18).contains(precision), Int(scale) <= precision
    {
      return .decimal(precision: precision, scale: scale)
    }
    report(
      "P203", term.arguments.first?.mark ?? term.mark,
      "expected `decimal(p,s)` with p from 1 to 18 and s at most p, as `decimal(10,2)`.")
    return nil
  }

  private mutating func resolveEnum(_ term: TypeTerm) -> FieldType? {
    var names = [String]()
    var known = Set<String>()
    for argument in term.arguments {
      guard case .word(let name, let mark) = argument, Names.isEnumValue(name) else {
        report("P203", argument.mark, "an enum lists names, as `enum(open, done)`. A name is \(Names.rule)")
        return nil
      }
      if !known.insert(name).inserted { report("P105", mark, "`\(name)` stands twice in the enum. Keep one.") }
      names.append(name)
    }
    if names.isEmpty { report("P203", term.mark, "an enum lists at least one name, as `enum(open, done)`.") }
    return names.isEmpty ? nil : .choice(names)
  }

  private mutating func resolveReference(_ term: TypeTerm) -> FieldType? {
    guard case .word(let name, let mark)? = term.arguments.first else { return nil }
    return collection(named: name, at: mark).map { .reference($0) }
  }

  private mutating func resolveSet(_ term: TypeTerm) -> FieldType? {
    guard term.arguments.count == 2, case .word(let maximum, _) = term.arguments[1], let maximum = Int(maximum),
      (1...10_000).contains(maximum)
    else {
      report("P203", term.mark, "expected `set(type, max)` with max from 1 to 10000, as `set(ref users, 20)`.")
      return nil
    }
    let element: TypeTerm
    switch term.arguments[0] {
    case .type(let inner): element = inner
    case .word(let name, let mark): element = TypeTerm(name: name, mark: mark, arguments: [], pattern: nil)
    case .range(_, _, let mark):
      report("P202", mark, "expected a type as the first part of `set`.")
      return nil
    }
    guard let type = resolve(element) else { return nil }
    switch type {
    case .set, .json:
      report("P202", element.mark, "the elements of a set are scalars, not `\(name(of: type))`.")
      return nil
    case .text, .int, .decimal, .float, .bool, .date, .time, .uuid, .choice, .reference:
      return .set(type, maximum: maximum)
    }
  }

  private mutating func resolveJSON(_ term: TypeTerm) -> FieldType? {
    switch (term.arguments.first, term.arguments.count) {
    case (nil, _): return .json(nil)
    case (.word(let name, let mark)?, 1):
      guard let node = types[name] else {
        let hint = collector.suggestion(for: name, among: types.keys)
        report("P104", mark, "`\(name)` is no type of this pack.\(hint)")
        return nil
      }
      guard let pairs = node.pairs else {
        report("P206", mark, "`\(name)` is no shape. A shape is a mapping of keys to types.")
        return nil
      }
      return guardingCircles(name, mark) { reader in .json(reader.readShape(pairs)) }
    default:
      report("P203", term.mark, "expected `json` or `json(Shape)`.")
      return nil
    }
  }

  private mutating func resolveNamed(_ term: TypeTerm) -> FieldType? {
    guard let node = types[term.name] else {
      let hint =
        Self.foreignNames[term.name.lowercased()].map { " Did you mean `\($0)`?" }
        ?? collector.suggestion(for: term.name, among: Self.typeNames + types.keys)
      report("P202", term.mark, "`\(term.name)` is no type.\(hint)")
      return nil
    }
    if let argument = term.arguments.first {
      report("P203", argument.mark, "`\(term.name)` is a named type and takes no bounds.")
    }
    if node.pairs != nil {
      report("P206", term.mark, "`\(term.name)` is a shape. Write `json(\(term.name))`.")
      return nil
    }
    return guardingCircles(term.name, term.mark) { reader in reader.readType(node) }
  }
}

// MARK: - Named types

extension PackReader {
  /// Named types inside named types.
  private static let typeDepthMax = 16
  /// Keys of all shapes together, each as often as it is used: shapes in shapes multiply.
  private static let shapeKeysMax = 100_000

  /// Checks all named types, also those that no field uses.
  mutating func checkTypes() {
    for (name, node) in types.sorted(by: { $0.key < $1.key }) {
      _ = guardingCircles(name, node.mark) { reader in
        if let pairs = node.pairs { return .json(reader.readShape(pairs)) }
        return reader.readType(node)
      }
    }
  }

  private mutating func guardingCircles(
    _ name: String, _ mark: Mark, _ body: (inout PackReader) -> FieldType?
  ) -> FieldType? {
    guard !typesInProgress.contains(name) else {
      report("P206", mark, "the type `\(name)` is made of itself. Say what it holds.")
      return nil
    }
    guard typesInProgress.count < Self.typeDepthMax else {
      report("P206", mark, "named types nest deeper than \(Self.typeDepthMax) here. Flatten them.")
      return nil
    }
    typesInProgress.append(name)
    defer { typesInProgress.removeLast() }
    return body(&self)
  }

  private mutating func readType(_ node: YAMLNode) -> FieldType? {
    guard let text = node.text else {
      report("P005", node.mark, "expected a type, as `text(1..200)`, found \(node.kind).")
      return nil
    }
    do {
      return resolve(try FieldLineParser.parseType(text, at: node.places))
    } catch {
      report("P201", error.mark, error.message)
      return nil
    }
  }

  private mutating func readShape(_ pairs: [YAMLNode.Pair]) -> FieldType.Shape {
    var keys = [String: FieldType.Shape.Node]()
    var others: FieldType.Shape.Node?
    for pair in pairs {
      shapeKeyCount += 1
      guard shapeKeyCount <= Self.shapeKeysMax else {
        if shapeKeyCount == Self.shapeKeysMax + 1 {
          report("P206", pair.keyMark, "the shapes of this pack have more than \(Self.shapeKeysMax) keys where used.")
        }
        break
      }
      if !(1...256).contains(pair.key.utf8.count) || pair.key.utf8.contains(0) {
        report("P206", pair.keyMark, "a key of a shape has 1 to 256 bytes and no U+0000.")
      }
      guard let inner = readShapeNode(pair.value) else { continue }
      if pair.key == "*" { others = inner } else { keys[pair.key] = inner }
    }
    return FieldType.Shape(keys: keys, others: others)
  }

  private mutating func readShapeNode(_ node: YAMLNode) -> FieldType.Shape.Node? {
    if let pairs = node.pairs { return .object(readShape(pairs)) }
    guard let (type, rule) = readLeaf(node) else { return nil }
    if type.target != nil {
      report("P206", node.mark, "a json field cannot hold references: nobody would follow them. Write `uuid`.")
    }
    if case .json(let shape?) = type { return .object(shape) }
    return .leaf(type, rule)
  }

  /// A leaf of a shape: a type, and perhaps how it merges.
  private mutating func readLeaf(_ node: YAMLNode) -> (FieldType, LeafRule)? {
    guard let text = node.text else { return readType(node).map { ($0, .plain) } }
    do {
      let (term, marks) = try FieldLineParser.parseLeaf(text, at: node.places)
      guard let type = resolve(term) else { return nil }
      return (type, readLeafRule(marks, type))
    } catch {
      report("P201", error.mark, error.message)
      return nil
    }
  }

  private mutating func readLeafRule(_ marks: [MarkTerm], _ type: FieldType) -> LeafRule {
    guard let mark = marks.first else { return .plain }
    guard let rule = LeafRule(rawValue: mark.text) else {
      let hint = collector.suggestion(for: mark.text, among: LeafRule.allCases.map(\.rawValue))
      report(
        "P301", mark.mark, "`\(mark.text)` is no mark of a leaf: it takes `first`, `guardian`, `max` or `min`.\(hint)")
      return .plain
    }
    if marks.count > 1 { report("P302", marks[1].mark, "a leaf has one merge rule. Keep one.") }
    switch type {
    case .json, .set:
      report("P303", mark.mark, "`\(mark.text)` is for one value; this is `\(name(of: type))`.")
      return .plain
    case .text, .int, .decimal, .float, .bool, .date, .time, .uuid, .choice, .reference: break
    }
    guard rule.direction == nil || type.isOrdered else {
      report(
        "P303", mark.mark, "`\(mark.text)` is for numbers, `bool`, `date` and `time`; this is `\(name(of: type))`.")
      return .plain
    }
    return rule
  }
}
