package import ArgumentParser
internal import HearthConsole
internal import HearthPack

/// `hearth pack cost`: what the expressions of a pack cost at most.
package struct PackCostCommand: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "cost", abstract: "Say what each expression of a pack costs at most, and each kind of change.",
    discussion: """
      Example: hearth pack cost fixtures/famquest
      Costs are in units of section 8.4 of docs/reference/pack-language.md; an expression may cost 2,000.
      """)

  @OptionGroup var pack: PackOption
  @Flag(help: "Show all expressions, not only the dearest 20.") var all = false
  @Flag(help: "Print JSON.") var json = false

  package init() {}

  package mutating func run() async throws {
    let output = Output(isJSON: json)
    let costs = PackCosts(try PackFile(pack.path).load())
    if json { return try output.json(CostDocument(costs)) }
    output.text(CostText(output.terminal, showsAll: all).text(costs))
  }
}

/// What `hearth pack cost` prints for people.
struct CostText {
  let terminal: Terminal
  let showsAll: Bool
  private static let shown = 20
  private static let textMax = 72

  init(_ terminal: Terminal, showsAll: Bool) {
    self.terminal = terminal
    self.showsAll = showsAll
  }

  func text(_ costs: PackCosts) -> String {
    var table = Table([("cost", .right), ("expression", .left), ("text", .left)])
    for line in costs.lines.prefix(showsAll ? costs.lines.count : Self.shown) {
      let reason = line.because.isEmpty ? "" : " (\(line.because.joined(separator: ", ")))"
      table.add(["\(line.cost)", line.name, line.text.clipped(to: Self.textMax) + reason], styles: [.strong, .name])
    }
    var text = table.text(terminal)
    let hidden = costs.lines.count - Self.shown
    if !showsAll, hidden > 0 { text += "and \(hidden) cheaper ones; --all shows them.\n" }
    let total = costs.lines.reduce(0) { $0 + $1.cost }
    text += "\n\(costs.lines.count) expressions, \(total) units together; one may cost \(PackCosts.limit).\n\n"
    var changes = Table(
      [("collection", .left), ("see", .right), ("create", .right), ("update", .right), ("delete", .right)])
    for change in costs.changes {
      changes.add(
        [change.collection, "\(change.read)", "\(change.create)", "\(change.update)", "\(change.delete)"],
        styles: [.name])
    }
    return text + changes.text(terminal)
  }
}

/// What `hearth pack cost --json` prints.
struct CostDocument: Encodable {
  let limit: Int
  let expressions: [Line]
  let changes: [Change]

  struct Line: Encodable {
    let name: String
    let cost: Int
    let text: String
    let because: [String]
  }

  struct Change: Encodable {
    let collection: String
    let read: Int
    let create: Int
    let update: Int
    let delete: Int
  }

  init(_ costs: PackCosts) {
    limit = PackCosts.limit
    expressions = costs.lines.map { Line(name: $0.name, cost: $0.cost, text: $0.text, because: $0.because) }
    changes = costs.changes.map {
      Change(collection: $0.collection, read: $0.read, create: $0.create, update: $0.update, delete: $0.delete)
    }
  }
}
