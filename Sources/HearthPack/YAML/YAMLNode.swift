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
  private let source: SourceText

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
  package subscript(key: String) -> YAMLNode? { pair(key)?.value }

  /// The key and its value in a mapping.
  package func pair(_ key: String) -> Pair? { pairs?.first { $0.key == key } }

  /// Whether this is YAML's null: nothing, `~` or `null`, without quotes.
  package var isNull: Bool {
    if case .scalar(let text, isPlain: true) = content { ["", "~", "null"].contains(text) } else { false }
  }

  /// The places in the file of the scalars of this node's text.
  package var places: ScalarPlaces { ScalarPlaces(text ?? "", from: mark, in: source) }

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
  /// Words `*name` beside an anchor `&name` that are left to the parser; see ``checkAliases(in:)``.
  private static let aliasesMax = 32

  /// Reads a file of one document.
  ///
  /// - Throws: one diagnostic: text that is not YAML cannot be read on behind the first mistake.
  package static func read(_ text: String, file: String) throws(Diagnostics) -> YAMLNode {
    do {
      return try parse(text)
    } catch {
      var collector = DiagnosticCollector(file: file)
      collector.report(error.code, at: error.mark, error.message)
      throw Diagnostics(collector.list)
    }
  }

  private static func parse(_ text: String) throws(YAMLFault) -> YAMLNode {
    let start = Mark(line: 1, column: 1)
    guard text.utf8.count <= bytesMax else {
      throw YAMLFault("P004", start, "the file has \(text.utf8.count) bytes, at most \(bytesMax) are read. Split it.")
    }
    // A byte order mark says nothing in UTF-8, and the parser would count it as a column.
    let text = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
    let source = SourceText(text)
    if let (scalar, mark) = source.firstUnreadable { throw YAMLFault(unreadable: scalar, at: mark) }
    try checkAliases(in: source)
    let parser: Parser
    let root: Node?
    do {
      parser = try Parser(yaml: text)  // kept until the nodes are converted: it owns their anchors
      root = try parser.singleRoot()
    } catch {
      throw YAMLFault(error, in: source)
    }
    defer { withExtendedLifetime(parser) {} }
    guard let root else {
      throw YAMLFault("P001", start, "the file is empty, or has comments only.")
    }
    return try YAMLNode(root, depth: 0, source)
  }

  /// Refuses a file of many aliases before the parser sees it.
  ///
  /// Aliases are refused anyway, but the parser resolves them first and hashes what they stand for when they are keys:
  /// thirty lines of aliases of aliases would keep it busy for years.
  private static func checkAliases(in source: SourceText) throws(YAMLFault) {
    let references = source.references
    let anchors = Set(references.lazy.filter { $0.lead == "&" }.map(\.name))
    let aliases = references.lazy.filter { $0.lead == "*" && anchors.contains($0.name) }
    guard aliases.count > aliasesMax, let anchor = references.first(where: { $0.lead == "&" }) else { return }
    throw .anchor(at: anchor.mark)
  }

  private init(_ node: Node, depth: Int, _ source: SourceText) throws(YAMLFault) {
    self.source = source
    mark = source.clamped(Mark(line: node.mark?.line ?? 1, column: node.mark?.column ?? 1))
    guard depth <= Self.depthMax else {
      throw YAMLFault("P004", mark, "the file nests deeper than \(Self.depthMax) levels. Flatten it.")
    }
    if node.anchor != nil { throw .anchor(at: mark) }
    // The parser forgets `!`, and finds tags of its own for words such as `no`: what stands in the file is what counts.
    if source.scalar(at: mark) == "!" { throw .tag(at: mark) }
    switch node {
    case .scalar(let scalar):
      content = .scalar(scalar.string, isPlain: scalar.style == .plain)
    case .sequence(let sequence):
      var elements = [YAMLNode]()
      for element in sequence { elements.append(try YAMLNode(element, depth: depth + 1, source)) }
      content = .sequence(elements)
    case .mapping(let mapping):
      content = .mapping(try Self.pairs(mapping, depth: depth, source))
    case .alias:
      throw .alias(at: mark)
    }
  }

  private static func pairs(_ mapping: Node.Mapping, depth: Int, _ source: SourceText) throws(YAMLFault) -> [Pair] {
    var pairs = [Pair]()
    var lines = [String: Int]()
    for (key, value) in mapping {
      let keyNode = try YAMLNode(key, depth: depth + 1, source)
      guard let name = keyNode.text else {
        throw YAMLFault("P002", keyNode.mark, "a key is a word here, not \(keyNode.kind).")
      }
      guard name != "<<" else {
        throw YAMLFault(
          "P002", keyNode.mark, "merge keys (`<<`) are not read here. Write the keys out, or use a trait.")
      }
      // The parser tells `1` from `"1"`; here both are the text.
      if let first = lines.updateValue(keyNode.mark.line, forKey: name) {
        throw .duplicate(name, first: first, at: keyNode.mark)
      }
      let value = try YAMLNode(value, depth: depth + 1, source)
      pairs.append(Pair(key: name, keyMark: keyNode.mark, value: value))
    }
    return pairs
  }
}
