internal import Foundation
internal import HearthPack

/// Which of the demands on Hearth are claimed by something that would fail without them.
///
/// A demand is claimed by a scenario that names it under `proves`, by a test that names it, or by an index of a pack
/// that serves it. `fixtures/coverage.yaml` knows all demands, and says of those that nothing claims why.
struct Coverage {
  /// A kind of demands: their ids are the prefix and a number of two digits.
  struct Kind {
    let prefix: String
    let what: String
    let count: Int
    /// Whether the tests use these ids; where other pages number their own rules alike, `tested` says which test it is.
    let isNamedInTests: Bool

    var ids: [String] { (1...max(count, 1)).prefix(count).map { prefix + ($0 < 10 ? "0\($0)" : "\($0)") } }
  }

  private(set) var kinds: [Kind] = []
  /// Demands that are proved by proving others.
  private(set) var through: [String: [String]] = [:]
  /// Tests that prove a demand under another name.
  private(set) var tested: [String: (file: String, words: String)] = [:]
  /// Why nothing proves a demand.
  private(set) var reasons: [String: String] = [:]
  /// Where each demand is claimed.
  private(set) var claims: [String: Set<String>] = [:]
  /// What is wrong with the list itself.
  private(set) var faults: [String] = []

  /// - Parameter root: the folder with `fixtures` and `Tests`.
  init(root: URL) throws {
    let list = root.appending(path: "fixtures/coverage.yaml")
    read(try YAMLNode.read(String(contentsOf: list, encoding: .utf8), file: "fixtures/coverage.yaml"))
    for file in try Self.files(in: root.appending(path: "Tests"), ending: "swift") { try claimWords(of: file, root) }
    for file in try Self.files(in: root.appending(path: "fixtures"), ending: "yaml")
    where file.lastPathComponent == "schema.yaml" || file.path.contains("/scenarios/") {
      try claimYAML(of: file, root)
    }
    claimTested(root)
    claimThrough()
    check()
  }

  /// The demands of a kind that nothing claims.
  func open(_ kind: Kind) -> [String] { kind.ids.filter { claims[$0] == nil } }

  /// The demands that nothing claims and nobody gave a reason for.
  var unexplained: [String] { kinds.flatMap { open($0) }.filter { reasons[$0] == nil } }

  // MARK: The list

  private mutating func read(_ root: YAMLNode) {
    for pair in root["kinds"]?.pairs ?? [] {
      guard let count = pair.value["count"]?.text.flatMap({ Int($0) }), (0...99).contains(count) else {
        faults.append("kind \(pair.key) needs a `count` of at most 99")
        continue
      }
      kinds.append(
        Kind(
          prefix: pair.key, what: pair.value["what"]?.text ?? "", count: count,
          isNamedInTests: pair.value["tests"]?.text != "no"))
    }
    for pair in root["through"]?.pairs ?? [] {
      through[pair.key] = (pair.value.elements ?? [pair.value]).compactMap(\.text)
    }
    for pair in root["tested"]?.pairs ?? [] {
      guard let parts = pair.value.elements?.compactMap(\.text), parts.count == 2 else {
        faults.append("`tested` needs a file and words of a test's name for \(pair.key)")
        continue
      }
      tested[pair.key] = (file: parts[0], words: parts[1])
    }
    for pair in root["left_out"]?.pairs ?? [] { reasons[pair.key] = pair.value.text ?? "" }
  }

  // MARK: Claims

  private static func files(in folder: URL, ending: String) throws -> [URL] {
    let found = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.compactMap { $0 as? URL }
    return (found ?? []).filter { $0.pathExtension == ending }
      .sorted { $0.path < $1.path }
  }

  private mutating func claim(_ id: some StringProtocol, _ place: URL, _ root: URL) {
    claims[String(id), default: []].insert(String(place.path.dropFirst(root.path.count)))
  }

  /// A test claims every demand that its source names outside of comments.
  private mutating func claimWords(of file: URL, _ root: URL) throws {
    let known = Set(kinds.filter(\.isNamedInTests).flatMap(\.ids))
    for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
      let code = line.drop { $0 == " " }
      guard !code.hasPrefix("//") else { continue }
      for word in code.split(whereSeparator: { !$0.isLetter && !$0.isNumber && $0 != "-" })
      where known.contains(String(word)) {
        claim(word, file, root)
      }
    }
  }

  /// A scenario claims what stands under `proves`, a pack what its indexes serve.
  private mutating func claimYAML(of file: URL, _ root: URL) throws {
    let known = Set(kinds.flatMap(\.ids))
    let node = try YAMLNode.read(String(contentsOf: file, encoding: .utf8), file: file.lastPathComponent)
    var named = (node["proves"]?.elements ?? []).compactMap(\.text)
    for collection in node["collections"]?.pairs ?? [] {
      for index in collection.value["indexes"]?.pairs ?? [] {
        named += (index.value["serves"]?.elements ?? []).compactMap(\.text)
      }
    }
    for id in named where known.contains(id) { claim(id, file, root) }
    let prefixes = kinds.map(\.prefix)
    for id in named where !known.contains(id) {
      // Promises of the design and names of other documents stand there too.
      if prefixes.contains(where: { $0.count > 1 && id.hasPrefix($0) }) {
        faults.append("\(file.lastPathComponent) names \(id), which is no demand")
      }
    }
  }

  private mutating func claimTested(_ root: URL) {
    for (id, test) in tested.sorted(by: { $0.key < $1.key }) {
      let text = (try? String(contentsOf: root.appending(path: test.file), encoding: .utf8)) ?? ""
      if text.contains(test.words) {
        claims[id, default: []].insert(test.file)
      } else {
        faults.append("\(id) is tested in \(test.file), where nothing is called `\(test.words)`")
      }
    }
  }

  private mutating func claimThrough() {
    for (id, others) in through where !others.isEmpty && others.allSatisfy({ claims[$0] != nil }) {
      claims[id, default: []].formUnion(others.map { "through \($0)" })
    }
  }

  // MARK: The list against the claims

  private mutating func check() {
    let known = Set(kinds.flatMap(\.ids))
    for (id, others) in through.sorted(by: { $0.key < $1.key }) {
      for other in [id] + others where !known.contains(other) { faults.append("`through` names \(other), unknown") }
      for other in others where claims[other] == nil { faults.append("\(id) is proved through \(other), unproved") }
    }
    for (id, reason) in reasons.sorted(by: { $0.key < $1.key }) {
      if !known.contains(id) { faults.append("`left_out` names \(id), unknown") }
      if reason.isEmpty { faults.append("\(id) is left out without a reason") }
      if claims[id] != nil { faults.append("\(id) is left out and claimed") }
    }
  }
}
