internal import HearthModel

/// A condition of an index as SQL.
///
/// The pack's language has no third truth: null is equal to null and to nothing else. SQL's `=` gives null where a side
/// is null. At the top, behind `and` and `or` alone, null counts as false, and `=` may stand for an equality, so that
/// queries that say `status = 'open'` meet the index: SQLite takes a partial index when the query has the same terms
/// (https://www.sqlite.org/partialindex.html, section 3). Below a `not`, and for `!=`, it is `IS` and `IS NOT`.
struct SQLCondition {
  let schema: CollectionSchema

  func text(of condition: IndexCondition) -> String { text(of: condition.term, isTop: true) }

  private func text(of term: IndexCondition.Term, isTop: Bool) -> String {
    switch term {
    case .constant(let value): value ? "1" : "0"
    case .isTrue(let field): column(field)
    case .isNull(let field): "\(column(field)) IS NULL"
    case .isEmpty(let field): "\(column(field)) = ''"
    case .compare(let left, let comparison, let right): compare(left, comparison, right, isTop: isTop)
    case .isOneOf(let operand, let values): "\(text(of: operand)) IN (\(values.map(literal).joined(separator: ", ")))"
    case .not(.isNull(let field)): "\(column(field)) IS NOT NULL"
    case .not(let inner): "NOT (\(text(of: inner, isTop: false)))"
    case .and(let left, let right): "\(part(left, isTop)) AND \(part(right, isTop))"
    case .or(let left, let right): "\(part(left, isTop)) OR \(part(right, isTop))"
    }
  }

  /// A side of `AND` or `OR`, in brackets when it has one of its own.
  private func part(_ term: IndexCondition.Term, _ isTop: Bool) -> String {
    switch term {
    case .and, .or: "(\(text(of: term, isTop: isTop)))"
    default: text(of: term, isTop: isTop)
    }
  }

  private func compare(
    _ left: IndexCondition.Operand, _ comparison: Expression.Comparison, _ right: IndexCondition.Operand, isTop: Bool
  ) -> String {
    let isNeverNull = !mayBeNull(left) && !mayBeNull(right)
    let isOneNull = mayBeNull(left) != mayBeNull(right)
    let sign =
      switch comparison {
      case .equal: isNeverNull || isTop && isOneNull ? "=" : "IS"
      case .notEqual: isNeverNull ? "<>" : "IS NOT"
      case .less, .lessOrEqual, .greater, .greaterOrEqual: comparison.rawValue
      }
    return "\(text(of: left)) \(sign) \(text(of: right))"
  }

  private func mayBeNull(_ operand: IndexCondition.Operand) -> Bool {
    guard case .field(let number) = operand else { return false }
    return schema.field(number)?.isNullable ?? true
  }

  private func text(of operand: IndexCondition.Operand) -> String {
    switch operand {
    case .field(let number): column(number)
    case .id: "id"
    case .constant(let value): literal(value)
    }
  }

  private func column(_ number: FieldNumber) -> String { schema.field(number)?.name.quoted ?? "NULL" }

  /// A value as its column holds it.
  private func literal(_ value: Value) -> String {
    switch value {
    case .null, .float, .list, .object: "NULL"  // no operand of a condition is one
    case .bool(let value): value ? "1" : "0"
    case .int(let number): String(number)
    case .decimal(let number): String(number.units)
    case .text(let text): "'\(text.replacing("'", with: "''"))'"
    case .day(let day): "'\(day)'"
    case .instant(let instant): String(instant.milliseconds)
    case .id(let id): "x'\(id.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())'"
    }
  }
}
