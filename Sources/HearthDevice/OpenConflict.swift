public import HearthModel

/// A conflict that no later write has settled, in words that an app can show: what was written, by whom, when, and
/// which rule chose.
public struct OpenConflict: Hashable, Sendable {
  /// The record's collection.
  public let collection: CollectionSchema
  /// The record.
  public let record: RecordID
  /// What the writes were about: `title`, `starts+ends` for a group, `metadata.color` for a path, `record` for whether
  /// the record is there.
  public let subject: String
  /// The rule that chose, by its name in the pack language or of the delete policy.
  public let rule: String
  /// What is shown.
  public let shown: Version
  /// What is not, and can be brought back with ``Device/settle(_:with:)``.
  public let lost: [Version]
  /// The conflict as the hub tells it.
  public let conflict: Conflict

  /// One of the writes that had not seen each other.
  public struct Version: Hashable, Sendable {
    /// Who wrote it.
    public let author: Author
    /// When, by the author's clock as the hub corrected it.
    public let at: Instant
    /// The value; of a group the list of its fields' values; nil for a removal, or for the wish to delete the record.
    public let value: Value?
    /// Why it lost; nil for the one that is shown.
    public let reason: Reason?
    /// One sentence that says so; nil for the one that is shown.
    public let sentence: String?
  }
}

extension Device {
  /// The open conflicts of a record; empty when there are none, or no such record.
  ///
  /// - Throws: ``HearthModel/Rejection`` for an unknown collection; ``DeviceError`` `.storage` when the file fails.
  public func conflicts(in collection: String, _ id: RecordID) throws -> [OpenConflict] {
    guard let record = try record(collection, id) else { return [] }
    return record.content.conflicts.map { describe($0, of: record) }
  }

  /// Writes one version of a conflict anew, as an edit that has seen all of them: the conflict is settled.
  ///
  /// "Use mine" gives one of ``OpenConflict/lost``, "keep this" gives ``OpenConflict/shown``.
  /// - Throws: ``HearthModel/Rejection`` `.staleVersion` when the conflict is not as the person saw it, so that no
  ///   write is settled that nobody looked at, and what ``commit(_:)`` throws.
  @discardableResult
  public func settle(_ conflict: OpenConflict, with version: OpenConflict.Version) throws -> ChangeTicket {
    let open = try record(conflict.collection.name, conflict.record)?.content.conflicts ?? []
    guard open.contains(conflict.conflict) else {
      throw Rejection(
        .staleVersion, collection: conflict.collection.number, record: conflict.record,
        message: "The conflict about `\(conflict.subject)` has changed. Look at it again.")
    }
    return try edit {
      $0.write(
        version.value, to: conflict.conflict.subject, of: conflict.record, in: conflict.collection)
    }
  }

  private func describe(_ conflict: Conflict, of record: Record) -> OpenConflict {
    let roster = Dictionary(
      ([conflict.winner] + conflict.losers.map(\.write)).map { ($0.author.dot.replica, author($0.author.dot.replica)) },
      uniquingKeysWith: { $1 })
    let explanation = Explanation(pack: configuration.pack) { roster[$0]?.device ?? "" }
    let sentences = explanation.sentences(conflict, in: record.collection)
    let version = { (write: Write, reason: Reason?, sentence: String?) in
      OpenConflict.Version(
        author: roster[write.author.dot.replica] ?? Author(member: nil, device: ""),
        at: Instant(milliseconds: write.author.stamp.milliseconds), value: write.value, reason: reason,
        sentence: sentence)
    }
    return OpenConflict(
      collection: record.collection, record: record.id,
      subject: explanation.subject(conflict.subject, in: record.collection), rule: conflict.rule,
      shown: version(conflict.winner, nil, nil),
      lost: zip(conflict.losers, sentences).map { version($0.write, $0.reason, $1) }, conflict: conflict)
  }
}
