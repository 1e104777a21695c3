import Testing

@testable import HearthProtocol

/// Every cell of the table in protocol/wire.md, section 7: what a link does at every event in every state (G12).
@Suite("DeviceLink: every event in every state")
struct DeviceLinkTableTests {
  static let table = Result { try AnswerTable(Page("protocol/wire.md"), "device link") }

  @Test func `the table has every event and every state, and no others`() throws {
    let table = try Self.table.get()
    #expect(table.events == LinkEvent.allCases.map(\.rawValue))
    #expect(table.states == LinkColumn.allCases.map(\.rawValue))
  }

  @Test(arguments: LinkEvent.allCases, LinkColumn.allCases)
  func `a link does what the table says`(_ event: LinkEvent, _ column: LinkColumn) throws {
    let expected = try #require(try Self.table.get().answer(to: event.rawValue, in: column.rawValue))
    #expect(event.answer(in: column) == expected)
  }
}
