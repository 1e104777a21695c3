internal import Foundation

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Where output goes, and what it can show.
package struct Terminal: Sendable {
  /// Whether a person looks at it, rather than a pipe or a file.
  package let isInteractive: Bool
  /// Whether colours are shown: on a terminal, unless `NO_COLOR` is set (no-color.org) or `TERM` is `dumb`.
  package let hasColour: Bool
  /// Columns.
  package let width: Int

  package init(isInteractive: Bool, hasColour: Bool, width: Int = 100) {
    self.isInteractive = isInteractive
    self.hasColour = hasColour
    self.width = width
  }

  /// Plain text, as for files.
  package static let plain = Terminal(isInteractive: false, hasColour: false)

  /// The process's standard output.
  package static func standardOutput(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> Terminal {
    Terminal(descriptor: STDOUT_FILENO, environment)
  }

  /// The process's standard error, where progress is shown.
  package static func standardError(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> Terminal {
    Terminal(descriptor: STDERR_FILENO, environment)
  }

  private init(descriptor: Int32, _ environment: [String: String]) {
    let isInteractive = isatty(descriptor) == 1
    let isDumb = environment["TERM"] == "dumb"
    let isRefused = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
    var size = winsize()
    let isKnown = ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    self.init(
      isInteractive: isInteractive, hasColour: isInteractive && !isDumb && !isRefused,
      width: isKnown ? Int(size.ws_col) : 100)
  }

  /// The colours and weights that are used, by what they mean.
  package enum Style: String, Sendable {
    case good = "32"
    case bad = "31"
    case warning = "33"
    case quiet = "2"
    case strong = "1"
    case name = "36"
  }

  /// The text in a style, or as it is where there are no colours.
  package func styled(_ text: String, _ style: Style) -> String {
    hasColour && !text.isEmpty ? "\u{1b}[\(style.rawValue)m\(text)\u{1b}[0m" : text
  }
}
