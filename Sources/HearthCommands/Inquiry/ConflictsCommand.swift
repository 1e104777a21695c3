package import ArgumentParser
internal import HearthConsole
internal import HearthDevice
internal import HearthModel

/// `hearth conflicts`: the inbox.
package struct ConflictsCommand: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "conflicts", abstract: "List what was decided between edits that had not seen each other.",
    discussion: """
      Lists the conflicts of a household that no later edit has settled, the last decided first.
      Example: hearth conflicts --as eva-phone
      """)

  @OptionGroup var options: InquiryOptions

  package init() {}

  package mutating func run() async throws {
    let inquirer = try await Inquirer.open(options)
    let answer = try await inquirer.device.conflictsAtHub()
    let narration = await inquirer.narration(answer)
    await inquirer.end()
    guard case .conflicts(let records) = answer.content else { return }
    let output = inquirer.output
    if output.isJSON {
      return try output.json(records.compactMap { RecordConflictsReport($0, narration, inquirer) })
    }
    guard !records.isEmpty else { return output.line("No open conflicts.") }
    for record in records { Self.show(record, narration, inquirer) }
    let count = records.reduce(0) { $0 + $1.conflicts.count }
    output.line(
      "\(count) open conflict\(count == 1 ? "" : "s") in \(records.count) record\(records.count == 1 ? "" : "s").")
  }

  private static func show(_ record: RecordConflicts, _ narration: Narration, _ inquirer: Inquirer) {
    guard let schema = inquirer.pack.collection(record.collection) else { return }
    let output = inquirer.output
    let name = inquirer.name(record.collection, record.record)
    let label = record.label.isEmpty ? "" : " \(output.styled("`\(record.label.printable)`", .quiet))"
    output.line(output.styled(name, .name) + label)
    for conflict in record.conflicts {
      for sentence in narration.sentences(conflict, in: schema) { output.line("  " + sentence.printable) }
    }
    output.line(output.styled("  why: \(inquirer.command("explain \(name)"))", .quiet))
  }
}
