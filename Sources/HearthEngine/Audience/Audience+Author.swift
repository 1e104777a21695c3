internal import HearthModel

// What the author of a change set is told passes through the author's own view: nobody learns by writing what may not
// be read.

extension Audience {
  /// What an author sees; nil for the hub and where everybody sees everything.
  func view(of submission: Submission, _ records: @escaping Lookup) throws -> View? {
    guard !isOpen, let member = submission.member, let device = submission.device else { return nil }
    let standing = try standing(of: member, in: submission.household, records) ?? .gone
    return View(self, standing, member: member, device: device)
  }

  /// A verdict as its author may see it. What is stored keeps everything, for those who may.
  func shown(_ verdict: Outcome.Verdict, to submission: Submission, _ work: WorkingSet) throws -> Outcome.Verdict {
    guard verdict != .accepted, let view = try view(of: submission, { try work.state(of: $0) }) else { return verdict }
    let visible = { (collection: CollectionNumber, record: RecordID, followsDeleted: Bool) throws -> FieldSet? in
      let key = RecordKey(submission.household, collection, record)
      guard self[collection]?.isOpen == false, let state = try work.state(of: key) else { return nil }
      return try view.fields(of: key, state, followsDeleted: followsDeleted) { try work.state(of: $0) }
    }
    switch verdict {
    case .accepted: return verdict
    case .merged(let decisions):
      let shown = try decisions.filter { decision in
        // That a record went with what it belongs to is told to those whose it was.
        let isOfLife = decision.conflict.subject == .record
        guard let fields = try visible(decision.collection, decision.record, isOfLife) else { return true }
        return !fields.isEmpty && decision.conflict.isVisible(in: fields)
      }
      return shown.isEmpty ? .accepted : .merged(shown)
    case .rejected(let rejection):
      guard let collection = rejection.collection, let record = rejection.record,
        let fields = try visible(collection, record, false)
      else { return verdict }
      return .rejected(rejection.cut(to: fields))
    }
  }
}

extension Rejection {
  /// The rejection as far as these fields of its record go.
  fileprivate func cut(to fields: FieldSet) -> Rejection {
    if !fields.isEmpty, field.map({ fields.contains($0) }) ?? true { return self }
    // The sentence about a limit names what the field would have come to.
    let isTelling = code == .limitExceeded && rule == nil
    return Rejection(
      code, collection: collection, record: record, field: field,
      message: isTelling ? "The field would leave its limits." : message, holder: nil, rule: rule, failed: failed)
  }
}
