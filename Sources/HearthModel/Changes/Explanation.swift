/// Says in words what was decided between writes that had not seen each other.
public struct Explanation: Sendable {
  private let pack: Pack
  private let nameOf: @Sendable (ReplicaNumber) -> String
  private let text: @Sendable (Value) -> String

  /// - Parameters:
  ///   - nameOf: what people call whoever writes under a replica number.
  ///   - text: a value as people read it; ids as names where there are any.
  public init(
    pack: Pack, nameOf: @escaping @Sendable (ReplicaNumber) -> String,
    text: @escaping @Sendable (Value) -> String = { $0.description }
  ) {
    self.pack = pack
    self.nameOf = nameOf
    self.text = text
  }

  /// One sentence for each write that lost, as ``noah's title `Vaatwasser` lost to eva's `Afwas doen`: concurrent,
  /// guardian rule: parent outranks child``.
  public func sentences(_ conflict: Conflict, in collection: CollectionSchema) -> [String] {
    conflict.losers.map { sentence(conflict, $0, collection) }
  }

  private func sentence(_ conflict: Conflict, _ loser: Loser, _ collection: CollectionSchema) -> String {
    let subject = subject(conflict.subject, in: collection)
    let (lost, won) = (author(loser.write), author(conflict.winner))
    let why = "concurrent, \(conflict.rule) rule: \(reason(conflict, loser))"
    if conflict.rule == Unique.Policy.alias.rawValue, conflict.subject == .record {
      return "\(lost)'s record was folded into the one that \(won) had made: \(conflict.rule) rule, "
        + reason(conflict, loser)
    }
    guard conflict.subject != .record else {
      let isDelete = conflict.winner.value == nil
      return isDelete
        ? "\(lost)'s edit lost to \(won)'s delete: \(why)" : "\(lost)'s delete lost to \(won)'s edit: \(why)"
    }
    return
      "\(lost)'s \(subject) \(value(loser.write, conflict)) lost to \(won)'s \(value(conflict.winner, conflict)): \(why)"
  }

  private func author(_ write: Write) -> String { nameOf(write.author.dot.replica) }

  /// What the writes were about, as people call it.
  public func subject(_ subject: Conflict.Subject, in collection: CollectionSchema) -> String {
    let names = subject.fields.compactMap { collection.field($0)?.name }
    switch subject {
    case .record: return "record"
    case .fields: return names.joined(separator: "+")
    case .element(_, let element): return "\(names.first ?? "") element `\(text(element))`"
    case .path(_, let path): return ([names.first ?? ""] + path).joined(separator: ".")
    }
  }

  /// A write's value as the subject of a sentence.
  public func value(_ write: Write, _ conflict: Conflict) -> String {
    if case .element = conflict.subject { return write.value == nil ? "removal" : "addition" }
    guard let value = write.value else { return "removal" }
    guard case .list(let parts) = value, conflict.subject.fields.count > 1 else { return "`\(text(value))`" }
    return "`\(parts.map(text).joined(separator: ", "))`"
  }

  private func reason(_ conflict: Conflict, _ loser: Loser) -> String {
    let (winner, lost) = (conflict.winner.author, loser.write.author)
    switch loser.reason {
    case .rank: return "\(role(winner.rank)) outranks \(role(lost.rank))"
    case .precedence: return "\(value(conflict.winner, conflict)) comes before \(value(loser.write, conflict))"
    case .presence: return "an addition wins over a removal"
    case .arrival: return "the hub had it first"
    case .stamp: return winner.stamp > lost.stamp ? "written later" : "written earlier"
    case .replica: return "written at the same time, the device number decides"
    case .policy:
      return conflict.rule == Field.ReferencePolicy.cascade.rawValue
        ? "what it belongs to was deleted" : "neither had seen the other"
    }
  }

  private func role(_ rank: Rank) -> String {
    pack.roles.names(of: rank).first ?? "rank \(rank.rawValue)"
  }
}
