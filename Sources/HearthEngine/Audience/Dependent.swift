internal import HearthModel

extension Audience {
  /// A path of references backwards: from a record that changed to those whose visibility depends on it.
  struct Dependent: Hashable, Sendable {
    /// The field of the changed record that is read; nil when only its being there counts.
    let field: FieldNumber?
    /// The references that lead to it, the last one first.
    let links: [Link]

    struct Link: Hashable, Sendable {
      let collection: CollectionNumber
      let field: FieldNumber
    }
  }

  /// By the number of the collection: the fields that are no references and that read conditions follow all the same,
  /// so that the index of references has to hold them.
  static func followed(_ dependents: [[Dependent]], in pack: Pack) -> [FieldSet] {
    var fields = [FieldSet](repeating: FieldSet(), count: pack.collections.count)
    for link in dependents.joined().flatMap(\.links) {
      guard let collection = pack.collection(link.collection), let field = collection.field(link.field),
        field.type.target == nil
      else { continue }
      fields[link.collection.index].insert(link.field)
    }
    return fields
  }

  /// By the number of the collection that a path passes or ends in: the ways back to the records that ask.
  static func dependents(
    of readers: some Sequence<(CollectionNumber, [Expression.Input])>, in pack: Pack
  ) -> [[Dependent]] {
    var found = [[Dependent]](repeating: [], count: pack.collections.count)
    for (collection, inputs) in readers {
      for (target, dependent) in inputs.flatMap({ stations(of: $0, from: collection) })
      where found.indices.contains(target.index) && !found[target.index].contains(dependent) {
        found[target.index].append(dependent)
      }
    }
    return found
  }

  /// Each record on a path but the first, with the way back from it.
  private static func stations(
    of input: Expression.Input, from collection: CollectionNumber
  ) -> [(CollectionNumber, Dependent)] {
    var found: [(CollectionNumber, Dependent)] = []
    var links: [Dependent.Link] = []
    var (current, field): (CollectionNumber, FieldNumber?) = (collection, nil)
    for (position, step) in input.steps.enumerated() {
      switch step {
      case .field(let number): field = number
      case .key: break
      case .follow(let target):
        guard let reference = field else { return found }
        links.insert(Dependent.Link(collection: current, field: reference), at: 0)
        (current, field) = (target, nil)
        var read: FieldNumber?
        if position + 1 < input.steps.count, case .field(let number) = input.steps[position + 1] { read = number }
        found.append((target, Dependent(field: read, links: links)))
      }
    }
    return found
  }
}
