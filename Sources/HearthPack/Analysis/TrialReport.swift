package import HearthModel

/// What a trial found: everything that was asked, in the order in which the hub asks, and the answer.
package struct TrialReport {
  package var lines: [Line] = []
  package var answer: Answer = .accepted

  /// What becomes of the change.
  package enum Answer: Equatable {
    case accepted
    case refused(RejectionCode, rule: String?, message: String, failed: [String])
    /// It depends on what the file does not say: these questions have no answer.
    case undecided([String])
  }

  /// Something that was asked, or that follows.
  package struct Line {
    package let kind: Kind
    package let name: String
    /// What was asked, as the pack has it.
    package let text: String
    /// Whether it holds; nil when the file does not say enough, and for what is no question.
    package let holds: Bool?
    package let steps: [Step]

    init(_ kind: Kind, _ name: String, _ text: String, _ holds: Bool?, steps: [Step] = []) {
      self.kind = kind
      self.name = name
      self.text = text
      self.holds = holds
      self.steps = steps
    }
  }

  /// What kind of line it is.
  package enum Kind: String {
    case session
    case shape
    case sight
    case grant
    case move
    case by
    case need
    case sets
    case check
    /// For the hub to ask.
    case later
    case effect
    case writes
  }

  /// A part of an expression and its value.
  package struct Step {
    package let text: String
    /// Nil when the value is not known here.
    package let value: String?
    /// Whether the part was needed at all.
    package let isAsked: Bool
    package let parts: [Step]
  }
}
