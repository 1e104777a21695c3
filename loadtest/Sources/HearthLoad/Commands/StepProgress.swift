internal import HearthConsole

/// The progress bar of work that consists of steps with titles.
final class StepProgress {
  private let terminal = Terminal.standardError()
  private var bar: ProgressBar?
  private var title = ""

  func show(_ title: String, _ share: Double) {
    if title != self.title {
      bar?.finish()
      bar = ProgressBar(title, total: 100, terminal: terminal)
      self.title = title
    }
    bar?.update(Int(share * 100))
  }

  func finish() {
    bar?.finish()
  }
}
