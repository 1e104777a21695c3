internal import HearthModel

/// What each input of some conditions may hold, cut where the conditions can tell a difference.
struct Domains {
  /// Ids that stand for the member, for the household and for others.
  static let member = Possible.exactly(.id(RecordID(high: 0, low: 1)))
  private static let household = Possible.exactly(.id(RecordID(high: 0, low: 2)))
  private static let others = [RecordID(high: 0, low: 3), RecordID(high: 0, low: 4)]

  private let collection: CollectionSchema?
  private let pack: Pack
  /// Constants of numbers, days and moments, ascending.
  private let cuts: [Int64]
  /// Texts that stand in the conditions.
  private let words: Set<String>
  /// Inputs that are compared with other inputs, so that one text cannot stand for many.
  private let mixed: Set<Expression.Input>
  /// Sets of which more is asked than whether they are empty and hold something.
  private let counted: Set<Expression.Input>
  private let idCount: Int

  init(
    _ conditions: [Expression], _ inputs: [Expression.Input], _ collection: CollectionSchema?, _ pack: Pack
  ) {
    self.collection = collection
    self.pack = pack
    var (ordinals, words) = (Set<Int64>(), Set<String>())
    var (mixed, counted) = (Set<Expression.Input>(), Set<Expression.Input>())
    for condition in conditions {
      for node in condition.nodes {
        guard case .constant(let value) = node else { continue }
        if let ordinal = value.ordinal { ordinals.insert(ordinal) }
        for value in value.elements ?? [value] { if let text = value.text { words.insert(text) } }
      }
      let usage = Usage(condition)
      mixed.formUnion(usage.mixed)
      counted.formUnion(usage.counted)
    }
    cuts = ordinals.count <= 8 ? ordinals.sorted() : []
    self.words = words
    self.mixed = mixed
    self.counted = counted
    idCount = inputs.count { input in
      if input == Expression.Input(.record) { return true }
      guard let type = Self.place(of: input, collection, pack)?.type else { return false }
      switch type {
      case .reference, .uuid: return true
      default: return false
      }
    }
  }

  // MARK: Domains

  func domain(of input: Expression.Input) -> [Possible] {
    switch input.root {
    case .changed, .isNew: return [.exactly(.bool(true)), .exactly(.bool(false))]
    case .now, .today, .written: return [.something]
    case .device, .rank: return [.anything]
    case .record where input.steps.isEmpty: return recordIDs
    case .member where input.steps.isEmpty: return [Self.member]
    case .household where input.steps.isEmpty: return [Self.household]
    case .record, .member, .household, .old, .seen: break
    }
    guard let place = Self.place(of: input, collection, pack) else { return [.anything] }
    let values = domain(of: place.type, input)
    let isNullable = place.isNullable || input.root == .old || input.root == .seen
    return isNullable && values != [.anything] ? [.exactly(.null)] + values : values
  }

  private var recordIDs: [Possible] {
    if collection?.number == pack.householdCollection { return [Self.household] }
    let other = Possible.exactly(.id(Self.others[0]))
    return collection?.number == pack.memberCollection ? [Self.member, other] : [other]
  }

  private func domain(of type: FieldType, _ input: Expression.Input) -> [Possible] {
    switch type {
    case .bool: [.exactly(.bool(true)), .exactly(.bool(false))]
    case .choice(let names): choices(names, input)
    case .int(let range): cells(range)
    case .decimal(let precision, _): cells(Self.decimals(precision))
    case .date, .time: cells(.min ... .max)
    case .reference(let target): ids(target)
    case .set(let element, _): sets(element, input)
    case .text, .float, .uuid, .json: [.something]
    }
  }

  /// The values that the conditions name, and one that stands for all others.
  private func choices(_ names: [String], _ input: Expression.Input) -> [Possible] {
    guard !mixed.contains(input) else { return names.map { .exactly(.text($0)) } }
    let named = names.filter(words.contains)
    let other = names.first { !words.contains($0) }
    return (named + (other.map { [$0] } ?? [])).map { .exactly(.text($0)) }
  }

  private static func decimals(_ precision: Int) -> ClosedRange<Int64> {
    let limit = (0..<min(precision, 18)).reduce(Int64(1)) { power, _ in power * 10 } - 1
    return -limit...limit
  }

  /// The parts into which the constants cut a range.
  private func cells(_ range: ClosedRange<Int64>) -> [Possible] {
    var cells = [Possible]()
    var start = range.lowerBound
    for cut in cuts where range.contains(cut) {
      if start < cut { cells.append(.range(start...(cut - 1))) }
      cells.append(.range(cut...cut))
      guard cut < .max else { return cells }
      start = cut + 1
    }
    if start <= range.upperBound { cells.append(.range(start...range.upperBound)) }
    return cells
  }

  /// With more ids than stand-ins two of them would be equal that need not be.
  private func ids(_ target: CollectionNumber) -> [Possible] {
    if target == pack.householdCollection { return [Self.household] }
    let others = Self.others.prefix(idCount < 2 ? 1 : 2).map { Possible.exactly(.id($0)) }
    guard idCount <= 2 else { return target == pack.memberCollection ? [Self.member, .something] : [.something] }
    return target == pack.memberCollection ? [Self.member] + others : Array(others)
  }

  private func sets(_ element: FieldType, _ input: Expression.Input) -> [Possible] {
    guard case .reference(pack.memberCollection) = element, !counted.contains(input), idCount <= 1,
      case .exactly(let member) = Self.member
    else { return [.something] }
    let other = Value.id(Self.others[0])
    return [[], [member], [other], [member, other]].map { .exactly(.list($0.sorted())) }
  }

  // MARK: Types

  /// The type of what an input reads, and whether it may be null; nil for what has none.
  static func place(
    of input: Expression.Input, _ collection: CollectionSchema?, _ pack: Pack
  ) -> (type: FieldType, isNullable: Bool)? {
    var current: CollectionSchema?
    switch input.root {
    case .record, .old, .seen: current = collection
    case .member: current = pack.collection(pack.memberCollection)
    case .household: current = pack.collection(pack.householdCollection)
    case .device, .now, .today, .written, .changed, .isNew, .rank: return nil
    }
    var (type, isNullable) = (FieldType?.none, false)
    for step in input.steps {
      switch step {
      case .field(let number):
        guard let field = current?.field(number) else { return nil }
        (type, isNullable) = (field.type, isNullable || field.isNullable)
      case .follow(let target):
        current = pack.collection(target)
        isNullable = true
      case .key(let key):
        guard case .json(let shape?)? = type, let node = shape[key] else { return nil }
        isNullable = true
        switch node {
        case .leaf(let leaf, _): type = leaf
        case .object(let inner): type = .json(inner)
        }
      }
    }
    return type.map { ($0, isNullable) }
  }

  static func words(_ value: Possible) -> String {
    switch value {
    case member: "the member"
    case household: "the household"
    case .exactly(.id): "somebody else"
    case .exactly(.list(let elements)):
      elements.isEmpty ? "empty" : "with " + elements.map { words(.exactly($0)) }.joined(separator: " and ")
    case .exactly(let value): value.isNull ? "null" : value.description
    case .range(let range):
      range.count == 1
        ? "\(range.lowerBound)"
        : range.upperBound == .max
          ? (range.lowerBound == .min ? "set" : "from \(range.lowerBound)")
          : range.lowerBound == .min ? "to \(range.upperBound)" : "\(range.lowerBound)..\(range.upperBound)"
    case .something: "set"
    case .anything: "anything"
    }
  }
}

/// How a condition uses its inputs.
private struct Usage {
  var mixed: Set<Expression.Input> = []
  var counted: Set<Expression.Input> = []

  init(_ expression: Expression) {
    for node in expression.nodes {
      switch node {
      case .compare(_, let left, let right), .otherwise(let left, let right):
        let (first, second) = (Self.inputs(left, expression), Self.inputs(right, expression))
        if !first.isEmpty, !second.isEmpty { mixed.formUnion(first + second) }
        counted.formUnion(first + second)
      case .contains(let set, let element):
        if case .constant = expression.nodes[set] { continue }
        mixed.formUnion(Self.inputs(element, expression))
        counted.formUnion(Self.inputs(element, expression))
        if case .input = expression.nodes[set] {} else { counted.formUnion(Self.inputs(set, expression)) }
      case .choose(_, let then, let otherwise):
        counted.formUnion(Self.inputs(then, expression) + Self.inputs(otherwise, expression))
      case .call(_, let operands): counted.formUnion(operands.flatMap { Self.inputs($0, expression) })
      case .quantifier(_, let set, _): counted.formUnion(Self.inputs(set, expression))
      case .constant, .input, .element, .not, .and, .or, .isNull, .isEmpty, .arithmetic, .matches: break
      }
    }
  }

  /// The inputs whose value a step may have.
  private static func inputs(_ node: Int, _ expression: Expression) -> [Expression.Input] {
    switch expression.nodes[node] {
    case .input(let input): [expression.inputs[input]]
    case .otherwise(let first, let second): inputs(first, expression) + inputs(second, expression)
    case .choose(_, let then, let otherwise): inputs(then, expression) + inputs(otherwise, expression)
    default: []
    }
  }
}
