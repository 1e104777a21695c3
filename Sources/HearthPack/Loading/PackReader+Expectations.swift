internal import HearthModel

extension PackReader {
  /// Reads the sentences of `expect`: `WHO may [not] VERB COLLECTION[.FIELD]`.
  mutating func readExpectations(_ node: YAMLNode, _ names: PackNames) -> [Expectation] {
    (list(node, "sentences, as `nobody may update points`,") ?? []).compactMap { readExpectation($0, names) }
  }

  private mutating func readExpectation(_ node: YAMLNode, _ names: PackNames) -> Expectation? {
    guard let source = source(node, "a sentence") else { return nil }
    let parsed = attempt { () throws(ExpressionFault) in
      var parser = try ExpressionParser(source)
      let who = try parser.name("a role, a group of roles, or `nobody`")
      guard parser.take(word: "may") else { throw parser.fault("`may` or `may not`") }
      let isDenied = parser.take(word: "not")
      let verb = try parser.name("`read`, `create`, `update`, `delete` or `write`")
      let collection = try parser.name("a collection")
      let field = parser.take(sign: ".") ? try parser.name("a field") : nil
      try parser.finish(expecting: "`.field`, or the end of the sentence")
      return (who, isDenied, verb, collection, field)
    }
    guard let (who, isDenied, verbName, collectionName, fieldName) = parsed else { return nil }
    let roles = readSubject(who, isDenied: isDenied, names)
    guard let verb = Expectation.Verb(rawValue: verbName.text) else {
      let hint = collector.suggestion(for: verbName.text, among: Expectation.Verb.allCases.map(\.rawValue))
      report("P610", verbName.mark, "`\(verbName.text)` is nothing that somebody may.\(hint)")
      return nil
    }
    guard let number = collection(named: collectionName.text, at: collectionName.mark), let roles else { return nil }
    var field: Field?
    if let fieldName {
      guard verb != .delete else {
        report("P610", fieldName.mark, "a record is deleted as a whole. Remove the field.")
        return nil
      }
      guard let schema = names.schema(number),
        let found = self.field(
          named: fieldName.text, at: fieldName.mark, schema, failed: names.collections[number.index].failed)
      else { return nil }
      field = found
    }
    return Expectation(
      text: source.text, roles: roles, isAllowed: !isDenied && who.text != "nobody", verb: verb, collection: number,
      field: field?.number)
  }

  private mutating func readSubject(_ who: SyntaxName, isDenied: Bool, _ names: PackNames) -> Set<String>? {
    if who.text == "nobody" {
      if isDenied { report("P610", who.mark, "`nobody may not` says nothing. Write `nobody may`.") }
      return Set(names.roles.ranked + names.roles.beside)
    }
    if names.roles.rank(of: who.text) != nil { return [who.text] }
    if let group = names.roles.groups[who.text] { return Set(group) }
    let known = names.roleNames + names.roles.groups.keys + ["nobody"]
    let hint = collector.suggestion(for: who.text, among: known)
    report("P104", who.mark, "`\(who.text)` is no role and no group of roles.\(hint)")
    return nil
  }
}
