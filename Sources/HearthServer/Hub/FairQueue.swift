internal import HearthModel
internal import NIOCore

/// Change sets that wait to be decided, a line for each household.
///
/// With each batch a household has at most its share of change sets decided, in the order in which they came; what is
/// over waits for the next batch, and the households take turns in coming first. So a household at full tilt costs the
/// others a batch of bounded length, and not all that it has sent.
struct FairQueue<Item> {
  /// Change sets of one household in a batch. The sync that ends a batch is by then a few percent of its cost.
  static var share: Int { 64 }

  private var lines: [HouseholdID: CircularBuffer<Item>] = [:]
  /// The households that wait, the one that comes first in front.
  private var turns = CircularBuffer<HouseholdID>()
  /// How many change sets wait.
  private(set) var count = 0

  var isEmpty: Bool { count == 0 }

  /// Puts a change set at the end of its household's line.
  mutating func append(_ item: Item, of household: HouseholdID) {
    if lines[household] == nil { turns.append(household) }
    lines[household, default: CircularBuffer(initialCapacity: 1)].append(item)
    count += 1
  }

  /// Takes the next batch, household by household.
  ///
  /// - Parameter countMax: change sets in it at most; at least 1.
  mutating func takeBatch(_ countMax: Int) -> [Item] {
    var batch = [Item]()
    batch.reserveCapacity(min(count, countMax))
    for _ in 0..<turns.count where batch.count < countMax {
      let household = turns.removeFirst()
      guard var line = lines.removeValue(forKey: household) else { continue }
      let taken = min(line.count, Self.share, countMax - batch.count)
      batch += line.prefix(taken)
      line.removeFirst(taken)
      guard !line.isEmpty else { continue }
      lines[household] = line
      turns.append(household)
    }
    count -= batch.count
    return batch
  }
}
