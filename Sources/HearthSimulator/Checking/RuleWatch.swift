internal import HearthEngine
internal import HearthModel

/// Compares the hub's verdicts, and what follows from them, with a pack's rules written down a second time.
enum RuleWatch {
  /// Days in Amsterdam in winter, where FamQuest's families live.
  static let day: @Sendable (Instant) -> Day = {
    Day(rawValue: Int32(($0.milliseconds + 3_600_000) / 86_400_000))
  }

  /// Codes that say that a change set makes no sense in itself: of these the second implementation knows nothing.
  private static let shapes: Set<String> = [
    "unreadable", "unknownCollection", "unknownField", "wrongType", "inconsistent", "required", "tooLarge", "overflow",
  ]

  /// Lets the second implementation decide what the hub decided.
  ///
  /// - Parameter oracle: becomes nil when something happens that it does not know of.
  static func judge(
    _ entry: ChangeEntry, isFormer: Bool, _ pack: Pack, _ oracle: inout Oracle?, _ place: String
  ) throws {
    guard oracle != nil else { return }
    let dot = entry.dot
    let isFounding = dot == Dot(.hub, 1)
    // A day that begins, another time zone, and what makes room for others are not in it.
    if !isFounding, dot.replica == .hub || touchesZone(entry, pack) || takesOver(entry, pack) { return oracle = nil }
    guard !isFormer else { return oracle!.skip(dot) }
    if case .rejected(let rejection) = entry.verdict, shapes.contains(rejection.code.name) {
      return oracle!.skip(dot)
    }
    let faults = oracle!.decide(Oracle.Submission(entry, in: pack))
    guard case .rejected(let rejection) = entry.verdict else {
      if let fault = faults.first { throw Violation(.authority, place, "was taken in, although \(fault)") }
      return
    }
    let rule = rejection.rule.map { " \($0)" } ?? ""
    // Of several things that are wrong with a change set the hub may name any; which is for the tests of the rules.
    guard !faults.isEmpty else {
      throw Violation(
        .authority, place,
        "was refused \(rejection.code.name)\(rule), although nothing forbids it: \(rejection.message)")
    }
  }

  /// Whether records of a collection make room for others, of which the second implementation knows nothing.
  private static func takesOver(_ entry: ChangeEntry, _ pack: Pack) -> Bool {
    entry.changeSet.changes.contains { change in
      pack.collection(change.collection)?.behavior.uniques.contains { $0.policy == .takeOver } ?? false
    }
  }

  private static func touchesZone(_ entry: ChangeEntry, _ pack: Pack) -> Bool {
    entry.changeSet.changes.contains { change in
      change.collection == pack.householdCollection && change.edits.contains { $0.field == pack.zoneField }
    }
  }

  /// Compares all that the hub has.
  static func compare(_ oracle: Oracle?, _ store: any Store, _ household: HouseholdID, _ pack: Pack) throws {
    guard let oracle else { return }
    let picture = try HubPicture(store, household, pack)
    if let difference = oracle.difference(from: picture) { throw Violation(.oneFate, "\(household)", difference) }
    if let broken = picture.brokenInvariant { throw Violation(.authority, "\(household)", broken) }
  }
}
