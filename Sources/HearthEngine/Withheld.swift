package import HearthModel

/// What the hub would have done of its own accord and a household's rules refuse: a row of the catalogue, or what a
/// record's day brings. It is asked again the next time; operators are told.
package struct Withheld: Sendable {
  package let household: HouseholdID
  package let collection: String
  package let record: RecordID
  package let rejection: Rejection
}
