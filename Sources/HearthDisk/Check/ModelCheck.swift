internal import HearthEngine
internal import HearthMemory
internal import HearthModel

/// Compares what can be asked of a store with what the model holds after so many steps, byte for byte.
struct ModelCheck {
  let script: StoreScript
  let step: Int

  private var model: MemoryStore { script.models[step] }

  /// What differs; empty when nothing does.
  func differences(_ store: any Store) throws -> [String] {
    var found = [String]()
    let entries = try model.households()
    if try store.households() != entries { found.append("the list of households") }
    for household in entries.map(\.id) { found += try differences(store, household) }
    let holders = try [store, model].map { store in
      try store.read { reader in try script.uniques.map { try reader.holder(of: $0) } }
    }
    if holders[0] != holders[1] { found.append("the holders of unique values") }
    let marks = try [store, model].map { try $0.catalogueMark(of: entries.first?.app ?? "") }
    if marks[0] != marks[1] { found.append("the mark of the catalogue") }
    return found
  }

  private func differences(_ store: any Store, _ household: HouseholdID) throws -> [String] {
    var found = [String]()
    let pages = try [store, model].map { store in
      try store.changedRecords(of: household, after: .zero, bytesMax: .max)
    }
    let records = pages.map { page in
      page.entries.map { "\($0.revision) \($0.collection) \($0.record) \($0.state.encoded)" }
    }
    if records[0] != records[1] { found.append("records of \(household)") }
    if pages[0].through != pages[1].through { found.append("the end of the page of \(household)") }
    let states = try [store, model].map { store in try store.read { try $0.household(household) } }
    if states[0] != states[1] { found.append("state of \(household)") }
    let devices = try [store, model].map { try $0.devices(of: household) }
    if devices[0] != devices[1] { found.append("devices of \(household)") }
    if try changes(store, household) != changes(model, household) { found.append("change sets of \(household)") }
    if try remnants(store, household) != remnants(model, household) { found.append("remnants of \(household)") }
    let references = try [store, model].map { store in
      try store.read { reader in try pages[1].entries.map { try reader.referrers(household, to: $0.record) } }
    }
    if references[0] != references[1] { found.append("references of \(household)") }
    return found
  }

  private func changes(_ store: any Store, _ household: HouseholdID) throws -> [ChangeEntry?] {
    try store.read { reader in try dots(household, reader).map { try reader.change(household, $0) } }
  }

  private func remnants(_ store: any Store, _ household: HouseholdID) throws -> [Remnant?] {
    try store.read { reader in try dots(household, reader).map { try reader.remnant(household, $0) } }
  }

  /// The dots of all that was decided.
  private func dots(_ household: HouseholdID, _ reader: any StoreReader) throws -> [Dot] {
    guard let state = try reader.household(household) else { return [] }
    return state.replicas.sorted { $0.key < $1.key }.flatMap { replica, progress in
      (0..<progress.counter).map { Dot(replica, $0 + 1) }
    }
  }

  /// Sends change sets again, and compares what their authors are told; nothing is written.
  ///
  /// - Parameter sample: of the change sets of the first steps.
  func resent(_ sample: [Submission], to store: any Store) throws -> [String] {
    let answers = try [store, model].map { store in
      try store.read { reader in
        try sample.map { submission in
          try script.engine.decide([submission], reader: reader, now: StoreScript.now(script.steps.count))
            .results.map(\.answer)
        }
      }
    }
    return zip(sample, zip(answers[0], answers[1])).compactMap { submission, answers in
      guard answers.0 != answers.1 else { return nil }
      return "a resend of counter \(submission.changeSet.counter) of replica \(submission.replica) of "
        + "\(submission.household) is answered \(answers.0), expected \(answers.1)"
    }
  }
}
