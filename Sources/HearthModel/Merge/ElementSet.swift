/// A set whose elements each have siblings: "added" and "removed" writes of which none has seen another.
///
/// A removal is kept as a sibling like any other write, so that the decision about a concurrent addition is the same
/// whichever arrives first, and so that ranks can decide.
public struct ElementSet: Hashable, Sendable {
  /// One element and the writes about it.
  public struct Entry: Hashable, Sendable {
    /// The element.
    public let element: Value
    /// Its writes; a value of nil is a removal.
    public var register: Register

    /// Makes an entry.
    public init(element: Value, register: Register) {
      self.element = element
      self.register = register
    }
  }

  /// The entries in ascending order of their elements.
  public private(set) var entries: [Entry]

  /// The empty set.
  public init() {
    entries = []
  }

  /// Makes a set of stored entries, ascending by element.
  package init(entries: [Entry]) {
    self.entries = entries
  }

  /// Adds (S1) or removes (S2) an element.
  mutating func apply(_ element: Value, isPresent: Bool, by author: Authorship, seen: VersionVector) {
    let write = Write(author, isPresent ? .bool(true) : nil)
    let position = entries.firstIndex { $0.element >= element } ?? entries.endIndex
    if position == entries.endIndex || entries[position].element != element {
      entries.insert(Entry(element: element, register: Register()), at: position)
    }
    entries[position].register.apply(write, seen: seen)
  }

  /// The elements that are present, ascending (S3, S4).
  public func elements(isRanked: Bool) -> [Value] {
    let preference = MergeRule.set(isRanked: isRanked).preference!
    return entries.filter { $0.register.winner(by: preference)?.value != nil }.map(\.element)
  }
}
