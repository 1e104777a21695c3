/// Splits a command into words: spaces separate, quotes keep together, a backslash takes the next character as it is.
enum CommandWords {
  struct Fault: Error {
    let message: String
  }

  static func split(_ line: String) throws(Fault) -> [String] {
    var words = [String]()
    var word = ""
    var isInWord = false
    var quote: Character?
    var characters = line[...]
    while let character = characters.popFirst() {
      switch (character, quote) {
      case ("\\", _) where quote != "'":
        guard let next = characters.popFirst() else { throw Fault(message: "The line ends behind a backslash.") }
        word.append(next)
        isInWord = true
      case (let other, let open?):
        if other == open { quote = nil } else { word.append(other) }
      case ("'", nil), ("\"", nil):
        quote = character
        isInWord = true
      case ("#", nil) where !isInWord: characters = ""
      case (let space, nil) where space.isWhitespace:
        if isInWord { words.append(word) }
        (word, isInWord) = ("", false)
      case (let other, nil):
        word.append(other)
        isInWord = true
      }
    }
    guard quote == nil else { throw Fault(message: "A quote is not closed.") }
    if isInWord { words.append(word) }
    return words
  }
}
