import Foundation

/// The files in protocol/vectors.
enum VectorFiles {
  static let folder = "protocol/vectors"

  /// The cases of all files of a folder, with the name of their file in front of their own.
  static func cases<Case: VectorCase>(_ type: Case.Type, in name: String) throws -> [(name: String, case: Case)] {
    let folder = Packs.root.appending(path: "\(folder)/\(name)")
    let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "json" }.sorted { $0.path < $1.path }
    return try files.flatMap { file -> [(name: String, case: Case)] in
      let stem = file.deletingPathExtension().lastPathComponent
      let content = try JSONDecoder().decode(VectorFile<Case>.self, from: Data(contentsOf: file))
      return content.cases.map { (name: "\(stem): \($0.name)", case: $0) }
    }
  }
}

/// A case of a vector file.
protocol VectorCase: Decodable, Sendable {
  var name: String { get }
}

private struct VectorFile<Case: VectorCase>: Decodable {
  let cases: [Case]
}

/// Any JSON; numbers with a fraction are kept apart from those without.
indirect enum JSON: Hashable, Sendable, Codable {
  case null
  case bool(Bool)
  case int(Int64)
  case number(Double)
  case text(String)
  case list([JSON])
  case object([String: JSON])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Int64.self) {
      self = .int(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .text(value)
    } else if let value = try? container.decode([JSON].self) {
      self = .list(value)
    } else {
      self = .object(try container.decode([String: JSON].self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let value): try container.encode(value)
    case .int(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .text(let value): try container.encode(value)
    case .list(let value): try container.encode(value)
    case .object(let value): try container.encode(value)
    }
  }

  /// The same bytes for the same JSON; other bytes for text that only looks the same.
  var bytes: [UInt8] {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys]
      return Array(try encoder.encode(self))
    }
  }

  /// The names of all members and all texts in it.
  var words: Set<String> {
    switch self {
    case .null, .bool, .int, .number: []
    case .text(let text): [text]
    case .list(let values): values.reduce(into: []) { $0.formUnion($1.words) }
    case .object(let members): members.reduce(into: Set(members.keys)) { $0.formUnion($1.value.words) }
    }
  }
}
