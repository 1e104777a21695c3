import Testing

/// The laws of a join, for values that are few enough to try every triple.
enum JoinLaws {
  /// Checks that the join is commutative, associative and idempotent, and that the empty value is neutral.
  ///
  /// - Returns: how many triples were tried.
  static func check<Value: Equatable>(
    _ values: [Value], empty: Value, sourceLocation: SourceLocation = #_sourceLocation, join: (Value, Value) -> Value
  ) -> Int {
    func fail(_ law: String, _ values: Value...) {
      Issue.record("not \(law): \(values)", sourceLocation: sourceLocation)
    }
    var triples = 0
    for a in values {
      if join(a, a) != a { fail("idempotent", a) }
      if join(a, empty) != a || join(empty, a) != a { fail("neutral", a) }
      for b in values {
        let ab = join(a, b)
        if ab != join(b, a) { fail("commutative", a, b) }
        for c in values {
          triples += 1
          if join(ab, c) != join(a, join(b, c)) { fail("associative", a, b, c) }
        }
      }
    }
    return triples
  }
}

/// The laws of a total order, for values that are few enough to try every triple.
enum OrderLaws {
  /// Checks that exactly one of less, equal and greater holds, that less is transitive, and that equal values hash
  /// alike.
  static func check<Value: Comparable & Hashable>(
    _ values: [Value], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for a in values {
      for b in values {
        if [a < b, a == b, b < a].filter(\.self).count != 1 {
          Issue.record("not exactly one of <, == and >: \(a), \(b)", sourceLocation: sourceLocation)
        }
        if a == b, a.hashValue != b.hashValue {
          Issue.record("equal with different hashes: \(a), \(b)", sourceLocation: sourceLocation)
        }
        for c in values where a < b && b < c && !(a < c) {
          Issue.record("not transitive: \(a), \(b), \(c)", sourceLocation: sourceLocation)
        }
      }
    }
  }
}
