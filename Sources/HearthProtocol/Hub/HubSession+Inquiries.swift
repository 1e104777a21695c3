package import HearthModel

// Questions about what was decided (protocol/wire.md, section 16): one at a time, so that a device that asks much costs
// the hub one reader and itself its own patience.

extension HubSession {
  mutating func asked(_ id: UInt64, _ inquiry: Inquiry, _ progress: Progress) -> [Directive] {
    guard progress.inquiry == nil else {
      return fail(.windowExceeded, "One question at a time: wait for the answer to the one before.")  // I5
    }
    var progress = progress
    progress.inquiry = id
    state = .live(progress)
    return [.inquire(inquiry)]
  }

  /// A question has been answered.
  package mutating func answered(_ answer: Answer) -> [Directive] {
    switch state {
    case .live(var progress):
      guard let id = progress.inquiry else { preconditionFailure("an answer to no question") }
      progress.inquiry = nil
      state = .live(progress)
      return [.send(.answer(id, answer))]
    case .leaving, .closed: return []  // The device asks again on its next connection.
    case .awaitingHello, .authenticating, .catchingUp:
      preconditionFailure("a question was answered in the state \(state), in which none can have been asked")
    }
  }
}
