package import ArgumentParser
internal import HearthConsole
internal import HearthModel
internal import HearthPack

/// `hearth pack who`: which role may do what.
package struct PackWhoCommand: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "who", abstract: "Say which role may make which step from which state, or do what with a field.",
    discussion: """
      Examples:
        hearth pack who tasks.status      role by state by step, of a field with moves
        hearth pack who tasks.title       role by verb, of any other field
        hearth pack who tasks             role by verb, of records as a whole
      """)

  @Argument(help: "A collection, or a field of one, as tasks.status.") var subject: String
  @Option(help: "Folder or file of the pack; the pack of this folder when left out.") var pack: String?
  @Flag(help: "Print JSON.") var json = false

  package init() {}

  package mutating func run() async throws {
    let output = Output(isJSON: json)
    let pack = try PackFile(pack).load()
    let (collection, field) = try find(in: pack)
    let table = WhoTable(field, collection, pack)
    if json { return try output.json(WhoDocument(table)) }
    output.text(WhoText(output.terminal).text(table))
  }

  private func find(in pack: Pack) throws -> (CollectionSchema, Field?) {
    let parts = subject.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard let collection = pack.collection(named: parts[0]) else {
      let hint = suggestion(for: parts[0], among: pack.collections.map(\.name))
      throw CommandFailure(.unknownCollection, "`\(parts[0])` is no collection of `\(pack.name)`.\(hint)")
    }
    guard parts.count > 1 else { return (collection, nil) }
    guard parts.count == 2, let field = collection.field(named: parts[1]) else {
      let name = parts.dropFirst().joined(separator: ".")
      let hint = suggestion(for: name, among: collection.fields.map(\.name))
      throw CommandFailure(.unknownField, "`\(name)` is no field of `\(collection.name)`.\(hint)")
    }
    return (collection, field)
  }
}

/// What `hearth pack who` prints for people.
struct WhoText {
  let terminal: Terminal

  init(_ terminal: Terminal) {
    self.terminal = terminal
  }

  func text(_ table: WhoTable) -> String {
    var text = ""
    if !table.steps.isEmpty {
      var shown = Table(["from", "step", "to"] + table.roles)
      for step in table.steps {
        shown.add([step.from, step.move, step.to] + step.cells.map(cell), styles: [.name, .strong])
      }
      text += shown.text(terminal) + "\n"
    }
    if !table.final.isEmpty { text += "Nothing leads away from: \(table.final.joined(separator: ", ")).\n\n" }
    if !table.verbs.isEmpty {
      var shown = Table(["verb"] + table.roles)
      for verb in table.verbs { shown.add([verb.verb] + verb.cells.map(cell), styles: [.strong]) }
      text += shown.text(terminal) + "\n"
    }
    for (name, meaning) in table.meanings { text += "\(terminal.styled(name, .name)): \(meaning)\n" }
    return text
  }

  private func cell(_ cell: WhoTable.Cell) -> String {
    guard cell.isPossible else { return "-" }
    let who = cell.who.isEmpty ? "" : "if \(cell.who.joined(separator: " or "))"
    let needs = cell.needs.isEmpty ? "" : "needs \(cell.needs.joined(separator: ", "))"
    let text = [who, needs].filter { !$0.isEmpty }.joined(separator: "; ")
    return text.isEmpty ? "yes" : text
  }
}

/// What `hearth pack who --json` prints.
struct WhoDocument: Encodable {
  let subject: String
  let roles: [String]
  let steps: [Step]
  let verbs: [Verb]
  let final: [String]
  let meanings: [String: String]

  struct Step: Encodable {
    let from: String
    let move: String
    let to: String
    let by: [String: Cell]
  }

  struct Verb: Encodable {
    let verb: String
    let by: [String: Cell]
  }

  struct Cell: Encodable {
    let may: Bool
    let who: [String]
    let needs: [String]
  }

  init(_ table: WhoTable) {
    subject = table.subject
    roles = table.roles
    final = table.final
    let cells = { (cells: [WhoTable.Cell]) in
      Dictionary(
        uniqueKeysWithValues: zip(table.roles, cells).map {
          ($0, Cell(may: $1.isPossible, who: $1.who, needs: $1.needs))
        })
    }
    steps = table.steps.map { Step(from: $0.from, move: $0.move, to: $0.to, by: cells($0.cells)) }
    verbs = table.verbs.map { Verb(verb: $0.verb, by: cells($0.cells)) }
    meanings = Dictionary(table.meanings.map { ($0.name, $0.meaning) }) { first, _ in first }
  }
}
