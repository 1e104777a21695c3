internal import HearthModel

/// Something that the analysis of a whole pack found, with its place in the file.
package struct Finding: Hashable, Sendable {
  package let code: Code
  package let file: String
  package let mark: Mark
  package let message: String

  package enum Severity: String, Sendable {
    case error
    case warning
  }

  /// The kinds of findings; each has its number, which `hearth error` explains.
  package enum Code: String, CaseIterable, Sendable {
    case neverHolds = "A101"
    case rightOfNobody = "A102"
    case toggleAbove = "A103"
    case cannotCreate = "A104"
    case cannotStart = "A105"
    case unreachable = "A106"
    case privateFilter = "A107"
    case refuted = "A108"
    case unproved = "A109"
    case alwaysHolds = "A201"
    case covered = "A202"
    case neverWritten = "A203"
    case neverRead = "A204"
    case mergeApart = "A205"

    package var severity: Severity { rawValue < "A200" ? .error : .warning }

    package var name: String { String(describing: self) }

    /// What it means, and what to do.
    package var words: (meaning: String, remedy: String) {
      switch self {
      case .neverHolds:
        ("A condition is false in every situation.", "Correct it; the message shows it.")
      case .rightOfNobody: ("A right applies to nobody, in no situation.", "Correct its condition, or remove it.")
      case .toggleAbove:
        ("A right of single members gives more than the highest role has.", "Give it to the highest role too.")
      case .cannotCreate:
        ("A required field is in no right to create.", "Add it to a right, or give the field a default.")
      case .cannotStart: ("The needs of a move exclude each other.", "Correct one of them.")
      case .unreachable:
        ("No move and no effect brings a field to one of its values.", "Add a move, or drop the value.")
      case .privateFilter:
        ("Who sees a record depends on a private field, which would tell it.", "Ask another field.")
      case .refuted: ("A sentence of expect is false.", "Correct the rights; the message has an example.")
      case .unproved:
        ("A sentence of expect depends on values that the analysis leaves open.", "Make the condition simpler.")
      case .alwaysHolds: ("A condition is true in every situation and says nothing.", "Remove or correct it.")
      case .covered: ("A right gives nothing that another does not give.", "Remove it.")
      case .neverWritten: ("Nobody may write a field, and no effect does.", "Add it to a right, or remove it.")
      case .neverRead: ("Nobody may read a field, and no rule does.", "Add it to a right, or remove it.")
      case .mergeApart:
        ("A rule compares two fields that merge apart.", "Put both into one group, so that they win together.")
      }
    }
  }
}

extension Finding: CustomStringConvertible {
  /// `file:line:column: warning A201: message`, the form that editors jump from.
  package var description: String {
    "\(file):\(mark.line):\(mark.column): \(code.severity.rawValue) \(code.rawValue): \(message)"
  }
}

/// Where the parts of a pack stand in its file.
package struct PackPlaces {
  private let root: YAMLNode

  package init(_ text: String, file: String) throws(Diagnostics) {
    root = try YAMLNode.read(text, file: file)
  }

  private func node(_ collection: String) -> YAMLNode.Pair? { root["collections"]?.pair(collection) }

  /// The key of something in a section of a collection, as a move; rules may come from a trait.
  func mark(_ collection: String, _ section: String, _ name: String) -> Mark {
    let own = node(collection)
    if let pair = own?.value[section]?.pair(name) { return pair.keyMark }
    for trait in own?.value["use"]?.elements ?? [] {
      if let pair = trait.text.flatMap({ root["traits"]?[$0] })?[section]?.pair(name) { return pair.keyMark }
    }
    return own?.keyMark ?? Mark(line: 1, column: 1)
  }

  /// The key of a grant; a name that has been renamed by nobody stands once for each verb.
  func grant(_ collection: String, _ verb: Access.Verb, _ name: String) -> Mark {
    node(collection)?.value["access"]?[verb.rawValue]?.pair(name)?.keyMark
      ?? node(collection)?.keyMark ?? Mark(line: 1, column: 1)
  }

  func need(_ collection: String, _ move: String, _ need: String) -> Mark {
    node(collection)?.value["moves"]?[move]?["needs"]?.pair(need)?.keyMark ?? mark(collection, "moves", move)
  }

  func expectation(_ position: Int) -> Mark {
    let list = root["expect"]?.elements ?? []
    return list.indices.contains(position) ? list[position].mark : Mark(line: 1, column: 1)
  }
}
