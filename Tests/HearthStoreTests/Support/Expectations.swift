import HearthEngine
import HearthModel
import Testing

/// Expects that a body throws a fault of a kind.
@discardableResult
func expectFault(
  _ kind: StoreFault.Kind, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> some Any
) -> StoreFault? {
  let fault = #expect(throws: StoreFault.self, sourceLocation: sourceLocation) { _ = try body() }
  if let fault {
    #expect(fault.kind == kind, "\(fault)", sourceLocation: sourceLocation)
  }
  return fault
}

extension HouseholdCommit {
  /// A commit that writes nothing.
  static func empty(_ household: HouseholdID, app: String, head: Revision) -> HouseholdCommit {
    HouseholdCommit(
      household: household, app: app, expectedHead: head, head: head, records: [], changes: [], addedReferences: [],
      removedReferences: [])
  }

  /// The same, with another head expected.
  func expecting(_ head: Revision) -> HouseholdCommit {
    HouseholdCommit(
      household: household, app: app, expectedHead: head, head: self.head, records: records, changes: changes,
      addedReferences: addedReferences, removedReferences: removedReferences)
  }
}
