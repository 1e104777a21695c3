import HearthEngine
import HearthHub
import HearthModel
import HearthPack
import HearthTesting
import Testing

@testable import HearthServer

/// A day begins for many households: some at a time, each once, and none is left out when the store fails.
@Suite("Turning days")
struct DayTurnerTests {
  private static let engine = Engine(
    packs: [Fixture.famquestWithRules.name: Fixture.famquestWithRules], dayInZone: Fixture.day)
  private static let now = Instant(milliseconds: 1_770_000_000_000)
  private static let tomorrow = Instant(milliseconds: now.milliseconds + 86_400_000)

  private let store = StoreDouble()

  init() throws {
    for number in 0..<20 { try Self.found(number, in: store) }
  }

  private static func found(_ number: Int, in store: any Store) throws {
    let text = """
      app: famquest
      households:
        - label: Family \(number)
          id: family-\(number)
          devices: []
          records:
            families:
              - { id: family-\(number), name: Family \(number), locale: nl-NL, time_zone: UTC }
            users:
              - { id: eva, display_name: Eva, role: parent, email: eva-\(number)@example.org }
      """
    let seed = try SeedLoader.load(text, file: "seed.yaml", pack: Fixture.famquestWithRules)
    _ = try TestHub.found(seed.households[0], in: store, engine: engine)
  }

  /// Steps until there are no more; gives the transactions of each.
  private func steps(_ turner: inout DayTurner, now: Instant) throws -> [Int] {
    var transactions = [Int]()
    var hasMore = true
    while hasMore {
      let before = store.attempts
      hasMore = try turner.step(store, Self.engine, now: now) { _ in }
      transactions.append(store.attempts - before)
    }
    return transactions
  }

  @Test func `each step looks at a few households in a transaction of its own`() throws {
    var turner = DayTurner()
    try turner.look(store, Self.engine)
    #expect(turner.isLooking)
    #expect(try steps(&turner, now: Self.now) == [1, 1, 1, 1, 1], "20 households, 4 in a step")
    #expect(!turner.isLooking)
  }

  @Test func `a day that has been turned is not turned again, and the next one is`() throws {
    var turner = DayTurner()
    try turner.look(store, Self.engine)
    _ = try steps(&turner, now: Self.now)
    try turner.look(store, Self.engine)
    #expect(try steps(&turner, now: Self.now) == [0, 0, 0, 0, 0])
    try turner.look(store, Self.engine)
    #expect(try steps(&turner, now: Self.tomorrow) == [1, 1, 1, 1, 1])
  }

  @Test func `after a fault the look is over, and the next one comes to the rest alone`() throws {
    var turner = DayTurner()
    try turner.look(store, Self.engine)
    #expect(try turner.step(store, Self.engine, now: Self.now) { _ in })
    store.fail(StoreFault(.diskFull, "full"), times: 1)
    #expect(throws: StoreFault.self) { try turner.step(store, Self.engine, now: Self.now) { _ in } }
    #expect(!turner.isLooking)
    try turner.look(store, Self.engine)
    #expect(try steps(&turner, now: Self.now) == [0, 1, 1, 1, 1])
  }

  @Test func `a look at no household has nothing to do`() throws {
    var turner = DayTurner()
    #expect(try !turner.step(store, Self.engine, now: Self.now) { _ in Issue.record("nothing was due") })
  }
}
