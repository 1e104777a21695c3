/// A page of HTML that shows what load tests have measured.
///
/// One file that needs neither a network nor a script: it reads the same when it is attached to a mail, opened on a
/// phone or printed. It is well-formed XML as well.
package struct ReportPage: Sendable {
  private let sections: [Section]

  /// A page about these runs; the others are compared with the first.
  package init(_ reports: [RunReport]) {
    sections = reports.enumerated().map { Section(number: $0 + 1, report: $1) }
  }

  /// The whole page.
  package var html: String {
    Self.frame(title: title, heading: heading, footer: Self.legend) {
      """
      \(comparison)
      \(sections.map(\.markup))
      """
    }
  }

  /// What a browser shows on the tab.
  private var title: String {
    sections.count == 1 ? "\(heading): \(sections[0].report.setup.profile)" : heading
  }

  private var heading: String {
    switch sections.count {
    case 0: "Hearth load test: no runs"
    case 1: "Hearth load test"
    default: "Hearth load test: \(sections.count) runs"
    }
  }

  private var comparison: Markup? {
    sections.count > 1 ? Comparison(sections: sections).markup : nil
  }

  /// How the figures are to be read; people who did not run the test read them too.
  private static let legend: Markup = """
    <footer>
    <h2>How to read this</h2>
    <p>Devices of a household write <em>change sets</em>; the hub decides each, which is its <em>outcome</em>, and hands
    it to the household’s other devices. Times run from the moment a change set was <em>due</em>, not from when it was
    sent: while a hub stalls, what has to wait counts as late. Percentiles say how many of 100 took at most so long:
    99 % within 20 ms means that one in 100 took longer. CPU is user and system time; 1 core is one core busy
    throughout. A run has <em>converged</em> when every device ended with what the hub has, and the hub with all that
    it acknowledged.</p>
    </footer>
    """
}
