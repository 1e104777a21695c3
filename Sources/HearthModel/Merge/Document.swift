/// A JSON object whose leaves each have siblings.
///
/// A leaf is a scalar, a list, or the empty object. An object exists as long as it has leaves, so removing its last
/// leaf removes it; that spares a marker for every object, and two devices that create the same object create no
/// conflict.
public struct Document: Hashable, Sendable {
  /// A path of keys from the root; the root is the empty path.
  public typealias Path = [String]

  /// One path and the writes about it.
  public struct Entry: Hashable, Sendable {
    /// The path.
    public let path: Path
    /// Its writes; a value of nil is a removal.
    public var register: Register

    /// Makes an entry.
    public init(path: Path, register: Register) {
      self.path = path
      self.register = register
    }

    /// Equal when the paths have the same UTF-8 and the registers are equal.
    public static func == (left: Entry, right: Entry) -> Bool {
      Document.isSame(left.path, right.path) && left.register == right.register
    }
  }

  /// The entries in ascending order of their paths, so that a path stands before all paths below it.
  public private(set) var entries: [Entry]
  /// What leaves with a rule of their own keep, ascending by path.
  public internal(set) var kept: [Kept] = []

  /// Whether it holds more than it shows: an object that was written as an empty one shows only when nothing stands in
  /// it, and what a leaf keeps comes back when it is put again.
  package var holdsMore: Bool {
    let empty = Value.object(ValueObject())
    return !kept.isEmpty || entries.contains { $0.register.contains { $0.value == empty } }
  }

  /// The paths of which it holds something, those with a rule of their own twice.
  package var pathCount: Int { entries.count + kept.count }

  /// The document that was never written.
  public init() {
    entries = []
  }

  /// Makes a document of stored entries, ascending by path.
  package init(entries: [Entry], kept: [Kept] = []) {
    self.entries = entries
    self.kept = kept
  }

  /// Writes a value at a path: an object as its leaves (J2), anything else as a leaf (J1). Covers what the author had
  /// seen at the path, below it, and as a leaf above it (J4).
  ///
  /// - Parameter shape: the rules of leaves that have some; nil when none has.
  /// - Throws: ``MergeRefusal`` when a leaf refuses; the document is then of no use.
  mutating func put(
    _ value: Value, at path: Path, by author: Authorship, seen: VersionVector, shape: FieldType.Shape? = nil
  ) throws(MergeRefusal) {
    let covered = Self.join(seen, author.dot)
    dropLeaves(above: path, seen: covered)
    dropLeaves(atOrBelow: path, seen: covered)
    for leaf in Self.leaves(of: value, at: path) {
      if let rule = shape?.leaf(at: leaf.path) { try keep(Write(author, leaf.value), at: leaf.path, seen: seen, rule) }
      apply(Write(author, leaf.value), at: leaf.path, seen: seen)
    }
  }

  /// Removes a path and everything below it that the author had seen (J3, J4).
  mutating func drop(_ path: Path, by author: Authorship, seen: VersionVector) {
    dropLeaves(atOrBelow: path, seen: Self.join(seen, author.dot))
    apply(Write(author, nil), at: path, seen: seen)
  }

  private mutating func dropLeaves(above path: Path, seen: VersionVector) {
    for position in entries.indices where Self.isLeafAbove(entries[position].path, path) {
      entries[position].register.drop(seenBy: seen)
    }
    entries.removeAll { $0.register.isEmpty }
  }

  private mutating func dropLeaves(atOrBelow path: Path, seen: VersionVector) {
    for position in entries.indices where Self.isBelow(entries[position].path, path) {
      entries[position].register.drop(seenBy: seen)
    }
    entries.removeAll { $0.register.isEmpty }
  }

  /// What an edit covers: what its author had seen, and what the same change set wrote before.
  private static func join(_ seen: VersionVector, _ own: Dot) -> VersionVector {
    var covered = seen
    covered.join(own)
    return covered
  }

  private mutating func apply(_ write: Write, at path: Path, seen: VersionVector) {
    let position = entries.firstIndex { !Self.precedes($0.path, path) } ?? entries.endIndex
    if position == entries.endIndex || !Self.isSame(entries[position].path, path) {
      entries.insert(Entry(path: path, register: Register()), at: position)
    }
    entries[position].register.apply(write, seen: seen)
  }
}

// MARK: - What is shown

extension Document {
  /// The document that the siblings resolve to, and what lost at which path.
  public struct View: Hashable, Sendable {
    /// The object shown.
    public let object: ValueObject
    /// The paths at which something lost.
    public let conflicts: [Conflict]
  }

  /// A path at which something lost.
  public struct Conflict: Hashable, Sendable {
    /// The path.
    public let path: Path
    /// What is shown and what is not.
    public let resolution: Resolution
  }

  /// Chooses at every path, then between a leaf and what stands below it (J5): as between siblings, the leaf against
  /// the most preferred write below; an empty object or a removal never hides what stands below.
  public func view(by rule: MergeRule) -> View {
    guard case .json(let isRanked, let shape) = rule else { return View(object: ValueObject(), conflicts: []) }
    let preference = Preference(isRanked: isRanked)
    let leaves = entries.compactMap { entry in
      resolution(of: entry, preference, shape).map { (entry.path, $0) }
    }
    let part = Part(leaves[...], preference)
    return View(object: part.object, conflicts: part.conflicts)
  }

  /// What a run of entries resolves to; each entry is looked at once for each leaf that stands above it.
  private struct Part {
    var object = ValueObject()
    var conflicts: [Conflict] = []
    /// The most preferred of the values that are shown.
    var strongest: Write?

    init(_ leaves: ArraySlice<(Path, Resolution)>, _ preference: Preference) {
      var rest = leaves
      while let (path, leaf) = rest.popFirst() {
        let below = rest.prefix { Document.isBelow($0.0, path) }
        rest = rest.dropFirst(below.count)
        add(leaf, at: path, with: Part(below, preference), preference)
      }
    }

    /// Row J5. What is lost below a leaf that hides it stays among the conflicts (P6).
    private mutating func add(_ leaf: Resolution, at path: Path, with below: Part, _ preference: Preference) {
      let subtree = below.strongest.flatMap { _ in below.object.value(at: path[...]) }
      var resolution = leaf
      var shown = subtree ?? leaf.winner.value
      if let value = leaf.winner.value, value != .object(ValueObject()) {
        if let strongest = below.strongest {
          resolution = leaf.against(Write(strongest.author, subtree), preference)
        }
        shown = resolution.winner.value
      }
      if !resolution.losers.isEmpty { conflicts.append(Conflict(path: path, resolution: resolution)) }
      conflicts += below.conflicts
      if let shown { object.set(shown, at: path[...]) }
      for write in [below.strongest, leaf.winner] { strengthen(by: write, preference) }
    }

    private mutating func strengthen(by write: Write?, _ preference: Preference) {
      guard let write, write.value != nil else { return }
      if let held = strongest, !preference.prefersSecond(held, write).0 { return }
      strongest = write
    }
  }
}

extension Resolution {
  /// The resolution between this leaf and what stands below it, which competes as one object, written by the author of
  /// its most preferred write.
  fileprivate func against(_ subtree: Write, _ preference: Preference) -> Resolution {
    let (belowWins, reason) = preference.prefersSecond(winner, subtree)
    guard belowWins else {
      return Resolution(winner: winner, losers: [Loser(write: subtree, reason: reason)] + losers)
    }
    let beaten = [winner] + losers.map(\.write)
    return Resolution(
      winner: subtree,
      losers: beaten.map { Loser(write: $0, reason: preference.prefersSecond($0, subtree).1) })
  }
}

// MARK: - Paths

extension Document {
  /// The leaves of a value that stands at a path, in document order.
  package static func leaves(of value: Value, at path: Path) -> [(path: Path, value: Value)] {
    guard case .object(let object) = value, !object.members.isEmpty else { return [(path, value)] }
    return object.members.flatMap { leaves(of: $0.value, at: path + [$0.key]) }
  }

  /// Whether a path is the other or stands below it.
  fileprivate static func isBelow(_ candidate: Path, _ path: Path) -> Bool {
    candidate.starts(with: path, by: { $0.isSameUTF8(as: $1) })
  }

  private static func isLeafAbove(_ candidate: Path, _ path: Path) -> Bool {
    candidate.count < path.count && path.starts(with: candidate, by: { $0.isSameUTF8(as: $1) })
  }

  static func precedes(_ left: Path, _ right: Path) -> Bool {
    left.lexicographicallyPrecedes(right) { $0.precedes($1) }
  }

  static func isSame(_ left: Path, _ right: Path) -> Bool {
    left.elementsEqual(right) { $0.isSameUTF8(as: $1) }
  }
}

extension ValueObject {
  /// Sets the value at a path, making the objects on the way; a scalar on the way gives place.
  package mutating func set(_ value: Value, at path: ArraySlice<String>) {
    guard let key = path.first else {
      if case .object(let object) = value { self = object }
      return
    }
    guard path.count > 1 else {
      // An empty object beside leaves below it adds nothing.
      if value == .object(ValueObject()), case .object? = self[key] { return }
      self[key] = value
      return
    }
    var inner = self[key]?.object ?? ValueObject()
    inner.set(value, at: path.dropFirst())
    self[key] = .object(inner)
  }

  /// Removes the value at a path, and the objects on the way that this leaves empty.
  package mutating func remove(at path: ArraySlice<String>) {
    guard let key = path.first else {
      self = ValueObject()
      return
    }
    guard path.count > 1 else {
      self[key] = nil
      return
    }
    // An object that is empty already was written so, and is a leaf.
    guard var inner = self[key]?.object, !inner.members.isEmpty else { return }
    inner.remove(at: path.dropFirst())
    self[key] = inner.members.isEmpty ? nil : .object(inner)
  }

  /// The value at a path; nil when there is none.
  package func value(at path: ArraySlice<String>) -> Value? {
    guard let key = path.first else { return .object(self) }
    guard path.count > 1 else { return self[key] }
    return self[key]?.object?.value(at: path.dropFirst())
  }
}
