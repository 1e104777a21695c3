internal import HearthEngine
internal import HearthModel
internal import HearthProtocol
internal import HearthWire

// What a member may not see does not leave the hub: patches are cut to the view of each session, and a session whose
// view as a whole has changed ends, so that its device comes back and takes everything anew.

extension HubCore {
  /// Tells every live session of the household but its author's of a publication, and ends those that have no business
  /// there after it.
  mutating func tell(_ publication: Publication, _ household: HouseholdID, except author: ConnectionID?) -> [Effect] {
    var effects = endOutdatedSessions(publication, household)
    // One encoding for all that are told the same in the same form.
    var encodings: [Encoding: [UInt8]] = [:]
    for id in connections(of: household) where id != author {
      guard let told = tell(id, publication, &encodings) else { continue }
      effects.append(told)
    }
    return effects + endSessions(outside: publication.patch, household)
  }

  /// Which encoding of a publication a session gets.
  struct Encoding: Hashable {
    let form: WireCodec.Form
    /// What it is told of each record; nil for everything.
    var cuts: [View.Cut]?
  }

  private mutating func tell(
    _ id: ConnectionID, _ publication: Publication, _ encodings: inout [Encoding: [UInt8]]
  ) -> Effect? {
    guard wantsPatch(id, at: publication.patch.revision), let codec = connections[id]?.codec else { return nil }
    var encoding = Encoding(form: codec.form, cuts: nil)
    var patch = publication.patch
    if !publication.isForAll {
      guard let view = connections[id]?.admitted?.view else { return nil }
      encoding.cuts = view.cuts(publication)
      if let cuts = encoding.cuts, encodings[encoding] == nil {
        patch = publication.patch(cuts, in: view.audience.pack)
      }
    }
    let bytes = encodings[encoding] ?? codec.encode(.updates([.patch(patch)]))
    encodings[encoding] = bytes
    countPatch()
    return .write(id, bytes, encoding.form)
  }

  /// Ends the sessions of members whose view as a whole is another after a publication, before they are told of it.
  private mutating func endOutdatedSessions(_ publication: Publication, _ household: HouseholdID) -> [Effect] {
    guard !publication.standings.isEmpty || publication.household != nil else { return [] }
    var effects = [Effect]()
    for id in connections(of: household) {
      guard let view = connections[id]?.admitted?.view else { continue }
      var standing = publication.standings[view.member] ?? view.standing
      if standing != .gone, let values = publication.household { standing = standing.with(household: values) }
      guard standing != view.standing else { continue }
      if let fault = Self.fault(of: standing, view) {
        effects += end(id, fault)
      } else {
        setView(view.with(standing), id)
      }
    }
    return effects
  }

  /// What a session is told whose member has come to this standing; nil when it may go on.
  private static func fault(of standing: Standing, _ view: View) -> ProtocolFault? {
    if standing == .gone {
      ProtocolFault(.unauthorized, "The member of this device has left the household.")
    } else if !standing.mayEnter {
      .evicted
    } else if view.isOpen {
      nil
    } else {
      .viewChanged
    }
  }
}

extension ProtocolFault {
  /// The member may not come in at present.
  static let evicted = ProtocolFault(.evicted, "This member may not come in at present.")

  /// The member's view as a whole is another.
  static let viewChanged = ProtocolFault(
    .viewChanged, "What this member may see has changed. The device comes back and takes it anew.")
}
