/// The words of a text, as an index of words keeps them.
public enum IndexWords {
  /// Scalars of a word that count; what is longer is found by its beginning.
  public static let scalarsMax = 64

  /// The different words in small letters, ascending: runs of letters, digits and the marks that belong to them.
  public static func words(of text: String) -> [String] {
    var words = Set<String>()
    var word = String.UnicodeScalarView()
    for scalar in text.lowercased().unicodeScalars {
      if isPartOfWord(scalar) {
        if word.count < scalarsMax { word.append(scalar) }
      } else if !word.isEmpty {
        words.insert(String(word))
        word = String.UnicodeScalarView()
      }
    }
    if !word.isEmpty { words.insert(String(word)) }
    return words.sorted()
  }

  private static func isPartOfWord(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
      .letterNumber, .otherNumber, .nonspacingMark, .spacingMark:
      true
    default: false
    }
  }
}
