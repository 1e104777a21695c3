package import ArgumentParser

/// `hearth restore`: a deleted record comes back.
package struct RestoreCommand: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "restore", abstract: "Bring a deleted record back, with everything that its delete hides.",
    discussion: "Example: hearth restore tasks/dishes --as eva-phone")

  @Argument(help: "COLLECTION/ID, as tasks/dishes.") var record: String
  @OptionGroup var options: InquiryOptions

  package init() {}

  package mutating func run() async throws {
    try await Inquirer.obey("restore", [record], options)
  }
}

/// `hearth restore-value`: a value that lost comes back.
package struct RestoreValueCommand: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "restore-value", abstract: "Bring a value that lost back, as an edit that has seen all sides.",
    discussion: """
      `hearth explain` numbers what lost.
      Example: hearth restore-value tasks/dishes title 1 --as eva-phone
      """)

  @Argument(help: "COLLECTION/ID, as tasks/dishes.") var record: String
  @Argument(help: "The field.") var field: String
  @Argument(help: "The number that `hearth explain` gives what lost.") var number: Int
  @OptionGroup var options: InquiryOptions

  package init() {}

  package mutating func run() async throws {
    try await Inquirer.obey("restore-value", [record, field, "\(number)"], options)
  }
}

extension Inquirer {
  /// Does what a typed command of `hearth device` does, and says what the hub made of it.
  static func obey(_ verb: String, _ words: [String], _ options: InquiryOptions) async throws {
    let inquirer = try await open(options)
    do {
      try await DeviceVerbs(session: inquirer.session).obey(verb, words)
    } catch {
      await inquirer.end()
      throw error
    }
    await inquirer.end()
  }
}
