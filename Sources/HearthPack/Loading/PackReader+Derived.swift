internal import HearthModel

extension PackReader {
  /// Reads what the hub computes.
  mutating func readDerived(_ context: CollectionContext) -> [FieldNumber: Derived] {
    var derived = [FieldNumber: Derived]()
    for (number, source) in context.reading.derived.sorted(by: { $0.key < $1.key }) {
      guard let field = context.schema.field(number) else { continue }
      derived[number] = readDerived(field, source, context)
    }
    return derived
  }

  private mutating func readDerived(
    _ field: Field, _ source: ExpressionSource, _ context: CollectionContext
  ) -> Derived? {
    let parsed = attempt { () throws(ExpressionFault) in
      var parser = try ExpressionParser(source)
      return try parser.aggregate()
    }
    guard let parsed else { return nil }
    if let syntax = parsed { return readAggregate(syntax, field, context).map { .aggregate($0) } }
    var compiler = ExpressionCompiler(context.names, in: context.schema, scope: .derived)
    let type = context.names.type(of: field, in: context.schema.number)
    let compiled = attempt { () throws(ExpressionFault) in
      let syntax = try ExpressionParser.parse(source)
      return try compiler.value(syntax, text: source.text, for: type, isNullable: field.isNullable)
    }
    return compiled.map { .expression($0.expression) }
  }

  private mutating func readAggregate(
    _ syntax: AggregateSyntax, _ field: Field, _ context: CollectionContext
  ) -> Aggregate? {
    guard let number = collection(named: syntax.collection.text, at: syntax.collection.mark),
      let source = context.names.schema(number)
    else { return nil }
    let failed = context.names.collections[number.index].failed
    guard
      let reference = self.field(named: syntax.reference.text, at: syntax.reference.mark, source, failed: failed)
    else { return nil }
    guard reference.type == .reference(context.schema.number) else {
      report(
        "P609", syntax.reference.mark,
        "`\(source.name).\(reference.name)` is `\(name(of: reference.type))`: it does not point to "
          + "`\(context.schema.name)`.")
      return nil
    }
    var value: Field?
    if let name = syntax.value {
      guard let found = self.field(named: name.text, at: name.mark, source, failed: failed) else { return nil }
      value = found
    }
    if let fault = fault(of: syntax, value, field) {
      report("P609", syntax.mark, fault)
      return nil
    }
    var condition: Expression?
    if let (inner, text) = syntax.condition {
      var compiler = ExpressionCompiler(context.names, in: source, scope: .condition)
      let compiled = attempt { () throws(ExpressionFault) in try compiler.condition(inner, text: text) }
      guard let compiled else { return nil }
      condition = compiled
    }
    return Aggregate(
      kind: syntax.kind, source: number, value: value?.number, reference: reference.number, condition: condition)
  }

  /// Why an aggregate does not fit its field.
  private func fault(of syntax: AggregateSyntax, _ value: Field?, _ field: Field) -> String? {
    let target = ExpressionType(field.type)
    let word = "`\(syntax.kind.rawValue)`"
    switch (syntax.kind, value) {
    case (.count, nil):
      if case .int = target { return nil }
      return "\(word) gives an `int`; this field is `\(name(of: field.type))`."
    case (.any, nil): return target == .bool ? nil : "\(word) gives a `bool`; this field is `\(name(of: field.type))`."
    case (.count, _), (.any, _): return "\(word) takes a collection, as `\(syntax.kind.rawValue)(tasks by user_id)`."
    case (_, nil): return "\(word) takes a field, as `\(syntax.kind.rawValue)(points.delta by user_id)`."
    case (_, let value?):
      let type = ExpressionType(value.type)
      let isFit = syntax.kind == .sum ? type.isNumber : type.isOrdered
      guard isFit, type.fits(target) else {
        return "\(word) over `\(name(of: value.type))` does not fit a field that is `\(name(of: field.type))`."
      }
      guard syntax.kind == .sum || field.isNullable else {
        return "\(word) of no records is null: write `?` behind the type."
      }
      return nil
    }
  }
}

/// `sum(points.delta by user_id where kind == earn)`, as written.
struct AggregateSyntax {
  let kind: Aggregate.Kind
  let collection: SyntaxName
  let value: SyntaxName?
  let reference: SyntaxName
  let condition: (ExpressionSyntax, text: String)?
  let mark: Mark
}

extension ExpressionParser {
  /// Reads an aggregate; nil when an expression stands here.
  mutating func aggregate() throws(ExpressionFault) -> AggregateSyntax? {
    var look = self
    guard let word = look.takeName(), let kind = Aggregate.Kind(rawValue: word.text), look.take(sign: "("),
      let collection = look.takeName()
    else { return nil }
    let value = look.take(sign: ".") ? look.takeName() : nil
    guard look.take(word: "by") else { return nil }
    self = look
    let reference = try name("the reference that points here")
    var condition: (ExpressionSyntax, text: String)?
    if take(word: "where") {
      let start = token.offset
      let syntax = try expression()
      condition = (syntax, text(from: start))
    }
    guard take(sign: ")") else { throw fault("`where` and a condition, or `)`") }
    try finish(expecting: "the end of the line; of more than one number make an expression over derived fields")
    return AggregateSyntax(
      kind: kind, collection: collection, value: value, reference: reference, condition: condition, mark: word.mark)
  }
}
