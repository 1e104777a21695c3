/// What the readers of packs and of seeds share: they report a mistake and go on, so that one run shows all of them.
protocol NodeReader {
  var collector: DiagnosticCollector { get set }
}

extension NodeReader {
  mutating func report(_ code: String, _ mark: Mark, _ message: String) {
    collector.report(code, at: mark, message)
  }

  /// The pairs of a mapping; nil, and reported, when the node is something else.
  mutating func mapping(_ node: YAMLNode, _ what: String) -> [YAMLNode.Pair]? {
    if let pairs = node.pairs { return pairs }
    report("P005", node.mark, "expected \(what), found \(node.kind).")
    return nil
  }

  /// The elements of a list; nil, and reported, when the node is something else.
  mutating func list(_ node: YAMLNode, _ what: String) -> [YAMLNode]? {
    if let elements = node.elements { return elements }
    report("P005", node.mark, "expected a list of \(what), as `[a, b]`, found \(node.kind).")
    return nil
  }
}
