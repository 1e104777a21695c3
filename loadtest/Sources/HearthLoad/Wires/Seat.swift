/// Where a driven device sits, and what its change sets carry: all that a wire needs to a server that does not look
/// into them.
package struct Seat: Sendable {
  /// From 0.
  package let household: Int
  /// Of the household, from 0.
  package let device: Int
  package let payload: Payload

  package init(household: Int, device: Int, _ payload: Payload) {
    self.household = household
    self.device = device
    self.payload = payload
  }
}
