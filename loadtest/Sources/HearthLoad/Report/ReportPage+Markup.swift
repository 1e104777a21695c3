extension ReportPage {
  /// A piece of HTML: a literal is markup, and a `String` that is put into it is text and is escaped.
  ///
  /// The type decides what is escaped, so no caller can forget it.
  package struct Markup: ExpressibleByStringInterpolation, Equatable, Sendable {
    /// The HTML.
    package let text: String

    package init(stringLiteral value: String) {
      text = value
    }

    package init(stringInterpolation interpolation: StringInterpolation) {
      text = interpolation.text
    }

    package struct StringInterpolation: StringInterpolationProtocol, Sendable {
      fileprivate var text = ""

      package init(literalCapacity: Int, interpolationCount: Int) {
        text.reserveCapacity(literalCapacity + 16 * interpolationCount)
      }

      package mutating func appendLiteral(_ literal: String) {
        text += literal
      }

      /// Text from outside.
      package mutating func appendInterpolation(_ value: String) {
        for scalar in value.unicodeScalars { Markup.append(scalar, to: &text) }
      }

      package mutating func appendInterpolation(_ value: Int) {
        text += String(value)
      }

      /// A place in a drawing, to a tenth of a unit: finer than a screen shows, and a third of the characters.
      package mutating func appendInterpolation(at place: Double) {
        text += Quantity.plain(place, decimals: 1)
      }

      package mutating func appendInterpolation(_ markup: Markup?) {
        text += markup?.text ?? ""
      }

      package mutating func appendInterpolation(_ pieces: [Markup]) {
        for piece in pieces { text += piece.text }
      }
    }

    /// Appends a character as a text and an attribute's value may hold it.
    private static func append(_ scalar: Unicode.Scalar, to text: inout String) {
      switch scalar {
      case "&": text += "&amp;"
      case "<": text += "&lt;"
      case ">": text += "&gt;"
      case "\"": text += "&quot;"
      case "'": text += "&#39;"
      case "\t", "\n": text.unicodeScalars.append(scalar)
      // XML 1.0, section 2.2, excludes them, even as references.
      case "\u{0}"..."\u{1f}", "\u{7f}"..."\u{9f}", "\u{fffe}", "\u{ffff}": text += "\u{fffd}"
      default: text.unicodeScalars.append(scalar)
      }
    }
  }
}
