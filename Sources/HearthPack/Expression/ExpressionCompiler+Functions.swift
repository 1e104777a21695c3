internal import HearthModel

extension ExpressionCompiler {
  mutating func call(
    _ name: SyntaxName, _ arguments: [ExpressionSyntax], _ rest: [SyntaxName], as expected: ExpressionType?
  ) throws(ExpressionFault) -> Operand {
    if name.text == "changed" { return try changed(name, arguments, rest) }
    if let number = names.number(named: name.text) {
      return try lookUp(number, name, arguments, rest)
    }
    guard let function = Expression.Function(rawValue: name.text) else {
      let known = Expression.Function.allCases.map(\.rawValue) + ["changed"]
      throw ExpressionFault(
        "P104", name.mark, "`\(name.text)` is no function and no collection.", name.text, among: known)
    }
    if let first = rest.first {
      throw ExpressionFault("P502", first.mark, "the result of `\(name.text)` has no fields.")
    }
    return try call(function, arguments, as: expected, at: name.mark)
  }

  /// `changed(field)`.
  private mutating func changed(
    _ name: SyntaxName, _ arguments: [ExpressionSyntax], _ rest: [SyntaxName]
  ) throws(ExpressionFault) -> Operand {
    guard scope.names.contains(.old) else {
      throw ExpressionFault("P502", name.mark, "`changed` cannot stand in \(scope.name).")
    }
    guard arguments.count == 1, rest.isEmpty, case .path(let path) = arguments[0].form, path.count == 1 else {
      throw ExpressionFault("P503", name.mark, "`changed` asks for one field of the record, as `changed(status)`.")
    }
    let reading = try reading(of: path)
    guard reading.root == .record, case .field(let field)? = reading.steps.first else {
      throw ExpressionFault("P503", path[0].mark, "`changed` asks for a field; `\(path[0].text)` is none.")
    }
    let input = Expression.Input(.changed(field))
    return Operand(node: try emit(reading: input, at: name.mark), type: .bool, mark: name.mark)
  }

  /// `collection(field).field`: a step through a uuid.
  private mutating func lookUp(
    _ target: CollectionNumber, _ name: SyntaxName, _ arguments: [ExpressionSyntax], _ rest: [SyntaxName]
  ) throws(ExpressionFault) -> Operand {
    guard arguments.count == 1, case .path(let path) = arguments[0].form, isKnown(path[0].text),
      path[0].text != "device"
    else {
      throw ExpressionFault("P503", name.mark, "`\(name.text)(...)` takes a field of type `uuid`.")
    }
    var reading = try reading(of: path)
    guard reading.type == .uuid else {
      let type = names.name(of: reading.type)
      let way = if case .record = reading.type { " Write `\(reading.text).field`." } else { "" }
      throw ExpressionFault("P503", path[0].mark, "expected a uuid, `\(reading.text)` is \(type).\(way)")
    }
    try follow(target, at: name.mark, into: &reading)
    reading.text = "\(name.text)(\(reading.text))"
    reading.type = .record(target)
    settle(&reading, mayBeNull: true, "nothing says that the record is there")
    return try operand(try continued(reading, rest[...]), at: name.mark)
  }

  // MARK: Functions

  private mutating func call(
    _ function: Expression.Function, _ arguments: [ExpressionSyntax], as expected: ExpressionType?, at mark: Mark
  ) throws(ExpressionFault) -> Operand {
    let signature = Signature(function)
    guard signature.counts.contains(arguments.count), function != .step || arguments.count % 2 == 1 else {
      throw ExpressionFault(
        "P503", mark, "`\(function.rawValue)` is written \(signature.form), here it has \(arguments.count) arguments.")
    }
    if function.asksForDay, !scope.names.contains(.day) {
      throw ExpressionFault("P502", mark, "`\(function.rawValue)` asks for the day and cannot stand in \(scope.name).")
    }
    let operands = try operands(of: function, arguments, as: expected)
    // `following` begins anew behind null, as it does behind the last element.
    for operand in function == .following ? operands.prefix(1) : operands[...] { try requireValue(operand) }
    guard let (type, isNullable) = function.type(of: operands) else {
      let types = operands.map { names.name(of: $0.type) }.joined(separator: ", ")
      throw ExpressionFault("P503", mark, "`\(function.rawValue)` is written \(signature.form), found (\(types)).")
    }
    let nodes = operands.map(\.node)
    let node = try emit(.call(function, nodes), of: nodes, at: mark)
    let reason = isNullable ? "`\(function.rawValue)` may have no answer" : nil
    return Operand(node: node, type: type, isNullable: isNullable, mark: mark, reason: reason)
  }

  private mutating func operands(
    of function: Expression.Function, _ arguments: [ExpressionSyntax], as expected: ExpressionType?
  ) throws(ExpressionFault) -> [Operand] {
    var operands = [Operand]()
    switch function {
    case .min, .max, .clamp, .abs:
      // A literal gets the type of the first argument that is none.
      var type = expected.flatMap { $0.isNumber ? $0 : nil }
      if let firm = arguments.first(where: { !isLoose($0) }) {
        let outer = self
        type = try compile(firm).type
        self = outer
      }
      for argument in arguments { operands.append(try compile(argument, as: type)) }
    case .following:
      operands.append(try compile(arguments[0]))
      let element: ExpressionType? = if case .set(let type, _) = operands[0].type { type } else { nil }
      operands.append(try compile(arguments[1], as: element))
    default:
      for argument in arguments { operands.append(try compile(argument)) }
    }
    return operands
  }
}

/// How a function is written.
private struct Signature {
  let form: String
  let counts: ClosedRange<Int>

  init(_ function: Expression.Function) {
    (form, counts) =
      switch function {
      case .length: ("`length(text or set)`", 1...1)
      case .size: ("`size(set)`", 1...1)
      case .lower: ("`lower(text)`", 1...1)
      case .startsWith: ("`startsWith(text, text)`", 2...2)
      case .abs: ("`abs(number)`", 1...1)
      case .min: ("`min(a, b, ...)` of one type", 2...16)
      case .max: ("`max(a, b, ...)` of one type", 2...16)
      case .clamp: ("`clamp(x, low, high)`", 3...3)
      case .round: ("`round(decimal)`", 1...1)
      case .isqrt: ("`isqrt(int)`", 1...1)
      case .step: ("`step(x, a1, b1, a2, b2, ...)`", 3...201)
      case .day: ("`day(time)`", 1...1)
      case .weekday: ("`weekday(date)`", 1...1)
      case .age: ("`age(date)`", 1...1)
      case .days: ("`days(date, date)`", 2...2)
      case .addDays: ("`addDays(date, int)`", 2...2)
      case .addMonths: ("`addMonths(date, int)`", 2...2)
      case .next: ("`next(rrule, date, date)`", 3...3)
      case .only: ("`only(set)`", 1...1)
      case .following: ("`following(set, element)`", 2...2)
      case .streak: ("`streak(set of dates)`", 1...1)
      case .longestStreak: ("`longestStreak(set of dates)`", 1...1)
      }
  }
}

extension Expression.Function {
  /// Whether the answer depends on the day on which it is asked.
  fileprivate var asksForDay: Bool { self == .age || self == .streak }

  /// The type of the result, and whether it may be null; nil when the arguments do not fit.
  fileprivate func type(of operands: [ExpressionCompiler.Operand]) -> (ExpressionType, isNullable: Bool)? {
    let types = operands.map(\.type)
    switch self {
    case .length, .size, .only, .following, .streak, .longestStreak: return collectionType(types)
    case .abs, .min, .max, .clamp, .round, .isqrt, .step: return numericType(operands)
    case .lower: return if case .text = types[0] { (types[0], false) } else { nil }
    case .startsWith: return if case (.text, .text) = (types[0], types[1]) { (.bool, false) } else { nil }
    case .day: return types[0] == .time ? (.date, false) : nil
    case .weekday: return types[0] == .date ? (.int(1...7), false) : nil
    case .age: return types[0] == .date ? (.int(-10_000...10_000), false) : nil
    case .days: return types == [.date, .date] ? (.int(-4_000_000...4_000_000), false) : nil
    case .addDays, .addMonths:
      guard types[0] == .date, case .int = types[1] else { return nil }
      return (.date, false)
    case .next:
      guard case .text = types[0], types[1] == .date, types[2] == .date else { return nil }
      return (.date, true)
    }
  }

  private func collectionType(_ types: [ExpressionType]) -> (ExpressionType, isNullable: Bool)? {
    switch (self, types[0]) {
    case (.length, .text(let maximum)): return (.int(0...Int64(maximum)), false)
    case (.length, .set(_, let maximum)), (.size, .set(_, let maximum)): return (.int(0...Int64(maximum)), false)
    case (.only, .set(let element, _)): return (element, true)
    case (.following, .set(let element, _)): return element.joined(with: types[1]).map { ($0, true) }
    case (.streak, .set(.date, let maximum)), (.longestStreak, .set(.date, let maximum)):
      return (.int(0...Int64(maximum)), false)
    default: return nil
    }
  }

  private func numericType(_ operands: [ExpressionCompiler.Operand]) -> (ExpressionType, isNullable: Bool)? {
    let types = operands.map(\.type)
    switch (self, types[0]) {
    case (.abs, .int(let range)): return (.int(range.absolute), false)
    case (.abs, .decimal(let scale, let range)): return (.decimal(scale: scale, range.absolute), false)
    case (.round, .decimal(_, let range)): return (.int(range.hull(0...0)), false)
    case (.isqrt, .int): return (.int(0...3_037_000_499), false)
    case (.min, _), (.max, _), (.clamp, _): return extreme(types).map { ($0, false) }
    case (.step, _): return stepType(operands)
    default: return nil
    }
  }

  /// `min`, `max` and `clamp` know more than the kind: `max(x, 1)` is never 0.
  private func extreme(_ types: [ExpressionType]) -> ExpressionType? {
    var joined = types[0]
    for type in types.dropFirst() {
      guard let next = joined.joined(with: type) else { return nil }
      joined = next
    }
    let ranges = types.compactMap(\.range)
    switch joined {
    case .int: return .int(narrowed(ranges))
    case .decimal(let scale, _): return .decimal(scale: scale, narrowed(ranges))
    case .date, .time: return joined
    default: return nil
    }
  }

  private func narrowed(_ ranges: [ClosedRange<Int64>]) -> ClosedRange<Int64> {
    let (lows, highs) = (ranges.map(\.lowerBound), ranges.map(\.upperBound))
    switch self {
    case .min: return lows.reduce(.max, Swift.min)...highs.reduce(.max, Swift.min)
    case .max: return lows.reduce(.min, Swift.max)...highs.reduce(.min, Swift.max)
    default:
      // `max(low, min(x, high))`, as the evaluator has it.
      let low = Swift.max(lows[1], Swift.min(lows[0], lows[2]))
      return low...Swift.max(highs[1], Swift.min(highs[0], highs[2]))
    }
  }

  private func stepType(_ operands: [ExpressionCompiler.Operand]) -> (ExpressionType, isNullable: Bool)? {
    var result: ExpressionType?
    for position in stride(from: 1, to: operands.count - 1, by: 2) {
      guard operands[position].type.joined(with: operands[0].type) != nil, operands[0].type.isOrdered,
        operands[0].type != .role
      else { return nil }
      let value = operands[position + 1].type
      guard let known = result else {
        result = value
        continue
      }
      guard let joined = known.joined(with: value) else { return nil }
      result = joined
    }
    guard let first = operands[1].constant?.int, let range = operands[0].type.range else {
      return result.map { ($0, true) }
    }
    return result.map { ($0, range.lowerBound < first) }
  }
}

extension ExpressionType {
  fileprivate var range: ClosedRange<Int64>? {
    switch self {
    case .int(let range), .decimal(_, let range): range
    default: nil
    }
  }
}

extension ClosedRange<Int64> {
  fileprivate var absolute: ClosedRange<Int64> {
    let (low, high) = (lowerBound.magnitude, upperBound.magnitude)
    let smallest = contains(0) ? 0 : Swift.min(low, high)
    return Int64(clamping: smallest)...Int64(clamping: Swift.max(low, high))
  }
}
