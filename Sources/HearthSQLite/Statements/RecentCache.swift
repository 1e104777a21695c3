/// A bounded dictionary that forgets what has not been used for long.
///
/// Two generations: what is used moves to the young one; when that is half of the bound, it becomes the old one and
/// what was old is forgotten. That keeps at least the last half of the bound and costs two look-ups where a list of
/// uses would cost a rewrite of its links.
struct RecentCache<Key: Hashable, Value> {
  private var young: [Key: Value] = [:]
  private var old: [Key: Value] = [:]
  private let generationMax: Int

  /// Makes an empty cache.
  ///
  /// - Parameter countMax: entries that it holds at most; with 0 it holds none.
  init(countMax: Int) {
    generationMax = countMax / 2
  }

  /// The entry of a key; nil when it was never stored or has been forgotten.
  subscript(key: Key) -> Value? {
    mutating get {
      if let value = young[key] { return value }
      guard let value = old.removeValue(forKey: key) else { return nil }
      insert(value, key)
      return value
    }
    set {
      if !old.isEmpty { old[key] = nil }
      if let newValue { insert(newValue, key) } else { young[key] = nil }
    }
  }

  /// Gives a key another value if it has one, without counting that as a use.
  mutating func replace(_ value: Value, of key: Key) {
    if let place = young.index(forKey: key) {
      young.values[place] = value
    } else if let place = old.index(forKey: key) {
      old.values[place] = value
    }
  }

  /// Entries that it holds.
  var count: Int { young.count + old.count }

  mutating func removeAll() {
    young.removeAll()
    old.removeAll()
  }

  private mutating func insert(_ value: Value, _ key: Key) {
    guard generationMax > 0 else { return }
    if young.count >= generationMax, young[key] == nil {
      old = young
      young = [:]
    }
    young[key] = value
  }
}
