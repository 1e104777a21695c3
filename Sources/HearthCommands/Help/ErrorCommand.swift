package import ArgumentParser
internal import HearthConsole
internal import HearthPack

/// `hearth error`: what a number means and what to do.
package struct ErrorCommand: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "error", abstract: "Say what an error number means and what to do.",
    discussion: "Example: hearth error E1102. Without a number: the list of all.")

  @Argument(help: "The number, as E1102 or P104.") var number: String?
  @Flag(help: "Print JSON.") var json = false

  package init() {}

  package mutating func run() async throws {
    let output = Output(isJSON: json)
    guard let number else { return try list(output) }
    guard let page = ErrorCatalog.page(number) else {
      throw CommandFailure(
        .unknownNumber,
        "There is no error \(number).\(suggestion(for: number, among: ErrorCatalog.pages.map(\.number)))")
    }
    if json { return try output.json(page) }
    output.line("\(output.styled(page.number, .strong)) \(output.styled(page.name, .name))")
    output.line(page.meaning)
    output.line("What to do: \(page.remedy)")
    output.line(output.styled("See \(page.document).", .quiet))
  }

  private func list(_ output: Output) throws {
    if json { return try output.json(ErrorCatalog.pages) }
    var table = Table(["number", "name", "meaning"])
    for page in ErrorCatalog.pages { table.add([page.number, page.name, page.meaning], styles: [.strong, .name]) }
    output.text(table.text(output.terminal))
  }
}
