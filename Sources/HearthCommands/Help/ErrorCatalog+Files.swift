extension ErrorCatalog {
  /// Mistakes in the files that people write: packs (P, and A for their review), seeds (S), scenarios (N).
  static let filePages: [Page] =
    pages(of: packs, in: "docs/reference/pack-errors.md") + rulePages + reviewPages
    + pages(of: scenarios, in: "docs/reference/errors.md")

  private static func pages(of words: [(String, String, String, String)], in document: String) -> [Page] {
    words.map { Page(number: $0.0, name: $0.1, meaning: $0.2, remedy: $0.3, document: document) }
  }

  private static let packs = [
    (
      "P001", "not YAML", "The file cannot be read as YAML.",
      "Check indentation, quotes and brackets up to the place named."
    ),
    ("P002", "special YAML", "Anchors, aliases, tags and merge keys are not read.", "Write the value out."),
    ("P003", "double key", "A key stands twice in one mapping.", "Keep one."),
    ("P004", "too large", "The file is too large or nests too deep.", "Split it."),
    ("P005", "wrong kind", "Something else is expected here.", "The message says what."),
    (
      "P009", "unknown fault", "The loader refuses the file and cannot say why.",
      "This is a mistake in Hearth: please report the file."
    ),
    (
      "P101", "unknown key", "There is no such key here.",
      "Check its spelling; docs/reference/pack-language.md has all."
    ),
    ("P102", "missing key", "A required key is missing.", "Add it."),
    ("P103", "no name", "This is no name.", "A small letter, then small letters, digits and `_`."),
    ("P104", "unknown name", "A name points to nothing.", "Check its spelling; the nearest right name is told."),
    ("P105", "double name", "A name is taken.", "Choose another."),
    ("P201", "field line", "A field line cannot be read.", "type, `?`, `= default`, then marks behind commas."),
    ("P202", "unknown type", "There is no such type.", "Check its spelling."),
    ("P203", "bounds", "The bounds of a type are wrong.", "The message shows the right form."),
    ("P204", "default", "A default does not fit its type.", "Give a value of the type."),
    ("P205", "pattern", "A pattern cannot be read.", "Characters, classes and counts; no groups."),
    (
      "P206", "shape", "A shape is used as a type, or a type is made of itself.",
      "Write json(Name), and break the circle."
    ),
    ("P301", "unknown mark", "There is no such mark.", "Check its spelling."),
    ("P302", "two rules", "Two marks contradict each other.", "Keep one merge rule."),
    ("P303", "rule and type", "The merge rule does not fit the type.", "Choose another rule or type."),
    ("P304", "delete rule", "A reference's delete rule is missing or wrong.", "cascade, setNull or restrict."),
    ("P305", "group", "A group is wrong.", "Two or more register fields with the same rule."),
    ("P306", "precedence", "A precedence is wrong.", "List values of the enum."),
    ("P307", "marks", "Marks do not fit the field.", "The message says which."),
    ("P401", "roles", "Roles are wrong.", "The message says what is expected."),
    ("P402", "key", "A key field is wrong.", "Key fields are immutable and not null."),
    ("P403", "index", "An index is wrong.", "One of fields, elements, path and words."),
    ("P404", "collection", "A collection is wrong.", "The message says why."),
    ("P405", "zone", "The time zone is not where the pack says.", "zone: household.<field of type zone>."),
    ("P406", "contradiction", "Two settings of a collection contradict each other.", "Keep one."),
    (
      "P407", "shared", "A shared collection has something that depends on one household, or on who writes.",
      "Take it away, or give each household records of its own."
    ),
    (
      "P408", "index condition", "The condition of an index asks what a store's columns do not answer.",
      "Compare fields with values, or derive a field and compare that."
    ),
    ("S101", "other app", "The seed is for another app.", "Use the pack of that app."),
    ("S102", "household", "A household of the seed is wrong.", "It needs an id and its own record."),
    ("S103", "device", "A device of the seed is wrong.", "A name and a member of the household."),
    ("S104", "value", "A value of the seed does not fit its field.", "The message says what is expected."),
    ("S105", "id", "An id of the seed is wrong.", "A UUID or a name; none where it follows from a key."),
    ("S106", "reference", "A reference of the seed points nowhere.", "Add the record, or correct the name."),
    (
      "S107", "other file", "A file has records of a collection that it cannot have.",
      "Rows of shared collections stand in the catalogue, all others in seeds."
    ),
  ]

  private static let scenarios = [
    ("N101", "scenario", "A part of the scenario is missing.", "scenario, devices and steps."),
    ("N102", "unknown key", "There is no such key here.", "Check its spelling."),
    ("N103", "unknown member", "The seed has no such household or member.", "Check the seed's names."),
    ("N104", "device name", "This is no name of a device.", "Small letters, digits and `-`."),
    ("N105", "step", "This is no step.", "docs/reference/scenarios.md has all forms."),
    ("N106", "edit name", "An edit's name is unknown or taken.", "Name it with `as:` before it is asked for."),
    ("N107", "unknown device", "The scenario has no such device.", "Add it under `devices:`."),
    ("N108", "number", "A count or a shift of the clock is expected.", "As 2, or +62m."),
    ("N109", "reason", "There is no such reason to reject.", "hearth error lists all."),
    ("N110", "record", "This is no name of a record or path.", "collection/record, as tasks/dishes."),
    ("N111", "value", "A value does not fit its field.", "The message says what is expected."),
  ]
}
