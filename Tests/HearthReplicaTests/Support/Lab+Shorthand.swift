import HearthEngine
import HearthMemory
import HearthModel
import HearthReplica
import Testing

/// Short words for what tests of one case say again and again.
extension Lab {
  /// A lab with phones that are live and have caught up.
  static func live(_ template: Template = .everything, _ phones: [(String, RecordID)] = [("a", eva)]) throws -> Lab {
    let lab = Lab(template)
    for (name, member) in phones { try lab.addPhone(name, member) }
    try lab.calmDown()
    return lab
  }

  func collection(_ name: String) -> CollectionSchema { pack.collection(named: name)! }

  func field(_ name: String) -> Field {
    let parts = name.split(separator: ".").map(String.init)
    return collection(parts[0]).field(named: parts[1])!
  }

  func key(_ name: String) -> ReplicaKey {
    let parts = name.split(separator: "/").map(String.init)
    return ReplicaKey(collection(parts[0]).number, RecordID(readable: parts[1])!)
  }

  /// A record as the phone shows it: `things/chair`.
  func view(_ phone: Phone, _ name: String) throws -> VisibleRecord? {
    try phone.core.replica.view(key(name), phone.storage)
  }

  /// A value as the phone shows it: `things/chair.title`.
  func value(_ phone: Phone, _ name: String) throws -> Value? {
    let (key, field) = split(name)
    return try phone.core.replica.view(key, phone.storage)?[field]
  }

  /// A value as the phone has it from the hub.
  func confirmed(_ phone: Phone, _ name: String) -> Value? {
    let (key, field) = split(name)
    return phone.storage.confirmed(key)?[field]
  }

  /// A value as the hub has it.
  func hubValue(_ name: String) throws -> Value? {
    let (key, field) = split(name)
    return try states[state.revision]?[key]?[field]
  }

  private func split(_ name: String) -> (ReplicaKey, Field) {
    let parts = name.split(separator: ".").map(String.init)
    return (key(parts[0]), field("\(parts[0].split(separator: "/")[0]).\(parts[1])"))
  }

  /// Delivers messages to the hub and decides, but carries nothing back to the phones.
  func hubCatchesUp() throws {
    while let connection = busy.toHub.first { try deliverToHub(connection) }
    while !submitted.isEmpty { try decide() }
  }
}

extension Lab.Phone {
  /// The last change set that was made here.
  var lastMade: ChangeSet { core.replica.outbox.last!.changeSet }

  /// The only change of the last change set.
  var lastChange: RecordChange { lastMade.changes[0] }

  /// Why the last decided change set was rejected; nil when it was not.
  var lastRejection: Rejection? {
    if case .rejected(let rejection)? = settled.last?.verdict { rejection } else { nil }
  }
}

/// The rejection that a body throws.
func rejection(_ body: () throws -> Void, sourceLocation: SourceLocation = #_sourceLocation) -> Rejection? {
  do {
    try body()
    Issue.record("nothing was refused", sourceLocation: sourceLocation)
    return nil
  } catch {
    guard let rejection = error as? Rejection else {
      Issue.record("\(error) is no rejection", sourceLocation: sourceLocation)
      return nil
    }
    return rejection
  }
}
