/// A question of a device about what was decided in its household.
///
/// What the asking member may not see is in no answer, and a record that they may not see is answered as one that does
/// not exist.
public struct Inquiry: Hashable, Sendable {
  /// What is asked.
  public let subject: Subject
  /// Where to go on: what ``Answer/next`` said; empty for the beginning.
  public let page: [UInt8]

  /// Makes a question.
  public init(_ subject: Subject, page: [UInt8] = []) {
    self.subject = subject
    self.page = page
  }

  /// What can be asked.
  public enum Subject: Hashable, Sendable {
    /// The records with open conflicts, the last decided first.
    case conflicts
    /// What stands behind a record, or behind one field of it.
    case explain(CollectionNumber, RecordID, FieldNumber?)
    /// The change sets that were about a record, the newest first.
    case history(CollectionNumber, RecordID)
    /// The records that were deleted, the last first.
    case deleted
  }

  /// Bytes of a page mark at most: a counter for each of 1,024 installs.
  package static let pageBytesMax = 16 * 1024
}

/// What a hub says to an ``Inquiry``: a page of at most 64 KiB, unless one part alone is larger.
public struct Answer: Hashable, Sendable {
  /// What was found.
  public let content: Content
  /// What is known of the change sets that `content` names, ascending by dot, each once.
  public let accounts: [ChangeAccount]
  /// The mark of the next page; empty when this is the last.
  public let next: [UInt8]

  /// Makes an answer.
  public init(_ content: Content, accounts: [ChangeAccount] = [], next: [UInt8] = []) {
    self.content = content
    self.accounts = accounts
    self.next = next
  }

  /// What can be found.
  public enum Content: Hashable, Sendable {
    /// There is no such record, as far as the member may see.
    case unknown
    /// Records with open conflicts.
    case conflicts([RecordConflicts])
    /// What stands behind a record.
    case record(RecordAccount)
    /// Change sets that were about a record.
    case history(RecordHistory)
    /// Records that were deleted.
    case deleted([DeletedRecord])
  }

  /// What is known of a change set; nil when its account has been collected.
  public func account(of dot: Dot) -> ChangeAccount? {
    accounts.first { $0.dot == dot }
  }
}

extension Answer {
  /// How many records, fields or change sets it tells of.
  public var count: Int {
    switch content {
    case .unknown: 0
    case .conflicts(let records): records.count
    case .record(let record): record.fields.count
    case .history(let history): history.entries.count
    case .deleted(let records): records.count
    }
  }

  /// This page and the one behind it as one.
  ///
  /// A page of another kind ends the answer: the record has gone from the member's sight in the meantime.
  public func joined(with page: Answer) -> Answer {
    let content: Content
    switch (self.content, page.content) {
    case (.conflicts(let first), .conflicts(let second)): content = .conflicts(first + second)
    case (.deleted(let first), .deleted(let second)): content = .deleted(first + second)
    case (.history(let first), .history(let second)):
      content = .history(
        RecordHistory(
          collection: first.collection, record: first.record, label: first.label,
          entries: first.entries + second.entries))
    case (.record(let first), .record(let second)): content = .record(first.with(first.fields + second.fields))
    default: return Answer(page.content, accounts: page.accounts)
    }
    let known = Set(accounts.map(\.dot))
    let more = page.accounts.filter { !known.contains($0.dot) }
    return Answer(content, accounts: (accounts + more).sorted { $0.dot < $1.dot }, next: page.next)
  }
}

/// A record with the conflicts that no later write has settled.
public struct RecordConflicts: Hashable, Sendable {
  /// Its collection.
  public let collection: CollectionNumber
  /// Its id.
  public let record: RecordID
  /// What people may know it by; empty when nothing serves.
  public let label: String
  /// Its open conflicts.
  public let conflicts: [Conflict]

  /// Makes an entry.
  public init(collection: CollectionNumber, record: RecordID, label: String, conflicts: [Conflict]) {
    self.collection = collection
    self.record = record
    self.label = label
    self.conflicts = conflicts
  }
}

/// A record that was deleted, by whom, and what went with it.
public struct DeletedRecord: Hashable, Sendable {
  /// Its collection.
  public let collection: CollectionNumber
  /// Its id.
  public let record: RecordID
  /// What people may know it by; empty when nothing serves.
  public let label: String
  /// Who deleted it.
  public let author: Authorship
  /// How many records its delete hides that the member would see otherwise; they come back with it.
  public let hiddenCount: Int

  /// Makes an entry.
  public init(collection: CollectionNumber, record: RecordID, label: String, author: Authorship, hiddenCount: Int) {
    self.collection = collection
    self.record = record
    self.label = label
    self.author = author
    self.hiddenCount = hiddenCount
  }
}
