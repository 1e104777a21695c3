import HearthModel
import Testing

/// The laws that hold for every merge rule, whatever the change sets (protocol/merge.md, "The laws").
///
/// One helper for all rules: `converges` for rules whose result is a function of the set of change sets,
/// `keepsHubOrder` for `first` and `claim`.
enum MergeLaws {
  /// Checks P1 and R1: every order that causality allows gives the same state, and a resend changes nothing.
  ///
  /// Two orders that have delivered the same change sets must have the same state, so it is enough to compare where
  /// they meet: 2^n states instead of n! runs, and every order is covered.
  /// - Returns: the state in the end; nil when a law is broken, which has then been recorded.
  static func converges(_ history: History, sourceLocation: SourceLocation = #_sourceLocation) -> RecordState? {
    let schedule = history.schedule
    var states = [RecordState?](repeating: nil, count: schedule.everything + 1)
    states[0] = RecordState(slotCount: history.collection.slots.count)
    for (set, event) in schedule.steps {
      var reached = states[set]!
      do { try reached.take(history.events[event], history.collection) } catch {
        Issue.record("[\(event)] was refused: \(error)\n\(history)", sourceLocation: sourceLocation)
        return nil
      }
      let target = set | 1 << event
      if let known = states[target] {
        guard known != reached else { continue }
        Issue.record(
          "the order matters: with [\(event)] last \(reached), otherwise \(known)\n\(history)",
          sourceLocation: sourceLocation)
        return nil
      }
      guard resendChangesNothing(history, target, reached, sourceLocation) else { return nil }
      states[target] = reached
    }
    return states[schedule.everything]
  }

  private static func resendChangesNothing(
    _ history: History, _ set: Int, _ state: RecordState, _ sourceLocation: SourceLocation
  ) -> Bool {
    for (position, event) in history.events.enumerated() where set & 1 << position != 0 {
      var again = state
      guard (try? again.take(event, history.collection)) != nil, again == state else {
        Issue.record(
          "a resend of [\(position)] changed \(state) to \(again)\n\(history)", sourceLocation: sourceLocation)
        return false
      }
    }
    return true
  }
}

extension MergeLaws {
  /// Checks the law of the hub's order for a single `first` or `claim` slot in every order that causality allows: the
  /// write that holds the field stays, but for the reasons that the rule's rows name; a refusal changes nothing; a
  /// resend changes nothing.
  ///
  /// - Returns: how many orders were run; nil when the law is broken, which has then been recorded.
  static func keepsHubOrder(_ history: History, sourceLocation: SourceLocation = #_sourceLocation) -> Int? {
    guard case .register(let rule) = history.collection.rules[0] else { return nil }
    var run = HubOrderRun(history: history, rule: rule)
    run.visit(RecordState(slotCount: 1), [], 0)
    if let fault = run.fault {
      Issue.record("\(fault)\n\(history)", sourceLocation: sourceLocation)
      return nil
    }
    return run.orders
  }
}

/// A walk through all orders of one history.
private struct HubOrderRun {
  let history: History
  let rule: RegisterRule
  var orders = 0
  var fault: String?

  /// - Parameters:
  ///   - accepted: the events that were taken in, in order.
  ///   - decided: the events that were delivered, taken in or refused.
  mutating func visit(_ state: RecordState, _ accepted: [Int], _ decided: Int) {
    guard fault == nil else { return }
    checkResends(state, accepted)
    if decided == history.schedule.everything { orders += 1 }
    for event in history.schedule.next(after: decided) {
      var reached = state
      do {
        try reached.take(history.events[event], history.collection)
        checkAccepted(history.events[event], from: holder(state), to: holder(reached))
        visit(reached, accepted + [event], decided | 1 << event)
      } catch {
        checkRefused(history.events[event], error.refusal, holder(state))
        if reached != state { fault = "a refusal of [\(event)] changed the state" }
        visit(state, accepted, decided | 1 << event)
      }
    }
  }

  /// The write that is shown, when it holds the field: null does not.
  private func holder(_ state: RecordState) -> Write? {
    guard case .register(let register) = state.slots[0], let winner = register.resolve(by: rule.preference)?.winner
    else { return nil }
    return winner.value?.isNull == false ? winner : nil
  }

  private mutating func checkResends(_ state: RecordState, _ accepted: [Int]) {
    for event in accepted {
      var again = state
      guard (try? again.take(history.events[event], history.collection)) != nil, again == state else {
        fault = "a resend of [\(event)] changed \(state) to \(again)"
        return
      }
    }
  }

  private mutating func checkAccepted(_ event: Event, from held: Write?, to holder: Write?) {
    guard let held, held != holder else { return }
    let isByEvent = holder == nil || holder?.author == event.author
    if !isByEvent || !mayRevise(event, held) { fault = "\(event.author.dot) revised \(held) to \(holder as Write?)" }
  }

  private func mayRevise(_ event: Event, _ held: Write) -> Bool {
    if event.author.rank == .hub { return true }
    switch rule.mode {
    case .claim: return event.seen.covers(held.author.dot)
    case .first: return rule.isRanked && event.author.rank > held.author.rank && !event.seen.covers(held.author.dot)
    case .latest, .immutable: return true
    }
  }

  private mutating func checkRefused(_ event: Event, _ refusal: MergeRefusal, _ held: Write?) {
    let hasSeenHolder = held.map { event.seen.covers($0.author.dot) }
    let isRight =
      switch (rule.mode, refusal) {
      case (.first, .alreadySet(let holder)): holder == held && hasSeenHolder == true
      case (.claim, .alreadyClaimed(let holder)): holder == held && hasSeenHolder == false
      default: false
      }
    if !isRight { fault = "\(event.author.dot) was refused with \(refusal) while \(held as Write?) held the field" }
  }
}
