internal import HearthPack

extension ErrorCatalog {
  /// Mistakes in what a pack says of rights, rules, moves and effects.
  static let rulePages = rules.map { number, name, meaning, remedy in
    Page(number: number, name: name, meaning: meaning, remedy: remedy, document: "docs/reference/pack-errors.md")
  }

  /// What `hearth pack check` finds in a pack of which every line is right.
  static let reviewPages = Finding.Code.allCases.map { code in
    let (meaning, remedy) = code.words
    return Page(
      number: code.rawValue, name: code.name, meaning: meaning, remedy: remedy, document: "docs/guides/write-a-pack.md")
  }

  private static let rules = [
    ("P308", "period", "`per` does not fit the field or the one it names.", "Name a field that the hub writes."),
    ("P501", "expression", "An expression breaks the grammar.", "Correct it at the place named."),
    (
      "P502", "name here", "An expression does not have this name at this place.",
      "Section 8.2 of the language has all."
    ),
    ("P503", "types", "The types of an expression do not fit.", "Compare values of one type; nothing is converted."),
    (
      "P504", "null", "A value may be null where null has no meaning.",
      "Ask first whether it is set, or say `otherwise`."
    ),
    ("P505", "overflow", "A number could leave 64 bits, or a divisor be 0.", "Give the fields ranges, or use `clamp`."),
    ("P506", "cost", "An expression could cost too much.", "Give the text or the set a smaller maximum."),
    ("P601", "no rights", "A collection does not say who may what.", "Add `access`, or `open: true` to the pack."),
    ("P602", "who", "A name of `who` means something else already.", "Take another name."),
    ("P603", "right", "A right gives what nobody can have by a right.", "Leave the field out, or write a move for it."),
    ("P604", "rule", "A rule is not made as its kind asks.", "One of check, unique and acyclic with what it takes."),
    ("P605", "unasked check", "A check reads a record that can change without it.", "Derive a field from that record."),
    ("P606", "time to keep", "`expires` or `keep` is wrong.", "Name a time, or `12 months`."),
    ("P607", "hub's write", "The hub cannot write this field like this.", "Write a value that the field takes."),
    ("P608", "effect", "An effect cannot fire or act like this.", "One trigger and one action with what they take."),
    ("P609", "derived", "A derived field cannot be computed like this.", "Name a reference that points here."),
    (
      "P610", "sentence", "A sentence of `expect` says nothing about rights.",
      "`WHO may [not] VERB COLLECTION[.FIELD]`."
    ),
    ("P611", "move", "A move cannot change this field like this.", "Write values that the field can have."),
    ("P612", "dead move", "A move begins at a value that nothing leads to.", "Add the move that leads there."),
    ("P613", "circle", "Effects fire each other without end.", "Watch something that the effect does not write."),
  ]
}
