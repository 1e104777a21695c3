/// Finds circles in a graph.
enum Circles {
  /// One circle for each edge that closes one, walking the nodes in their order.
  static func find<Node: Hashable>(_ nodes: [Node], _ next: (Node) -> some Collection<Node>) -> [[Node]] {
    var circles = [[Node]]()
    var done = Set<Node>()
    for start in nodes where !done.contains(start) {
      // A stack of its own: a pack may chain thousands of effects.
      var path = [(node: start, open: Array(next(start)))]
      var onPath: Set<Node> = [start]
      while let last = path.indices.last {
        guard let node = path[last].open.popLast() else {
          done.insert(path[last].node)
          onPath.remove(path[last].node)
          path.removeLast()
          continue
        }
        if onPath.contains(node) {
          circles.append(path.drop { $0.node != node }.map(\.node))
        } else if !done.contains(node) {
          path.append((node, Array(next(node))))
          onPath.insert(node)
        }
      }
    }
    return circles
  }
}
