internal import HearthEngine
internal import HearthModel
internal import HearthProtocol
internal import HearthWire

// What a member may not see does not leave the hub: patches are cut to the view of each session, and a session whose
// view as a whole has changed ends, so that its device comes back and takes everything anew.

extension HubCore {
  /// Tells every live session of the household but its author's of a publication, and ends those that have no business
  /// there after it.
  mutating func tell(
    _ publication: Publication, _ household: HouseholdID, except author: ConnectionID?, _ effects: inout [Effect]
  ) {
    effects += endOutdatedSessions(publication, household)
    // One encoding for all that are told the same in the same form; a household has a handful of views.
    var encodings = [Encoding]()
    for id in connections(of: household) where id != author {
      guard let told = tell(id, publication, &encodings) else { continue }
      effects.append(told)
    }
    effects += endSessions(outside: publication.patch, household)
  }

  /// An encoding of a publication and who gets it.
  private struct Encoding {
    let form: WireCodec.Form
    /// What they are told of each record; nil for everything.
    let cuts: [View.Cut]?
    let bytes: [UInt8]
  }

  private mutating func tell(
    _ id: ConnectionID, _ publication: Publication, _ encodings: inout [Encoding]
  ) -> Effect? {
    guard let (codec, view) = reader(id, at: publication.patch.revision) else { return nil }
    var cuts: [View.Cut]?
    if !publication.isForAll {
      guard let view else { return nil }
      cuts = view.cuts(publication)
    }
    countPatch()
    if let known = encodings.first(where: { $0.form == codec.form && $0.cuts == cuts }) {
      return .write(id, known.bytes, codec.form)
    }
    var patch = publication.patch
    if let cuts, let view { patch = publication.patch(cuts, in: view.audience.pack) }
    let bytes = codec.encode(.updates([.patch(patch)]))
    encodings.append(Encoding(form: codec.form, cuts: cuts, bytes: bytes))
    return .write(id, bytes, codec.form)
  }

  /// Ends the sessions of members whose view as a whole is another after a publication, before they are told of it.
  private mutating func endOutdatedSessions(_ publication: Publication, _ household: HouseholdID) -> [Effect] {
    guard !publication.standings.isEmpty || publication.household != nil else { return [] }
    var effects = [Effect]()
    for id in connections(of: household) {
      guard let view = connections[id]?.view else { continue }
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
