extension Access.Verb {
  /// What a change has to have the right for.
  package init(_ kind: RecordChange.Kind) {
    switch kind {
    case .create: self = .create
    case .update: self = .update
    case .delete, .restore: self = .delete
    }
  }
}

extension Scene {
  /// Where a grant has to apply: a creation is judged on the result, an update before and after, so that nobody takes
  /// or hands over what is not theirs, and a delete on what was.
  package func all(for verb: Access.Verb) -> [Scene] {
    switch verb {
    case .create: [self]
    case .update: [before, self]
    case .delete, .read: [before]
    }
  }
}
