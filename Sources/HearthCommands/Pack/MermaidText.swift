internal import HearthPack

/// Diagrams in the language of mermaid.js.org.
enum MermaidText {
  /// Collections, their fields and references.
  static func entities(_ picture: PackPicture) -> String {
    var text = "erDiagram\n"
    for collection in picture.collections {
      text += "  \(collection.name) {\n"
      for field in collection.fields { text += "    \(type(field)) \(field.name)\(mark(field))\n" }
      text += "  }\n"
    }
    for collection in picture.collections {
      for field in collection.fields {
        guard let target = field.target else { continue }
        // One target, perhaps one, or many; always any number of records that point to it.
        let link = field.isSet ? "}o--o{" : field.isNullable ? "|o--o{" : "||--o{"
        text += "  \(target) \(link) \(collection.name) : \(field.name)\n"
      }
    }
    return text
  }

  /// The moves of one field.
  static func states(_ moves: [PackPicture.Move], start: String) -> String {
    var text = "stateDiagram-v2\n"
    var known = Set<String>()
    for state in moves.flatMap({ split($0.from) + split($0.to) }) where known.insert(state).inserted {
      if name(state) != state { text += "  state \"\(state)\" as \(name(state))\n" }
    }
    if !start.isEmpty { text += "  [*] --> \(name(start))\n" }
    for move in moves {
      for from in split(move.from) {
        for to in split(move.to) { text += "  \(name(from)) --> \(name(to)) : \(move.name)\n" }
      }
    }
    return text
  }

  private static func split(_ pattern: String) -> [String] {
    // A member is what is set.
    pattern == "member" ? ["set"] : pattern.split(separator: " or ").map(String.init)
  }

  /// Words of Mermaid and names with signs get another name.
  private static func name(_ state: String) -> String {
    let isPlain = state.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
    return isPlain && !["end", "state", "note", "direction"].contains(state)
      ? state : "s_" + state.map { $0.isLetter || $0.isNumber ? String($0) : "_" }.joined()
  }

  /// The type without bounds: Mermaid takes one word.
  private static func type(_ field: PackPicture.Field) -> String {
    String(field.type.prefix { $0.isLetter || $0.isNumber })
  }

  private static func mark(_ field: PackPicture.Field) -> String { field.target == nil || field.isSet ? "" : " FK" }
}
