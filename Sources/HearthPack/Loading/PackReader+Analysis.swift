internal import HearthModel

extension PackReader {
  /// Says what is wrong with a pack whose lines are all right.
  mutating func analyze(_ schemas: [CollectionSchema], _ readings: [CollectionReading?]) {
    let analysis = PackAnalysis(schemas)
    for schema in schemas {
      for move in analysis.deadMoves(of: schema) {
        let field = schema.fields[move.field.index]
        report(
          "P612", mark(of: "moves", move.name, schema.number, readings),
          "`\(move.name)` can never begin: nothing brings `\(field.name)` to \(move.from.words).")
      }
    }
    for circle in analysis.effectCircles() {
      guard let first = circle.first else { continue }
      let names = (circle + [first]).map { "\(collectionNames[$0.collection.index]).\($0.name)" }
      report(
        "P613", mark(of: "effects", first.name, first.collection, readings),
        "effects run in a circle: \(names.joined(separator: " -> ")). Break it, or give what they append a key.")
    }
    for circle in analysis.derivedCircles() {
      guard let first = circle.first else { continue }
      let names = (circle + [first]).map { name in
        let schema = schemas[name.collection.index]
        return "\(schema.name).\(schema.fields[name.field.index].name)"
      }
      let field = schemas[first.collection.index].fields[first.field.index]
      report(
        "P609", readings[first.collection.index]?.marks[field.name] ?? Mark(line: 1, column: 1),
        "derived fields are computed from each other: \(names.joined(separator: " -> ")).")
    }
  }

  private func mark(
    of section: String, _ name: String, _ collection: CollectionNumber, _ readings: [CollectionReading?]
  ) -> Mark {
    let reading = readings[collection.index]
    return reading?.node[section]?.pair(name)?.keyMark ?? reading?.pair.keyMark ?? Mark(line: 1, column: 1)
  }
}

extension Move.Pattern {
  /// The pattern in words.
  fileprivate var words: String {
    switch self {
    case .any: "any value"
    case .null: "null"
    case .set: "a value"
    case .member: "a member"
    case .values(let values): values.map { "`\($0.text ?? $0.summary)`" }.joined(separator: " or ")
    }
  }
}
