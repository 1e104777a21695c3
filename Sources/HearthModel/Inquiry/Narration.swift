/// Says in words what an ``Answer`` tells: for apps and for the command line.
public struct Narration: Sendable {
  private let pack: Pack
  private let accounts: [Dot: ChangeAccount]
  private let memberName: @Sendable (RecordID) -> String
  private let text: @Sendable (Value) -> String
  private let authors: [ReplicaNumber: String]

  /// - Parameters:
  ///   - memberName: what people call a member.
  ///   - text: a value as people read it; ids as names where there are any.
  public init(
    _ answer: Answer, pack: Pack, memberName: @escaping @Sendable (RecordID) -> String,
    text: @escaping @Sendable (Value) -> String = { $0.description }
  ) {
    self.pack = pack
    self.memberName = memberName
    self.text = text
    accounts = Dictionary(answer.accounts.map { ($0.dot, $0) }) { $1 }
    authors = Dictionary(
      answer.accounts.map { account in
        let name = account.member.map(memberName) ?? (account.dot.replica == .hub ? "the hub" : account.device)
        return (account.dot.replica, name.isEmpty ? "device \(account.dot.replica)" : name)
      }
    ) { first, _ in first }
  }

  // MARK: Who

  /// `Noah`, `the hub`: who made a change set.
  public func author(_ dot: Dot) -> String {
    authors[dot.replica] ?? (dot.replica == .hub ? "the hub" : "device \(dot.replica)")
  }

  /// `Noah (child)`: who made a change set, with the role that counted.
  public func authorWithRole(_ author: Authorship) -> String {
    let name = self.author(author.dot)
    guard author.dot.replica != .hub, let role = pack.roles.names(of: accounts[author.dot]?.rank ?? author.rank).first
    else { return name }
    return "\(name) (\(role))"
  }

  /// What people call the device; empty for the hub.
  public func device(_ dot: Dot) -> String { accounts[dot]?.device ?? "" }

  /// What is known of a change set.
  public func account(_ dot: Dot) -> ChangeAccount? { accounts[dot] }

  // MARK: When

  /// `noah-tablet's clock was 62 minutes ahead: it showed 2025-11-11T17:02:10Z`; nil where it was right within seconds.
  public func clockRemark(_ dot: Dot) -> String? {
    guard let account = accounts[dot], account.offset.milliseconds.magnitude >= Self.remarkableMilliseconds else {
      return nil
    }
    let offset = account.offset.milliseconds
    let shown = Instant(milliseconds: account.madeAt.milliseconds)
    return
      "\(account.device)'s clock was \(Self.duration(offset)) \(offset > 0 ? "ahead" : "behind"): it showed \(shown)"
  }

  /// Clocks that are off by less tell nobody anything.
  private static let remarkableMilliseconds: UInt64 = 5000

  /// `62 minutes`: the largest unit of which there are at least two.
  static func duration(_ milliseconds: Int64) -> String {
    let seconds = milliseconds.magnitude / 1000
    let units: [(UInt64, String)] = [(86_400, "days"), (3600, "hours"), (60, "minutes")]
    for (length, name) in units where seconds >= 2 * length { return "\(seconds / length) \(name)" }
    return seconds == 1 ? "1 second" : "\(seconds) seconds"
  }

  /// `had seen what eva wrote by 2025-11-11T16:00:00Z (revision 12)`.
  public func sightRemark(_ dot: Dot) -> String? {
    guard let account = accounts[dot], dot.replica != .hub, !account.isCollected else { return nil }
    guard let seen = account.seen else { return "had seen nothing of it before" }
    let whose = seen.dot.replica == dot.replica ? "its own" : "\(author(seen.dot))'s"
    return "had seen everything up to \(whose) change of \(seen.at) (revision \(seen.revision))"
  }

  // MARK: Why

  /// One sentence for each write that lost.
  public func sentences(_ conflict: Conflict, in collection: CollectionSchema) -> [String] {
    explanation.sentences(conflict, in: collection)
  }

  /// What the writes were about, as people call it.
  public func subject(_ subject: Conflict.Subject, in collection: CollectionSchema) -> String {
    explanation.subject(subject, in: collection)
  }

  /// A write's value as the subject of a sentence.
  public func value(_ write: Write, _ conflict: Conflict) -> String { explanation.value(write, conflict) }

  private var explanation: Explanation {
    let authors = authors
    return Explanation(
      pack: pack, nameOf: { authors[$0] ?? ($0 == .hub ? "the hub" : "device \($0)") }, text: text)
  }

  /// What an edit did, as `title = Afwas` or `points + 5`.
  public func words(_ edit: Edit, in collection: CollectionSchema) -> String {
    let name = collection.field(edit.field)?.name ?? "field \(edit.field.rawValue)"
    switch edit.action {
    case .set(let value): return value.isNull ? "\(name) = nothing" : "\(name) = \(text(value))"
    case .add(let units):
      var number = "\(units.magnitude)"
      if case .decimal(_, let scale)? = collection.field(edit.field)?.type {
        number = FixedDecimal(units: Int64(clamping: units.magnitude), scale: UInt8(clamping: scale)).description
      }
      return "\(name) \(units < 0 ? "-" : "+") \(number)"
    case .insert(let element): return "\(name) gets \(text(element))"
    case .remove(let element): return "\(name) loses \(text(element))"
    case .put(let path, let value): return "\(([name] + path).joined(separator: ".")) = \(text(value))"
    case .drop(let path): return "\(([name] + path).joined(separator: ".")) goes"
    }
  }
}
