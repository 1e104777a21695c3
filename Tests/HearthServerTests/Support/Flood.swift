import HearthModel
import HearthProtocol

/// Change sets that are large, for buffers that are to run full.
enum Flood {
  /// Characters of one description.
  static let length = 8000
  private static let tasks = ["dishes", "water-plants", "clean-bathroom", "tidy-room", "set-table"]

  /// A change set of some 40 kB: five descriptions.
  static func changeSet(_ counter: UInt64) -> ChangeSet {
    let text = String(repeating: "Na het eten. ", count: length / 13) + "\(counter)"
    return ChangeSet(
      counter,
      changes: tasks.map {
        Fixture.famquest.change("tasks", RecordID(name: $0), seen: .founding, [("description", .set(.text(text)))])
      })
  }

  /// Makes so many of them, one after the other, and gets each outcome.
  static func fill(from peer: Peer, changeSets: Int, startingWith first: UInt64 = 1) async throws {
    for counter in first..<first + UInt64(changeSets) {
      try await peer.push([changeSet(counter)])
      _ = try await peer.outcomes(1)
    }
  }
}
