package import HearthModel

/// A dot that a change set may have been sent under, and its content: two installs with one past may have given the dot
/// to different contents (protocol/wire.md, section 12).
package struct FormerDot: Hashable, Sendable {
  package let dot: Dot
  /// ``Engine/contentHash(of:)``
  package let contentHash: [UInt8]

  package init(_ dot: Dot, _ contentHash: [UInt8]) {
    self.dot = dot
    self.contentHash = contentHash
  }
}

extension ChangeEntry {
  /// What the change set was known by before it was decided.
  package var formerDots: [FormerDot] { changeSet.formerly.map { FormerDot($0, contentHash) } }
}
