extension String {
  /// Columns that the text takes on a terminal.
  ///
  /// A grapheme cluster takes two columns when it is East Asian wide or an emoji, none when it only combines or
  /// controls, else one (Unicode Standard Annex #11). Names of families are in every script; counting characters would
  /// bend tables.
  package var displayWidth: Int {
    reduce(0) { $0 + $1.displayWidth }
  }

  /// The text, or as much of its beginning as fits with `…` into so many columns.
  package func clipped(to columns: Int) -> String {
    guard displayWidth > columns else { return self }
    var (text, width) = ("", 0)
    for character in self {
      guard width + character.displayWidth < columns else { break }
      text.append(character)
      width += character.displayWidth
    }
    return text + "…"
  }

  /// The text on one line, with controls made visible.
  ///
  /// What other devices typed is printed here: an escape sequence in a title must not move the cursor or clear the
  /// screen.
  package var printable: String {
    var text = String.UnicodeScalarView()
    for character in self {
      if character.isNewline || character == "\t" {
        text.append(" ")
      } else {
        text.append(contentsOf: character.unicodeScalars.map(\.printable))
      }
    }
    return String(text)
  }
}

extension Unicode.Scalar {
  /// Itself, or its picture of the block Control Pictures.
  fileprivate var printable: Unicode.Scalar {
    switch value {
    case 0..<0x20: Unicode.Scalar(0x2400 + value) ?? "\u{fffd}"
    case 0x7f: "\u{2421}"
    case 0x80..<0xa0: "\u{fffd}"
    // Overrides of the direction would turn the rest of a line round.
    case 0x202a...0x202e, 0x2066...0x2069: "\u{fffd}"
    default: self
    }
  }
}

extension Character {
  fileprivate var displayWidth: Int {
    guard let first = unicodeScalars.first else { return 0 }
    let properties = first.properties
    switch properties.generalCategory {
    case .control, .format, .nonspacingMark, .enclosingMark: return 0
    default: break
    }
    // A joiner also stands in Indic conjuncts, where it makes nothing wide.
    let isJoinedEmoji = properties.isEmoji && unicodeScalars.contains("\u{200d}")
    let isEmoji = properties.isEmojiPresentation || unicodeScalars.contains("\u{fe0f}") || isJoinedEmoji
    return isEmoji || Self.wide.contains { $0.contains(first.value) } ? 2 : 1
  }

  /// The blocks whose East Asian Width is W or F.
  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115f, 0x2e80...0x303e, 0x3041...0x33ff, 0x3400...0x4dbf, 0x4e00...0x9fff, 0xa000...0xa4cf,
    0xa960...0xa97f, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f, 0xff01...0xff60, 0xffe0...0xffe6,
    0x1f300...0x1f64f, 0x1f900...0x1f9ff, 0x20000...0x3fffd,
  ]
}
