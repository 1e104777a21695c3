package import ArgumentParser
internal import HearthDevice
internal import HearthModel

/// `hearth explain`: why a record shows what it shows.
package struct ExplainCommand: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Say why a record shows what it shows.",
    discussion: """
      For each field: who wrote it, when by which clock, what they had seen, which rule chose, what lost, and how to
      bring that back.
      Example: hearth explain tasks/dishes title --as eva-phone
      """)

  @Argument(help: "COLLECTION/ID, as tasks/dishes.") var record: String
  @Argument(help: "A field; all when left out.") var field: String?
  @OptionGroup var options: InquiryOptions

  package init() {}

  package mutating func run() async throws {
    let inquirer = try await Inquirer.open(options)
    let (schema, id) = try await inquirer.address(record)
    let wanted = try field.map { try DeviceVerbs(session: inquirer.session).field($0, in: schema).0.name }
    let answer = try await inquirer.device.explain(schema.name, id, wanted)
    let narration = await inquirer.narration(answer)
    await inquirer.end()
    guard case .record(let account) = answer.content else { throw inquirer.unknown(record) }
    if inquirer.output.isJSON { return try inquirer.output.json(RecordAccountReport(account, narration, inquirer)) }
    ExplanationText(account: account, schema: schema, narration: narration, inquirer: inquirer).show()
  }
}
