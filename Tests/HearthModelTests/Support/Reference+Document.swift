import HearthModel

extension Reference {
  /// What a JSON slot shows: a tree, built from the writes that no other operation covers.
  func document(isRanked: Bool) -> Shown {
    let tree = DocumentTree(
      leaves: uncoveredLeaves, criteria: (isRanked ? [.rank] : []) + Criterion.lastWriter,
      rule: history.collection.rules[0].name)
    let node = tree.node(at: [])
    return Shown(values: [node.value?.object.map(Value.object) ?? .object([:])], conflicts: node.conflicts)
  }

  /// The writes at each path which no operation of who had seen them, or later in the same change set, covers (J4).
  private var uncoveredLeaves: [DocumentTree.Leaf] {
    var leaves = [DocumentTree.Leaf]()
    for event in history.events.indices {
      for (place, edit) in history.events[event].operation.slots.enumerated() {
        for leaf in edit.operation.leaves where !isCovered(leaf.path, event, place) {
          leaves.append(DocumentTree.Leaf(path: leaf.path, write: history.events[event].write(leaf.value)))
        }
      }
    }
    return leaves
  }

  private func isCovered(_ path: Document.Path, _ event: Int, _ place: Int) -> Bool {
    history.events.indices.contains { other in
      history.events[other].operation.slots.enumerated().contains { otherPlace, edit in
        let isLater = other == event ? otherPlace > place : covers(other, event)
        return isLater && edit.operation.reaches(path)
      }
    }
  }
}

extension SlotOperation {
  /// The leaves that it writes; a value of nil is a removal.
  fileprivate var leaves: [(path: Document.Path, value: Value?)] {
    switch self {
    case .write(let value): value.leaves(at: [])
    case .put(let path, let value): value.leaves(at: path)
    case .drop(let path): [(path, nil)]
    case .add, .insert, .remove: []
    }
  }

  /// Whether it covers what its author had seen at a path: at and below its own path, and for a value also above.
  fileprivate func reaches(_ path: Document.Path) -> Bool {
    switch self {
    case .write: true
    case .put(let own, _): path.starts(with: own) || own.starts(with: path)
    case .drop(let own): path.starts(with: own)
    case .add, .insert, .remove: false
    }
  }
}

extension Value {
  fileprivate func leaves(at path: Document.Path) -> [(path: Document.Path, value: Value?)] {
    guard case .object(let object) = self, !object.members.isEmpty else { return [(path, self)] }
    return object.members.flatMap { $0.value.leaves(at: path + [$0.key]) }
  }
}

/// The tree of a JSON slot's paths, resolved from the leaves upwards (J5).
private struct DocumentTree {
  struct Leaf {
    let path: Document.Path
    let write: Write
  }

  struct Node {
    /// What is shown; nil when nothing is.
    var value: Value?
    /// The most preferred of the writes that are shown.
    var strongest: Write?
    /// The conflicts here and below, whether or not what is below is shown.
    var conflicts: [Conflict] = []
  }

  let leaves: [Leaf]
  let criteria: [Criterion]
  let rule: String

  func node(at path: Document.Path) -> Node {
    let below = nodeBelow(path)
    let writes = leaves.filter { $0.path == path }.map(\.write).sorted { $0.author.dot < $1.author.dot }
    guard let leaf = criteria.resolve(writes) else { return below }
    let isHiding = leaf.winner.value != nil && leaf.winner.value != .object([:])
    let (winner, losers) = isHiding ? choose(leaf, below) : leaf
    var node = below
    if isHiding {
      (node.value, node.strongest) = (winner.value, winner)
    } else if let value = leaf.winner.value {
      node.value = below.value ?? value
      node.strongest = [below.strongest, leaf.winner].compactMap(\.self).max { criteria.reason($0, over: $1) == nil }
    }
    let conflict = Conflict(subject: .path(FieldNumber(rawValue: 1), path), rule: rule, winner: winner, losers: losers)
    node.conflicts = (conflict.disagrees ? [conflict] : []) + below.conflicts
    return node
  }

  /// Between a leaf and the values below it.
  private func choose(_ leaf: (winner: Write, losers: [Loser]), _ below: Node) -> (winner: Write, losers: [Loser]) {
    guard let strongest = below.strongest else { return leaf }
    let subtree = Write(strongest.author, below.value)
    if let reason = criteria.reason(leaf.winner, over: subtree) {
      return (leaf.winner, [Loser(write: subtree, reason: reason)] + leaf.losers)
    }
    let beaten = [leaf.winner] + leaf.losers.map(\.write)
    return (subtree, beaten.map { Loser(write: $0, reason: criteria.reason(subtree, over: $0)!) })
  }

  /// The object of everything below a path.
  private func nodeBelow(_ path: Document.Path) -> Node {
    let keys = Set(
      leaves.filter { $0.path.count > path.count && $0.path.starts(with: path) }.map { $0.path[path.count] })
    let nodes = keys.sorted().map { ($0, node(at: path + [$0])) }
    let members = nodes.compactMap { key, node in node.value.map { (key, $0) } }
    return Node(
      value: members.isEmpty ? nil : .object(ValueObject(members.map { ($0.0, $0.1) })),
      strongest: criteria.resolve(nodes.compactMap(\.1.strongest))?.winner, conflicts: nodes.flatMap(\.1.conflicts))
  }
}
