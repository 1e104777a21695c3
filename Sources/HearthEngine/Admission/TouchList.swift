internal import HearthModel

extension Stage {
  /// The records that a change set changed, in a stable order: by collection, then id.
  ///
  /// An array that is searched by halves: nearly all change sets touch one record or two, and hashing an address costs
  /// more than comparing it.
  struct TouchList {
    private var touches: [Touch] = []

    /// The touch of a record; nil when it was not touched.
    subscript(key: RecordKey) -> Touch? {
      let place = place(of: key)
      return place < touches.endIndex && touches[place].key == key ? touches[place] : nil
    }

    /// Adds a touch, in place of one of the same record.
    mutating func add(_ touch: Touch) {
      let place = place(of: touch.key)
      if place < touches.endIndex, touches[place].key == touch.key {
        touches[place] = touch
      } else {
        touches.insert(touch, at: place)
      }
    }

    /// The first place whose record does not come before.
    private func place(of key: RecordKey) -> Int {
      var (low, high) = (0, touches.count)
      while low < high {
        let middle = (low + high) / 2
        if touches[middle].key.precedes(key) { low = middle + 1 } else { high = middle }
      }
      return low
    }
  }
}

extension Stage.TouchList: RandomAccessCollection {
  var startIndex: Int { touches.startIndex }
  var endIndex: Int { touches.endIndex }
  subscript(position: Int) -> Stage.Touch { touches[position] }
}

extension RecordKey {
  /// The order of the records of one household: by collection, then id.
  func precedes(_ other: RecordKey) -> Bool {
    collection == other.collection ? record < other.record : collection < other.collection
  }
}
