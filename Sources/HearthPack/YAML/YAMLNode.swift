internal import Yams

/// A place in a file: line and column from 1, columns in Unicode scalars.
public struct Mark: Hashable, Sendable {
  /// Line from 1.
  public let line: Int
  /// Column from 1.
  public let column: Int

  /// Makes a place.
  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }

  /// The place so many scalars further on the same line.
  package func advanced(by scalars: Int) -> Mark { Mark(line: line, column: column + scalars) }
}

/// A node of a YAML file as Hearth reads it: scalars are the text in the file, and every node knows its place.
package struct YAMLNode {
  package enum Content {
    case scalar(String, isPlain: Bool)
    case sequence([YAMLNode])
    case mapping([Pair])
  }

  package struct Pair {
    package let key: String
    package let keyMark: Mark
    package let value: YAMLNode
  }

  package let content: Content
  package let mark: Mark

  /// The text of a scalar; nil for sequences and mappings.
  package var text: String? {
    if case .scalar(let text, _) = content { text } else { nil }
  }

  /// The pairs of a mapping; nil for scalars and sequences.
  package var pairs: [Pair]? {
    if case .mapping(let pairs) = content { pairs } else { nil }
  }

  /// The elements of a sequence; nil for scalars and mappings.
  package var elements: [YAMLNode]? {
    if case .sequence(let elements) = content { elements } else { nil }
  }

  /// The value under a key of a mapping.
  package subscript(key: String) -> YAMLNode? { pairs?.first { $0.key == key }?.value }

  /// What kind of node this is, for messages.
  package var kind: String {
    switch content {
    case .scalar(let text, _): text.isEmpty ? "nothing" : "the text `\(text.prefix(40))`"
    case .sequence: "a list"
    case .mapping: "a mapping"
    }
  }
}

extension YAMLNode {
  /// Bytes that a file may have.
  package static let bytesMax = 1 << 20
  /// Levels of nesting that a file may have.
  package static let depthMax = 16

  /// Reads a file of one document.
  ///
  /// - Throws: one diagnostic: text that is not YAML cannot be read on behind the first mistake.
  package static func read(_ text: String, file: String) throws(Diagnostics) -> YAMLNode {
    var collector = DiagnosticCollector(file: file)
    guard text.utf8.count <= bytesMax else {
      collector.report("P004", at: Mark(line: 1, column: 1), "the file has more than \(bytesMax) bytes. Split it.")
      throw Diagnostics(collector.list)
    }
    do {
      let parser = try Parser(yaml: text)  // kept until the nodes are converted: it owns their anchors
      defer { withExtendedLifetime(parser) {} }
      guard let root = try parser.singleRoot() else {
        throw NodeFault(code: "P001", mark: Mark(line: 1, column: 1), message: "the file is empty.")
      }
      return try YAMLNode(root, depth: 0)
    } catch let fault as NodeFault {
      collector.report(fault.code, at: fault.mark, fault.message)
    } catch let error as YamlError {
      let fault = NodeFault(error)
      collector.report(fault.code, at: fault.mark, fault.message)
    } catch {
      collector.report("P001", at: Mark(line: 1, column: 1), "\(error)")
    }
    throw Diagnostics(collector.list)
  }

  private init(_ node: Node, depth: Int) throws(NodeFault) {
    let mark = Mark(line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
    self.mark = mark
    guard depth <= Self.depthMax else {
      throw NodeFault(code: "P004", mark: mark, message: "the file nests deeper than \(Self.depthMax) levels.")
    }
    guard node.anchor == nil else {
      throw NodeFault(
        code: "P002", mark: mark, message: "anchors (`&name`) are not read here. Write the value out where it is used.")
    }
    switch node {
    case .scalar(let scalar):
      let isPlain = scalar.style == .plain
      guard ["", "tag:yaml.org,2002:str"].contains(scalar.tag.description) else {
        throw NodeFault(code: "P002", mark: mark, message: "tags (`\(scalar.tag)`) are not read here. Remove it.")
      }
      content = .scalar(scalar.string, isPlain: isPlain)
    case .sequence(let sequence):
      var elements = [YAMLNode]()
      for element in sequence { elements.append(try YAMLNode(element, depth: depth + 1)) }
      content = .sequence(elements)
    case .mapping(let mapping):
      var pairs = [Pair]()
      for (key, value) in mapping {
        let keyNode = try YAMLNode(key, depth: depth + 1)
        guard let name = keyNode.text, name != "<<" else {
          throw NodeFault(code: "P002", mark: keyNode.mark, message: "a key is a word here, not \(keyNode.kind).")
        }
        let value = try YAMLNode(value, depth: depth + 1)
        pairs.append(Pair(key: name, keyMark: keyNode.mark, value: value))
      }
      content = .mapping(pairs)
    case .alias:
      throw NodeFault(code: "P002", mark: mark, message: "aliases (`*name`) are not read here. Write the value out.")
    }
  }
}

/// Why a file is not the YAML that Hearth reads.
private struct NodeFault: Error {
  let code: String
  let mark: Mark
  let message: String

  init(code: String, mark: Mark, message: String) {
    self.code = code
    self.mark = mark
    self.message = message
  }

  init(_ error: YamlError) {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _), .composer(_, let problem, let mark, _):
      self.init(
        code: "P001", mark: Mark(line: mark.line, column: mark.column),
        message: "this is not YAML: \(problem). Check indentation, quotes and brackets up to here.")
    case .duplicatedKeysInMapping(let duplicates, let context):
      self.init(
        code: "P003", mark: Mark(line: context.mark.line, column: context.mark.column),
        message: "\(duplicates.map { "`\($0)`" }.joined(separator: ", ")) stands twice in one mapping. Keep one.")
    default:
      self.init(code: "P001", mark: Mark(line: 1, column: 1), message: "this is not YAML: \(error)")
    }
  }
}
