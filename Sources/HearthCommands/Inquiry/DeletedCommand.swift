package import ArgumentParser
internal import HearthConsole
internal import HearthDevice
internal import HearthModel

/// `hearth deleted`: what can be brought back.
package struct DeletedCommand: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "deleted", abstract: "List what was deleted, by whom, and what went with it.",
    discussion: "Example: hearth deleted --as eva-phone")

  @Option(help: "Records that are listed at most.") var limit = 50
  @OptionGroup var options: InquiryOptions

  package init() {}

  package func validate() throws {
    guard (1...10_000).contains(limit) else { throw ValidationError("--limit is a number from 1 to 10000.") }
  }

  package mutating func run() async throws {
    let inquirer = try await Inquirer.open(options)
    let answer = try await inquirer.device.deletedRecords(limit: limit)
    let narration = await inquirer.narration(answer)
    await inquirer.end()
    guard case .deleted(let all) = answer.content else { return }
    let records = all.prefix(limit)
    let output = inquirer.output
    if output.isJSON { return try output.json(records.map { DeletedRecordReport($0, narration, inquirer) }) }
    guard let first = records.first else { return output.line("Nothing is deleted.") }
    var table = Table([
      ("record", .left), ("known as", .left), ("deleted by", .left), ("device", .left), ("hub time", .left),
      ("hides", .right),
    ])
    for record in records {
      table.add(
        [
          inquirer.name(record.collection, record.record), record.label.clipped(to: 32),
          narration.authorWithRole(record.author), narration.device(record.author.dot),
          narration.account(record.author.dot).map { "\($0.at)" } ?? "",
          record.hiddenCount > 0 ? "\(record.hiddenCount)" : "",
        ], styles: [.name, .strong, nil, nil, .quiet])
    }
    output.text(table.text(output.terminal))
    output.line("To bring one back: \(inquirer.command("restore \(inquirer.name(first.collection, first.record))"))")
  }
}
