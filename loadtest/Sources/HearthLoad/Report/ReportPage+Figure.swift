extension ReportPage {
  /// Plots below one another with a title, what their lines mean, and what else is to be known about them.
  struct Figure: Sendable {
    var title: String
    var note: String
    var plots: [Plot]

    var markup: Markup {
      """
      <figure>
      <figcaption><h4>\(title)</h4>
      <ul class="legend">\(plots.flatMap(\.lines).map(entry))</ul></figcaption>
      \(plots.map(\.markup))
      \(note.isEmpty ? "" : explanation)</figure>

      """
    }

    private var explanation: Markup {
      "<p class=\"note\">\(note)</p>\n"
    }

    private func entry(_ line: Plot.Line) -> Markup {
      "<li><span class=\"key \(line.colour)\(line.isDashed ? " dashed" : "")\"></span>\(line.name)</li>"
    }
  }
}
