package import HearthModel

/// What a device that has renewed sent anew, by its content: a twin with the same past may come with the same later,
/// under whatever dot (protocol/wire.md, section 12).
package struct RenewedContent: Hashable, Sendable {
  package let device: RecordID
  /// ``Engine/contentHash(of:)``
  package let contentHash: [UInt8]

  package init(_ device: RecordID, _ contentHash: [UInt8]) {
    self.device = device
    self.contentHash = contentHash
  }

  /// - Parameter state: the household that has decided the change set.
  /// - Returns: nil for a change set that names no former dot.
  package init?(_ change: ChangeEntry, in state: HouseholdState) {
    guard !change.changeSet.formerly.isEmpty, let device = state.progress(of: change.dot.replica).device else {
      return nil
    }
    self.init(device, change.contentHash)
  }
}
