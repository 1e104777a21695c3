import Testing

@testable import HearthProtocol

/// Every cell of the table in protocol/wire.md, section 5: what a session answers to every event in every state.
@Suite("HubSession: every event in every state")
struct HubSessionTableTests {
  static let table = Result { try AnswerTable(Page("protocol/wire.md"), "hub session") }

  @Test func `the table has every event and every state, and no others`() throws {
    let table = try Self.table.get()
    #expect(table.events == HubEvent.allCases.map(\.rawValue))
    #expect(table.states == HubColumn.allCases.map(\.rawValue))
  }

  @Test(arguments: HubEvent.allCases, HubColumn.allCases)
  func `a session answers as the table says`(_ event: HubEvent, _ column: HubColumn) throws {
    let expected = try #require(try Self.table.get().answer(to: event.rawValue, in: column.rawValue))
    if expected == "cannot be" {
      #expect(event.needsSubmissions && [.awaitingHello, .authenticating, .catchingUp].contains(column))
    } else {
      #expect(event.answer(in: column) == expected)
    }
  }

  @Test(arguments: [HubColumn.awaitingHello, .authenticating, .catchingUp])
  func `an outcome for a session that has submitted nothing stops the process`(_ column: HubColumn) async {
    await #expect(processExitsWith: .failure) { [name = column.rawValue as String] in
      var session = HubColumn(rawValue: name)!.makeSession()
      _ = session.decided(.outcome(.sample(11, 21)))
    }
  }
}
