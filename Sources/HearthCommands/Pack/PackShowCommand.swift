package import ArgumentParser
internal import HearthConsole
internal import HearthPack

/// `hearth pack show`: a pack in tables.
package struct PackShowCommand: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show a pack: fields, rights by role, rules, moves and effects.",
    discussion: """
      Examples:
        hearth pack show fixtures/famquest --collection tasks
        hearth pack show fixtures/famquest --mermaid      an entity-relationship diagram
      """)

  @OptionGroup var pack: PackOption
  @Option(help: "Only this collection.") var collection: String?
  @Flag(help: "Print a diagram of collections and references for mermaid.js.org.") var mermaid = false
  @Flag(help: "Print JSON.") var json = false

  package init() {}

  package mutating func run() async throws {
    let output = Output(isJSON: json)
    let picture = PackPicture(try PackFile(pack.path).load())
    let names = picture.collections.map(\.name)
    if let collection, !names.contains(collection) {
      let hint = suggestion(for: collection, among: names)
      throw CommandFailure(.unknownCollection, "`\(collection)` is no collection of `\(picture.name)`.\(hint)")
    }
    if json { return try output.json(picture) }
    if mermaid { return output.text(MermaidText.entities(picture)) }
    output.text(ShowText(output.terminal).text(picture, only: collection))
  }
}

/// What `hearth pack show` prints for people.
struct ShowText {
  let terminal: Terminal

  init(_ terminal: Terminal) {
    self.terminal = terminal
  }

  func text(_ picture: PackPicture, only collection: String?) -> String {
    var text = collection == nil ? head(picture) : ""
    for part in picture.collections where collection == nil || part.name == collection {
      text += self.text(part, picture.roles.ranked + picture.roles.beside)
    }
    return text
  }

  private func head(_ picture: PackPicture) -> String {
    let roles = picture.roles
    var text = "\(terminal.styled(picture.name, .strong)), version \(picture.version)\n"
    text += "household \(picture.household), members \(picture.members), days in \(picture.zone)\n"
    text += "roles     \(roles.ranked.joined(separator: " > "))"
    text += roles.beside.isEmpty ? "\n" : ", beside them \(roles.beside.joined(separator: ", "))\n"
    if !roles.service.isEmpty { text += "services  \(roles.service.joined(separator: ", "))\n" }
    for (name, members) in roles.groups.sorted(by: { $0.key < $1.key }) {
      text += "group     \(name): \(members.joined(separator: ", "))\n"
    }
    if let session = roles.session { text += "session   \(session)\n" }
    return text
  }

  private func text(_ collection: PackPicture.Collection, _ roles: [String]) -> String {
    let settings = collection.settings.isEmpty ? "" : " (\(collection.settings.joined(separator: "; ")))"
    var text = "\n\(terminal.styled(collection.name, .strong))\(settings)\n\n"
    var fields = Table(["field", "type", "default", "merges as", "marks"])
    for field in collection.fields {
      let merge = field.derived.map { "derived \($0)" } ?? field.merge
      fields.add([field.name, field.type, field.standard, merge, field.marks.joined(separator: ", ")], styles: [.name])
    }
    text += fields.text(terminal)
    text += rights(collection, roles)
    text += list("who", collection.who.map { ($0.name, $0.text) })
    text += list("rules", collection.rules.map { ($0.name, rule($0)) })
    text += list("moves", collection.moves.flatMap { [($0.name, move($0))] + needs($0) })
    text += list("effects", collection.effects.map { ($0.name, "when \($0.when): \($0.does)") })
    return text + list("indexes", collection.indexes.map { ($0.name, $0.text) })
  }

  private func rights(_ collection: PackPicture.Collection, _ roles: [String]) -> String {
    var table = Table(["", "read", "create", "update", "delete"])
    for role in roles {
      let cells = ["read", "create", "update", "delete"].map { collection.access[$0]?[role] ?? "-" }
      table.add([role] + cells, styles: [.name])
    }
    return "\n" + table.text(terminal)
  }

  private func rule(_ rule: PackPicture.Rule) -> String {
    "\(rule.text) [\(rule.code)]" + (rule.says.map { " \"\($0)\"" } ?? "")
  }

  private func move(_ move: PackPicture.Move) -> String {
    var text = "\(move.field) \(move.from) -> \(move.to), by \(move.by.joined(separator: " or "))"
    if move.decided == "hub" { text += ", decided by the hub" }
    if !move.sets.isEmpty { text += ", sets \(move.sets)" }
    return text + " [\(move.code)]"
  }

  private func needs(_ move: PackPicture.Move) -> [(String, String)] {
    move.needs.map { ("", "needs \($0.name): \(rule($0))") }
  }

  private func list(_ title: String, _ entries: [(name: String, text: String)]) -> String {
    guard !entries.isEmpty else { return "" }
    let width = entries.map(\.name.displayWidth).max() ?? 0
    var text = "\n\(terminal.styled(title, .quiet))\n"
    for (name, words) in entries {
      let padding = String(repeating: " ", count: width - name.displayWidth)
      text += "  \(terminal.styled(name, .name))\(padding)  \(words.printable)\n"
    }
    return text
  }
}
