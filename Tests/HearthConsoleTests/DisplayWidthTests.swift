import HearthConsole
import Testing

/// How many columns a text takes; a terminal shows it so.
@Suite struct DisplayWidthTests {
  @Test(arguments: [
    ("", 0), ("tasks", 5), ("é", 1), ("e\u{301}", 1), ("a\u{300}\u{301}\u{302}", 1), ("ñandú", 5), ("Müller", 6),
    ("家", 2), ("家族", 4), ("ｆｕｌｌ", 8), ("한국", 4), ("\u{1112}\u{1161}\u{11ab}", 2), ("かな", 4), ("ｶﾅ", 2), ("Ελλάδα", 6),
    ("Семья", 5), ("عائلة", 5), ("👍", 2), ("👍🏽", 2), ("👨‍👩‍👧‍👦", 2), ("🇳🇱", 2), ("❤️", 2), ("❤", 1), ("1️⃣", 2), ("✓", 1),
    ("✗", 1), ("…", 1), ("█", 1), ("🧹", 2), ("🚀", 2), ("⌚", 2), ("\u{200b}", 0), ("\u{7}", 0), ("a\u{200d}b", 2),
  ])
  func `a text takes its columns`(_ text: String, _ columns: Int) {
    #expect(text.displayWidth == columns)
  }

  @Test func `a clipped text fits, and says that it was longer`() {
    let texts = ["", "a", "Afwas doen", "家族の予定表", "👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦", "a家b族c", "e\u{301}e\u{301}e\u{301}"]
    for text in texts {
      for columns in 1...12 {
        let clipped = text.clipped(to: columns)
        #expect(clipped.displayWidth <= columns, "\(text) to \(columns)")
        if text.displayWidth <= columns {
          #expect(clipped == text)
        } else {
          #expect(clipped.last == "…" && text.hasPrefix(clipped.dropLast()))
          // One more character would not fit.
          #expect(clipped.displayWidth >= columns - 1)
        }
      }
    }
  }

  @Test func `controls are made visible, and cannot move the cursor`() {
    #expect("a\u{1b}[2Jb".printable == "a␛[2Jb")
    #expect("a\nb\r\nc\td\u{2028}e".printable == "a b c d e")
    #expect("\u{0}\u{7f}\u{9b}\u{202e}\u{2066}".printable == "␀␡\u{fffd}\u{fffd}\u{fffd}")
    #expect("e\u{301}家👨‍👩‍👧‍👦".printable == "e\u{301}家👨‍👩‍👧‍👦")
  }

  @Test func `no scalar below a space survives`() {
    for value in UInt32(0)..<0xa0 {
      let scalar = Unicode.Scalar(value)!
      for shown in String(scalar).printable.unicodeScalars {
        #expect(shown.properties.generalCategory != .control, "\(value)")
      }
    }
  }
}
