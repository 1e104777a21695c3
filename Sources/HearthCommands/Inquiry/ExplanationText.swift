internal import HearthConsole
internal import HearthModel

/// Why a record shows what it shows, for people.
struct ExplanationText {
  let account: RecordAccount
  let schema: CollectionSchema
  let narration: Narration
  let inquirer: Inquirer

  private var output: Output { inquirer.output }
  private var name: String { inquirer.name(account.collection, account.record) }

  func show() {
    let label = account.label.isEmpty ? "" : " `\(account.label.printable)`"
    output.line(output.styled(name, .name) + label + " " + output.styled(account.record.description, .quiet))
    showLife()
    showFields()
    for field in account.fields { show(field) }
  }

  // MARK: Whether it is there

  private func showLife() {
    switch account.life {
    case .live: break
    case .deleted(let author):
      let at = narration.account(author.dot).map { " at \($0.at)" } ?? ""
      output.line(output.styled("Deleted by \(narration.authorWithRole(author))\(at).", .bad))
      if account.hiddenCount > 0 {
        output.line("Its delete hides \(account.hiddenCount) more; they come back with it.")
      }
      output.line("To bring it back: \(inquirer.command("restore \(name)"))")
    case .hidden:
      let cause = account.hiddenBy.map { ": \(inquirer.name($0.collection, $0.record))" } ?? ""
      output.line(output.styled("Hidden, since what it belongs to was deleted\(cause).", .bad))
      if let hiding = account.hiddenBy {
        let command = inquirer.command("restore \(inquirer.name(hiding.collection, hiding.record))")
        output.line("To bring both back: \(command)")
      }
    }
    guard let conflict = account.lifeConflict else { return }
    for sentence in narration.sentences(conflict, in: schema) { output.line("  " + sentence.printable) }
  }

  // MARK: All fields at a glance

  private func showFields() {
    var table = Table(["field", "shows", "written by", "device", "hub time", "rule", ""])
    for field in account.fields where field.isWritten {
      let names = field.shown.compactMap { schema.field($0.field)?.name }.joined(separator: "+")
      let values = field.shown.map { inquirer.session.text($0.value) }.joined(separator: ", ")
      let lost = field.contested.reduce(0) { $0 + $1.losers.count }
      let (who, device, at) = origin(field)
      table.add(
        [names, values.printable.clipped(to: 32), who, device, at, field.rule, lost > 0 ? "\(lost) lost" : ""],
        styles: [.name, .strong, nil, nil, .quiet, nil, .warning])
    }
    if !table.isEmpty { output.text(table.text(output.terminal)) }
  }

  /// Who wrote what is shown: one author, or how many there are.
  private func origin(_ field: FieldAccount) -> (String, String, String) {
    let authors = field.standing.map(\.winner.author)
    let last = authors.compactMap { narration.account($0.dot) }.max { $0.revision < $1.revision }
    let at = last.map { "\($0.at)" } ?? ""
    if !field.writtenBy.isEmpty {
      let cause = authors.first.map { " with \(narration.author($0.dot))'s edit" } ?? ""
      return ("the hub\(cause)", "by \(field.writtenBy.joined(separator: " or "))", at)
    }
    if let first = authors.first, Set(authors.map(\.dot.replica)).count == 1 {
      return (narration.authorWithRole(first), narration.device(first.dot), at)
    }
    if authors.count > 1 { return ("\(Set(authors.map(\.dot.replica)).count) devices", "", at) }
    if !field.shares.isEmpty { return ("\(field.shares.count) devices added", "", "") }
    return ("the hub", "", "")
  }

  // MARK: What was decided

  private func show(_ field: FieldAccount) {
    guard let first = field.shown.first, let name = schema.field(first.field)?.name else { return }
    var number = 0
    for conflict in field.contested {
      output.line()
      show(conflict, of: name, &number)
    }
  }

  private func show(_ conflict: Conflict, of field: String, _ number: inout Int) {
    let subject = narration.subject(conflict.subject, in: schema).printable
    var table = Table(["", subject, "by", "device", "its clock", "counts as", "decided"])
    table.add(row("shown", conflict.winner, conflict), styles: [.good, .strong])
    var commands = [String]()
    for loser in conflict.losers {
      number += 1
      table.add(row("lost \(number)", loser.write, conflict), styles: [.warning])
      let value = narration.value(loser.write, conflict).printable.clipped(to: 40)
      commands.append(
        "To bring \(value) back: \(inquirer.command("restore-value \(name) \(field) \(number)"))")
    }
    output.text(table.text(output.terminal))
    for sentence in narration.sentences(conflict, in: schema) { output.line("  " + sentence.printable) }
    for remark in remarks(conflict) { output.line("  " + remark.printable) }
    for command in commands { output.line("  " + command) }
  }

  private func row(_ title: String, _ write: Write, _ conflict: Conflict) -> [String] {
    let account = narration.account(write.author.dot)
    let whole = account.flatMap { $0.isCollected ? nil : $0 }
    let shownClock = whole.map { "\(Instant(milliseconds: $0.madeAt.milliseconds))" } ?? ""
    return [
      title, narration.value(write, conflict), narration.authorWithRole(write.author),
      narration.device(write.author.dot), shownClock, "\(Instant(milliseconds: write.author.stamp.milliseconds))",
      whole.map { "\($0.at) (revision \($0.revision))" } ?? "not kept any more",
    ]
  }

  /// What is to be known of the clocks, and of what each had seen.
  private func remarks(_ conflict: Conflict) -> [String] {
    let dots = ([conflict.winner] + conflict.losers.map(\.write)).map(\.author.dot)
    let clocks = dots.compactMap { narration.clockRemark($0) }.map { "\($0)." }
    let sights = dots.compactMap { dot in
      narration.sightRemark(dot).map { "\(narration.author(dot)) \($0)." }
    }
    return clocks + sights
  }
}

extension FieldAccount {
  /// The conflicts in which something else lost than what won.
  var contested: [Conflict] {
    standing.filter { conflict in conflict.losers.contains { $0.write.value != conflict.winner.value } }
  }

  /// Whether the hub alone writes the field.
  private var isHubs: Bool { ["stamp created", "stamp changed", "version", "derived"].contains(rule) }

  /// Whether there is anything to tell of the field: what shows its default was written by nobody.
  var isWritten: Bool {
    !standing.isEmpty || !shares.isEmpty || isHubs && shown.contains { !$0.value.isNull }
  }
}
