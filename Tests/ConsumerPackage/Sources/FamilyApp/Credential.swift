import Foundation
import HearthModel

/// What `hearth household create` writes for each device: `<name>.json`.
struct Credential: Codable, Sendable {
  let hub: String
  let token: String
  let household: String
  let member: String

  var householdID: HouseholdID { HouseholdID(id(household)) }
  var memberID: RecordID { id(member) }

  private func id(_ text: String) -> RecordID {
    guard let known = RecordID(text) else { preconditionFailure("`\(text)` is no UUID") }
    return known
  }
}
