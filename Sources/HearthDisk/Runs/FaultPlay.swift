internal import HearthEngine
internal import HearthModel
internal import HearthTesting

/// One run of a script on a disk with one fault, as a hub behaves: it tries again after a full disk, and opens the
/// store again after a failure.
struct FaultPlay {
  enum Ending {
    case unnoticed, wentOn, ended, notOpened
  }

  private let subject: StoreUnderTest
  private let script: StoreScript
  private let check: ImageCheck
  private let fault: DiskFault
  private var step = 0
  /// What the fault has led to so far.
  private(set) var ending = Ending.unnoticed

  init(_ subject: StoreUnderTest, _ script: StoreScript, _ check: ImageCheck, _ fault: DiskFault) {
    (self.subject, self.script, self.check, self.fault) = (subject, script, check, fault)
  }

  private struct Wrong: Error {
    let what: String
  }

  /// Runs the script to its end, or until the disk has failed.
  ///
  /// - Returns: what is wrong; nil when nothing is.
  mutating func run() -> String? {
    do {
      subject.disk.set(fault)
      try open()
      while step < script.steps.count, ending != .ended {
        do {
          try apply()
        } catch let fault as StoreFault {
          try answer(to: fault)
        }
      }
      if ending != .ended { try powerCut(step...step) }
      return nil
    } catch let wrong as Wrong {
      return "step \(step) (\(step < script.steps.count ? script.steps[step].title : "the end")): \(wrong.what)"
    } catch {
      return "step \(step): \(error)"
    }
  }

  private mutating func open() throws {
    do {
      try subject.open()
    } catch is StoreFault {
      ending = .notOpened
      subject.close()
      subject.disk.set(nil)
      try subject.open()
    }
  }

  private mutating func apply() throws {
    let answers = try subject.apply(step)
    guard answers == script.answers[step] else { throw Wrong(what: "the answers are not those of an undisturbed run") }
    step += 1
  }

  // MARK: Faults

  private mutating func answer(to fault: StoreFault) throws {
    if subject.store == nil { return try open() }
    switch fault.kind {
    case .diskFull, .readOnly: try goOn()
    case .failed where isAboutSpace: throw Wrong(what: "no space is told as a failure: \(fault.message)")
    case .failed: try end()
    default: throw Wrong(what: "the fault is told as `\(fault.kind)`: \(fault.message)")
    }
  }

  /// Whether the disk has nothing wrong but that it is full.
  private var isAboutSpace: Bool { fault.call == .write && [.full, .quota].contains(fault.reason) }

  /// How often a step is tried on a disk that may have no space.
  private static let triesWithoutSpace = 2

  /// "Nothing was stored": neither for those who read, nor after a power cut. The same step goes through when the disk
  /// has space again, on the store that is open.
  private mutating func goOn() throws {
    ending = .wentOn
    try powerCut(step...step)
    for _ in 0..<Self.triesWithoutSpace {
      do { return try apply() } catch let fault as StoreFault where fault.kind == .diskFull || fault.kind == .readOnly {
      }
    }
    subject.disk.set(nil)
    try readingGoesOn()
    do {
      try apply()
    } catch let fault as StoreFault {
      throw Wrong(what: "the disk has space again, and the store does not go on: \(fault.message)")
    }
  }

  /// How many steps are tried after a failure.
  private static let triesAfterFailure = 4

  /// Nothing is acknowledged any more, also when the disk seems well; what was acknowledged is on the disk, and the
  /// step that failed is there whole or not at all.
  private mutating func end() throws {
    ending = .ended
    subject.disk.set(nil)
    try readingGoesOn()
    for later in script.steps[step...].indices.prefix(Self.triesAfterFailure) {
      if case .reopen = script.steps[later] { break }
      do {
        try subject.apply(later)
      } catch let fault as StoreFault where fault.kind == .failed {
        continue
      } catch let fault as StoreFault where fault.kind == .unknown && step == 0 {
        // The step that failed would have founded it; who only reads is told that it is not there.
        continue
      } catch {
        throw Wrong(what: "after a failure step \(later) is answered `\(error)`")
      }
      // A replica that is there already is only read.
      if script.steps[later].writesAlways {
        throw Wrong(what: "after a failure step \(later) (\(script.steps[later].title)) is acknowledged")
      }
    }
    let isUnderWay = step < script.steps.count && script.steps[step].changesStore
    try powerCut(step...(isUnderWay ? step + 1 : step))
  }

  private func readingGoesOn() throws {
    guard let store = subject.store else { return }
    for household in script.households {
      let states = try [store as any Store, script.models[step]].map { store in
        try store.read { try $0.household(household) }
      }
      guard states[0] == states[1] else { throw Wrong(what: "what is read of \(household) was never acknowledged") }
    }
  }

  // MARK: Power

  private func powerCut(_ candidates: ClosedRange<Int>) throws {
    var disk = DiskState()
    for operation in subject.disk.operations { disk.advance(operation) }
    for kind in [Survival.Kind.everything, .nothing, .sectors] {
      let survival = Survival(kind, seed: UInt64(fault.first))
      if case .isWrong(let what) = check.verdict(on: disk.image(survival), candidates, seed: survival.seed) {
        throw Wrong(what: "after a power cut (\(survival)): \(what)")
      }
    }
  }
}

extension ScriptStep {
  /// Whether the store has to write, whatever it holds.
  fileprivate var writesAlways: Bool {
    if case .openReplica = self { false } else { true }
  }
}
