package import ArgumentParser
internal import HearthPack

/// `hearth pack docs`: a pack as a page for the developers of its app.
package struct PackDocsCommand: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "docs", abstract: "Print a pack as one Markdown page for app developers.",
    discussion: "Example: hearth pack docs fixtures/famquest > famquest.md")

  @OptionGroup var pack: PackOption

  package init() {}

  package mutating func run() async throws {
    Output(isJSON: false).text(PackPage(PackPicture(try PackFile(pack.path).load())).text)
  }
}

/// The Markdown page of a pack.
struct PackPage {
  let picture: PackPicture

  init(_ picture: PackPicture) {
    self.picture = picture
  }

  var text: String {
    var text = "# \(picture.name), version \(picture.version)\n\n"
    text += "Made by `hearth pack docs` from the pack; change the pack, not this page.\n\n"
    text += "A household is a record of `\(picture.household)`, its members are records of `\(picture.members)`. "
    text += "A day is one in the time zone `\(picture.zone)`.\n\n"
    text += roles + diagram
    for collection in picture.collections { text += section(collection) }
    return text + codes
  }

  private var roles: String {
    let roles = picture.roles
    var text = "Roles from high to low: \(code(roles.ranked)).\n"
    if !roles.beside.isEmpty { text += "Below all of them: \(code(roles.beside)).\n" }
    if !roles.service.isEmpty { text += "Services inside the hub: \(code(roles.service)).\n" }
    if let session = roles.session { text += "Who comes in must meet `\(session)`.\n" }
    return text + "\n"
  }

  private var diagram: String {
    "## Collections\n\n```mermaid\n\(MermaidText.entities(picture))```\n\n"
  }

  // MARK: One collection

  private func section(_ collection: PackPicture.Collection) -> String {
    var text = "## \(collection.name)\n\n"
    for setting in collection.settings { text += "- `\(setting)`\n" }
    if !collection.settings.isEmpty { text += "\n" }
    text += "| field | type | default | merges as | notes |\n|---|---|---|---|---|\n"
    for field in collection.fields {
      let notes =
        (field.isRequired ? ["required"] : []) + field.marks
        + (field.derived.map { ["hub computes `\(cell($0))`"] } ?? [])
      text +=
        "| `\(field.name)` | `\(cell(field.type))` | \(field.standard.isEmpty ? "" : "`\(cell(field.standard))`") "
      text += "| \(cell(field.merge)) | \(notes.joined(separator: ", ")) |\n"
    }
    text +=
      "\n### Who may do what with \(collection.name)\n\n| | read | create | update | delete |\n|---|---|---|---|---|\n"
    for role in picture.roles.ranked + picture.roles.beside {
      let cells = ["read", "create", "update", "delete"].map { cell(collection.access[$0]?[role] ?? "no") }
      text += "| \(role) | \(cells.joined(separator: " | ")) |\n"
    }
    text += "\n"
    for relation in collection.who { text += "- `\(relation.name)`: `\(relation.text)`\n" }
    if !collection.who.isEmpty { text += "\n" }
    return text + rules(collection) + moves(collection) + effects(collection)
  }

  private func rules(_ collection: PackPicture.Collection) -> String {
    guard !collection.rules.isEmpty else { return "" }
    var text = "### Rules of \(collection.name)\n\n"
    text += "| rule | what must hold | refused with | what people read |\n|---|---|---|---|\n"
    for rule in collection.rules {
      text += "| `\(rule.name)` | `\(cell(rule.text))` | `\(rule.code)` | \(cell(rule.says ?? "")) |\n"
    }
    return text + "\n"
  }

  private func moves(_ collection: PackPicture.Collection) -> String {
    var text = ""
    var known = Set<String>()
    for field in collection.moves.map(\.field) where known.insert(field).inserted {
      let moves = collection.moves.filter { $0.field == field }
      let start = collection.fields.first { $0.name == field }.map { $0.standard.isEmpty ? "null" : $0.standard } ?? ""
      text +=
        "### Steps of \(collection.name).\(field)\n\n```mermaid\n\(MermaidText.states(moves, start: start))```\n\n"
      text += "| step | who | needs | the hub also writes | refused with |\n|---|---|---|---|---|\n"
      for move in moves {
        let needs = move.needs.map { "\($0.name): `\($0.text)`" + ($0.says.map { " (\($0))" } ?? "") }
        let by = move.by.joined(separator: ", ") + (move.decided == "hub" ? "; the hub decides who is first" : "")
        text += "| `\(move.name)` | \(by) | \(cell(needs.joined(separator: "; "))) "
        text += "| \(move.sets.isEmpty ? "" : "`\(cell(move.sets))`") | `\(move.code)` |\n"
      }
      text += "\n"
    }
    return text
  }

  private func effects(_ collection: PackPicture.Collection) -> String {
    guard !collection.effects.isEmpty else { return "" }
    var text = "### What follows from changes of \(collection.name)\n\n"
    for effect in collection.effects {
      text += "- **\(effect.name)**: when `\(effect.when)`, the hub does `\(effect.does)`.\n"
    }
    return text + "\n"
  }

  // MARK: Codes

  /// The codes with which rules of this pack refuse.
  private var codes: String {
    var places = [String: [String]]()
    for collection in picture.collections {
      for rule in collection.rules { places[rule.code, default: []].append("\(collection.name).\(rule.name)") }
      for move in collection.moves {
        places[move.code, default: []].append("\(collection.name).\(move.name)")
        for need in move.needs { places[need.code, default: []].append("\(collection.name).\(move.name) \(need.name)") }
      }
    }
    guard !places.isEmpty else { return "" }
    var text = "## Refusals\n\nMissing rights are refused `forbidden`.\n\n| code | by |\n|---|---|\n"
    for (code, names) in places.sorted(by: { $0.key < $1.key }) {
      text += "| `\(code)` | \(names.map { "`\($0)`" }.joined(separator: ", ")) |\n"
    }
    return text
  }

  private func code(_ names: [String]) -> String { names.map { "`\($0)`" }.joined(separator: ", ") }

  private func cell(_ text: String) -> String {
    text.replacing("|", with: "\\|").replacing("\n", with: " ")
  }
}
