package import ArgumentParser
internal import HearthConsole
internal import HearthDevice
internal import HearthModel

/// `hearth history`: what happened to a record.
package struct HistoryCommand: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "history", abstract: "List what happened to a record, the newest first.",
    discussion: """
      Also what was refused, and what the pack's own rules wrote.
      Example: hearth history tasks/dishes --as eva-phone --limit 20
      """)

  @Argument(help: "COLLECTION/ID, as tasks/dishes.") var record: String
  @Option(help: "Change sets that are listed at most.") var limit = 50
  @OptionGroup var options: InquiryOptions

  package init() {}

  package func validate() throws {
    guard (1...10_000).contains(limit) else { throw ValidationError("--limit is a number from 1 to 10000.") }
  }

  package mutating func run() async throws {
    let inquirer = try await Inquirer.open(options)
    let (schema, id) = try await inquirer.address(record)
    let answer = try await inquirer.device.history(of: schema.name, id, limit: limit)
    let narration = await inquirer.narration(answer)
    await inquirer.end()
    guard case .history(let history) = answer.content else { throw inquirer.unknown(record) }
    let entries = Array(history.entries.prefix(limit))
    if inquirer.output.isJSON {
      return try inquirer.output.json(entries.map { HistoryEntryReport($0, schema, narration, inquirer.pack) })
    }
    let output = inquirer.output
    let label = history.label.isEmpty ? "" : " `\(history.label.printable)`"
    output.line(output.styled(inquirer.name(schema.number, id), .name) + label)
    output.text(Self.table(entries, schema, narration).text(output.terminal))
    if entries.count < history.entries.count || !answer.next.isEmpty {
      output.line(output.styled("There is more: --limit \(limit * 10)", .quiet))
    }
  }

  private static func table(_ entries: [HistoryEntry], _ schema: CollectionSchema, _ narration: Narration) -> Table {
    var table = Table([("revision", .right), ("hub time", .left), ("by", .left), ("device", .left), ("what", .left)])
    for entry in entries {
      let account = narration.account(entry.dot)
      let who = account.map { narration.authorWithRole($0.authorship) } ?? narration.author(entry.dot)
      table.add(
        [
          account?.isCollected == true ? "" : "\(account?.revision ?? .zero)", account.map { "\($0.at)" } ?? "", who,
          narration.device(entry.dot),
          account?.isCollected == true ? "not kept any more" : entry.headline(schema, narration),
        ], styles: [nil, .quiet, nil, nil, entry.isRejected ? .bad : nil])
      for line in entry.lines(schema, narration) {
        table.add(["", "", "", "", "  " + line], styles: [nil, nil, nil, nil, .quiet])
      }
    }
    return table
  }
}

extension ChangeAccount {
  /// As writes name it.
  var authorship: Authorship { Authorship(dot: dot, stamp: stamp, rank: rank) }
}

extension HistoryEntry {
  var isRejected: Bool {
    if case .rejected = verdict { true } else { false }
  }

  /// What was done, on one line.
  func headline(_ schema: CollectionSchema, _ narration: Narration) -> String {
    let words = edits.map { narration.words($0, in: schema).clipped(to: 60) }.joined(separator: "; ")
    let deed = ["\(kind == .update && !words.isEmpty ? "" : "\(kind)")", words].filter { !$0.isEmpty }
      .joined(separator: ": ")
    guard case .rejected(let rejection) = verdict else { return deed }
    let rule = rejection.rule.map { " by \($0)" } ?? ""
    return "refused\(rule) (E\(rejection.code.rawValue) \(rejection.code.name)): \(deed)"
  }

  /// What is to be said below it.
  func lines(_ schema: CollectionSchema, _ narration: Narration) -> [String] {
    var lines = [String]()
    if !ruleEdits.isEmpty {
      lines.append("the hub with it: " + ruleEdits.map { narration.words($0, in: schema) }.joined(separator: "; "))
    }
    switch verdict {
    case .accepted: break
    case .merged(let decisions):
      lines += decisions.flatMap { narration.sentences($0.conflict, in: schema) }
    case .rejected(let rejection): if !rejection.message.isEmpty { lines.append(rejection.message) }
    }
    return lines + [narration.clockRemark(dot)].compactMap { $0 }
  }
}
