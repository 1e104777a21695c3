internal import HearthModel

/// What a rule asks of a record: while none of that changes, its answer stays and it need not be asked again.
struct Reach: Sendable {
  /// The fields that it reads.
  private(set) var fields: FieldSet
  /// Whether the answer depends on more than the record.
  private(set) var leadsOn = false

  init(_ fields: some Sequence<FieldNumber>, _ conditions: [Expression] = []) {
    self.fields = FieldSet(fields)
    for input in conditions.flatMap(\.inputs) { add(input) }
  }

  init(_ inputs: [Expression.Input]) {
    fields = FieldSet()
    for input in inputs { add(input) }
  }

  private mutating func add(_ input: Expression.Input) {
    guard input.root == .record, case .field(let field)? = input.steps.first else { return leadsOn = true }
    fields.insert(field)
    if input.steps.contains(where: { if case .follow = $0 { true } else { false } }) { leadsOn = true }
  }
}
