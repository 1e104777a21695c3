internal import HearthConsole

/// The progress bar of a run.
struct RunProgress {
  private let name: String
  private let terminal = Terminal.standardError()
  private var bar: ProgressBar?
  private var title = ""

  init(_ name: String) {
    self.name = name
  }

  mutating func show(_ stage: LoadRun.Stage) {
    switch stage {
    case .founding(let done, let total): show("\(name): founding", done, of: total)
    case .connecting(let total): show("\(name): connecting", 0, of: total)
    case .running(let elapsed, let length, let second):
      let note =
        "\(second.decided)/s, p99 \(Int(second.outcomeP99.rounded())) ms, hub \(Int(second.hubCPU * 100)) % of a core"
      show("\(name): running", Int(elapsed * 10), of: Int(length * 10), note)
    case .settling: show("\(name): settling", 0, of: 1)
    case .checking(let done, let total): show("\(name): checking", done, of: total)
    }
  }

  func finish() {
    bar?.finish()
  }

  private mutating func show(_ title: String, _ done: Int, of total: Int, _ note: String = "") {
    if title != self.title {
      bar?.finish()
      bar = ProgressBar(title, total: total, terminal: terminal)
      self.title = title
    }
    bar?.update(done, note: note)
  }
}
