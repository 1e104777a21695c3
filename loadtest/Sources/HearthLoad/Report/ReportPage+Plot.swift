extension ReportPage {
  /// Lines over a common pair of axes, drawn as SVG.
  struct Plot: Sendable {
    struct Point: Sendable {
      var x: Double
      /// Nil where nothing was measured: the line has a gap there.
      var y: Double?
    }

    struct Line: Sendable {
      var name: String
      /// The class that gives the colour.
      var colour: String
      /// Dashes tell lines apart where colours do not: on grey paper, and to people who do not see them.
      var isDashed = false
      var points: [Point]
    }

    /// What stands above the plot while the pointer is near a place.
    struct Readout: Sendable {
      var x: Double
      var title: String
      /// What is said about lines, in their colours.
      typealias Values = [(colour: String, text: String)]
      var values: Values
    }

    var x: Axis
    var y: Axis
    var lines: [Line]
    var readouts: [Readout]
    /// Whether what lies below 0 is marked as warming up.
    var hasWarmup = false
    /// Whether the plot below has the same x axis and says what it shows.
    var isContinued = false
    var height = 300.0
    /// What the plot says, to who does not see it.
    var summary: String

    /// Measures of the drawing. It is scaled to the page's width; letters grow on phones, so the margins have room.
    private static let (width, left, right, top) = (560.0, 58.0, 16.0, 32.0)
    private var bottom: Double { isContinued ? 24 : 46 }

    var markup: Markup {
      """
      <svg viewBox="0 0 \(at: Self.width) \(at: height)" role="img" aria-label="\(summary)">
      \(warmup)\(yTicks)\(xTicks)
      <text class="unit" x="4" y="14">\(y.title)</text>
      <text class="unit" x="\(at: (Self.left + Self.width - Self.right) / 2)" y="\(at: height - 5)" \
      text-anchor="middle">\(isContinued ? "" : x.title)</text>
      \(lines.map(line))
      \(isEmpty ? nothing : "")\(slices)
      </svg>

      """
    }

    private var isEmpty: Bool {
      !lines.contains { $0.points.contains { $0.y?.isFinite ?? false } }
    }

    private func horizontal(_ value: Double) -> Double {
      Self.left + x.position(of: value) * (Self.width - Self.left - Self.right)
    }

    private func vertical(_ value: Double) -> Double {
      floor - y.position(of: value) * (floor - Self.top)
    }

    private var floor: Double { height - bottom }
  }
}

extension ReportPage.Plot {
  private var warmup: ReportPage.Markup? {
    guard hasWarmup, x.range.lowerBound < 0 else { return nil }
    let width = horizontal(0) - Self.left
    // Narrower than its name it is explained below the plot alone.
    let name: ReportPage.Markup = """
      <text class="quiet" x="\(at: Self.left + width / 2)" y="\(at: Self.top + 14)" text-anchor="middle">warm-up</text>
      """
    return """
      <rect class="warmup" x="\(at: Self.left)" y="\(at: Self.top)" width="\(at: width)" \
      height="\(at: floor - Self.top)"/>\(width > 80 ? name : "")
      """
  }

  private var yTicks: [ReportPage.Markup] {
    y.ticks.map { tick in
      let place = vertical(tick.value)
      return """
        <path class="grid" d="M\(at: Self.left) \(at: place)H\(at: Self.width - Self.right)"/>\
        <text x="\(at: Self.left - 7)" y="\(at: place + 4)" text-anchor="end">\(tick.label)</text>

        """
    }
  }

  private var xTicks: [ReportPage.Markup] {
    x.ticks.map { tick in
      let place = horizontal(tick.value)
      return """
        <path class="grid" d="M\(at: place) \(at: Self.top)V\(at: floor + 4)"/>\
        <text x="\(at: place)" y="\(at: floor + 19)" text-anchor="middle">\(tick.label)</text>

        """
    }
  }

  private func line(_ line: Line) -> ReportPage.Markup {
    "<path class=\"line \(line.colour)\(line.isDashed ? " dashed" : "")\" d=\"\(path(line.points))\"/>\n"
  }

  /// The drawing commands, without points that are nearer to the one before than a screen shows.
  private func path(_ points: [Point]) -> ReportPage.Markup {
    var steps = [ReportPage.Markup]()
    var last: (x: Double, y: Double)?
    for (index, point) in points.enumerated() {
      guard let value = point.y, value.isFinite, point.x.isFinite else {
        last = nil
        continue
      }
      let place = (x: horizontal(point.x), y: vertical(value))
      if let last {
        let isNear = abs(place.x - last.x) < 0.5 && abs(place.y - last.y) < 0.5
        if isNear, index < points.count - 1 { continue }
        steps.append("L\(at: place.x) \(at: place.y)")
      } else {
        // A line without length is a dot, so that a point between two gaps is seen.
        steps.append("M\(at: place.x) \(at: place.y)h0")
      }
      last = place
    }
    return "\(steps)"
  }

  private var nothing: ReportPage.Markup {
    let (x, y) = ((Self.left + Self.width - Self.right) / 2, (Self.top + floor) / 2)
    return """
      <text class="quiet" x="\(at: x)" y="\(at: y)" text-anchor="middle">nothing measured</text>
      """
  }

  /// Strips side by side, each with the values at its place, shown by the style sheet under the pointer or finger.
  private var slices: [ReportPage.Markup] {
    let places = readouts.map { horizontal($0.x) }
    return readouts.indices.map { index in
      let place = places[index]
      let low = index == 0 ? Self.left : (places[index - 1] + place) / 2
      let high = index == places.count - 1 ? Self.width - Self.right : (place + places[index + 1]) / 2
      return """
        <g class="slice"><rect x="\(at: low)" y="\(at: Self.top)" width="\(at: high - low)" \
        height="\(at: floor - Self.top)"/><path d="M\(at: place) \(at: Self.top)V\(at: floor)"/>\
        <text x="\(at: Self.width - Self.right)" y="14" text-anchor="end">\(text(readouts[index]))</text></g>

        """
    }
  }

  private func text(_ readout: Readout) -> ReportPage.Markup {
    // An em's space between them: SVG makes one of all spaces that follow one another.
    let values = readout.values.map { colour, text in
      "\u{2003}<tspan class=\"\(colour)\">\(text)</tspan>" as ReportPage.Markup
    }
    return "\(readout.title)\(values)"
  }
}
