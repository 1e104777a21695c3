import HearthModel
import Testing

@testable import HearthServer

/// docs/internals/change-set.md, step 6: each household has a line and a share.
@Suite("Fair shares of the commit thread")
struct FairQueueTests {
  private struct Item: Hashable {
    let household: Int
    let number: Int
  }

  private static func id(_ household: Int) -> HouseholdID { HouseholdID(RecordID(name: "family-\(household)")) }

  private static func queue(_ counts: [Int]) -> FairQueue<Item> {
    var queue = FairQueue<Item>()
    for (household, count) in counts.enumerated() {
      for number in 0..<count { queue.append(Item(household: household, number: number), of: id(household)) }
    }
    return queue
  }

  @Test func `a household at full tilt has its share of a batch, and the others are all in it`() {
    var queue = Self.queue([5000, 1, 3])
    let batch = queue.takeBatch(1024)
    #expect(batch.count { $0.household == 0 } == FairQueue<Item>.share)
    #expect(batch.count { $0.household == 1 } == 1)
    #expect(batch.count { $0.household == 2 } == 3)
    #expect(queue.count == 5000 - FairQueue<Item>.share)
  }

  @Test func `who was not in a batch comes first in the next`() {
    var queue = Self.queue([100, 100, 100])
    #expect(Set(queue.takeBatch(100).map(\.household)) == [0, 1])
    let second = queue.takeBatch(100)
    #expect(second.prefix(FairQueue<Item>.share).allSatisfy { $0.household == 2 })
  }

  @Test(arguments: [1, 7, 64, 1024])
  func `each change set is taken once, in the order of its household`(countMax: Int) {
    let counts = [200, 0, 3, 64, 65, 1]
    var queue = Self.queue(counts)
    var taken = [Item]()
    while !queue.isEmpty {
      let batch = queue.takeBatch(countMax)
      #expect((1...countMax).contains(batch.count))
      taken += batch
    }
    #expect(queue.takeBatch(countMax).isEmpty)
    for (household, count) in counts.enumerated() {
      #expect(taken.filter { $0.household == household }.map(\.number) == Array(0..<count))
    }
  }

  @Test func `who comes while others wait is in the next batch`() {
    var queue = Self.queue([5000])
    _ = queue.takeBatch(1024)
    queue.append(Item(household: 9, number: 0), of: Self.id(9))
    #expect(queue.takeBatch(1024).contains(Item(household: 9, number: 0)))
  }
}
