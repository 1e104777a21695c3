/// A promise that was not kept: which, where, and what both sides say.
package struct Violation: Error, Hashable, Sendable, CustomStringConvertible {
  /// The properties that a run observes; the first letters name the promise of the design.
  package enum Property: String, CaseIterable, Hashable, Sendable {
    case convergence = "P1 convergence"
    case decidedOnce = "P1 decided once"
    case durable = "P2 durable before acknowledged"
    case exactlyOnce = "P3 exactly once"
    case oneFate = "P4 one fate"
    case merge = "P5 merge by definition"
    case nothingLost = "P6 nothing lost silently"
    case authority = "P7 authority"
    case isolation = "P8 isolation"
    case noPoison = "P9 no poison"
    case bounded = "P10 bounded"
    case catchUpCost = "P11 catch-up costs what changed"
    case nobodyStranded = "P12 nobody is stranded"
    case order = "updates in the order of revisions"
    case noTrap = "no trap, no unexpected error"
  }

  package let property: Property
  /// Household, record and field, as far as it is about one.
  package let place: String
  /// What was expected and what came.
  package let message: String

  init(_ property: Property, _ place: String, _ message: String) {
    self.property = property
    self.place = place
    self.message = message
  }

  package var description: String { "\(property.rawValue): \(place): \(message)" }
}
