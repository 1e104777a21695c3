import HearthEngine
import HearthModel
import Testing

@Suite("A second creation under one key writes into the record that is there (pack language, section 10)")
struct KeyJoinTests {
  private let desk: PantryDesk

  init() throws {
    desk = try PantryDesk()
    try desk.submit(
      "eva", desk.change("shops/corner", .create, [("name", .text("Corner"))]),
      desk.change("items/tea", .create, [("name", .text("tea"))]))
  }

  private func price(_ cents: Int64) -> RecordChange {
    desk.change(
      "prices/tea+corner", .create, [("item", .name("tea")), ("shop", .name("corner")), ("cents", .set(.int(cents)))])
  }

  @Test("who may create and not change cannot change by creating again")
  func refused() throws {
    try desk.submit("eva", price(250))
    let rejection = try desk.submit("noah", at: 5, price(1)).rejection
    #expect(rejection?.code == .forbidden)
    #expect(rejection?.rule == "prices.access.update")
    #expect(desk.value("prices/tea+corner", "cents") == .int(250))
  }

  @Test("the same said twice is no change, and who may change joins")
  func joined() throws {
    try desk.submit("noah", price(250))
    #expect(try desk.submit("noah", at: 1, price(250)).isTaken)
    #expect(try desk.submit("eva", at: 2, price(300)).isTaken)
    #expect(desk.value("prices/tea+corner", "cents") == .int(300))
    #expect(try desk.submit("noah", at: 3, price(300)).isTaken)
  }
}
