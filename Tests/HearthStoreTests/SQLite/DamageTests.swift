import Foundation
import GRDB
import HearthEngine
import HearthModel
import HearthSQLite
import HearthTesting
import Testing

/// Rows that are not what the store wrote are faults of one request, with table and place, and never a trap.
@Suite("Damaged rows")
struct DamageTests {
  private static let dishes = "id = x'\(RecordID(name: "dishes").description.replacingOccurrences(of: "-", with: ""))'"

  /// What to do to the file, what the fault says of the place, and which request meets it.
  struct Damage: CustomTestStringConvertible {
    let sql: String
    let place: String
    let request: @Sendable (TestHousehold) throws -> Void

    var testDescription: String { sql }
  }

  private static let read: @Sendable (TestHousehold) throws -> Void = {
    _ = try $0.record("tasks", RecordID(name: "dishes"))
  }
  private static let list: @Sendable (TestHousehold) throws -> Void = { _ = try $0.changed() }
  private static let change: @Sendable (TestHousehold) throws -> Void = { _ = try $0.store.change($0.id, Dot(.hub, 1)) }

  static let damages = [
    Damage(
      sql: "UPDATE famquest_tasks SET _state = x'' WHERE \(dishes)", place: "record \(RecordID(name: "dishes"))",
      request: read),
    Damage(sql: "UPDATE famquest_tasks SET _state = x'07' WHERE \(dishes)", place: "`famquest_tasks`", request: list),
    Damage(
      sql: "UPDATE famquest_tasks SET _state = substr(_state, 1, length(_state) - 1) WHERE \(dishes)",
      place: "`famquest_tasks`",
      request: read),
    Damage(
      sql: "UPDATE famquest_tasks SET _state = (SELECT _state FROM famquest_events LIMIT 1) WHERE \(dishes)",
      place: "23 slots", request: read),
    Damage(
      sql: "UPDATE famquest_tasks SET id = x'00' WHERE \(dishes)", place: "`famquest_tasks`", request: list),
    Damage(sql: "UPDATE hearth_changes SET verdict = x'09'", place: "`hearth_changes`", request: change),
    Damage(sql: "UPDATE hearth_changes SET rank = 999", place: "change set 0.1", request: change),
    Damage(sql: "UPDATE hearth_changes SET member = x'00'", place: "change set 0.1", request: change),
    Damage(sql: "UPDATE hearth_changes SET replica = -1", place: "no replica number", request: { _ = try $0.state() }),
    Damage(
      sql: "UPDATE hearth_installs SET device = x'00'", place: "`hearth_installs`", request: { _ = try $0.state() }),
    Damage(
      sql: "UPDATE hearth_installs SET replica = -1", place: "`hearth_installs`", request: { _ = try $0.state() }),
    Damage(
      sql: "UPDATE OR REPLACE hearth_references SET field = -1", place: "`hearth_references`",
      request: { _ = try $0.store.referrers($0.id, to: RecordID(name: "sam")) }),
    Damage(
      sql: "UPDATE hearth_devices SET member = x'00'", place: "`hearth_devices`",
      request: { _ = try $0.store.devices(of: $0.id) }),
    Damage(
      sql: "UPDATE hearth_households SET uuid = 'x'", place: "`hearth_households`",
      request: { _ = try $0.store.households() }),
  ]

  @Test(arguments: damages)
  func `a damaged row is named`(damage: Damage) throws {
    let store = try TemporaryStore()
    let eva = try TestHousehold(Fixture.eva, in: store)
    try eva.open(eva.devices[0])
    try store.whileClosed { path in try tamper(path) { try $0.execute(sql: damage.sql) } }
    let fault = expectFault(.corrupt) { try damage.request(eva) }
    #expect(fault?.message.contains(damage.place) == true, "\(String(describing: fault))")
  }

  @Test func `a damaged row of one household leaves the others alone`() throws {
    let store = try TemporaryStore()
    let (eva, mark) = (try TestHousehold(Fixture.eva, in: store), try TestHousehold(Fixture.mark, in: store))
    try store.whileClosed { path in
      try tamper(path) { try $0.execute(sql: "UPDATE famquest_tasks SET _state = x'' WHERE \(Self.dishes)") }
    }
    expectFault(.corrupt) { try eva.value("tasks", RecordID(name: "dishes"), "title") }
    try mark.submit(mark.devices[0], mark.set("tasks", RecordID(name: "walk-dog"), "title", .text("X")))
    #expect(try mark.value("tasks", RecordID(name: "walk-dog"), "title") == .text("X"))
  }

  @Test func `a damaged page is a fault`() throws {
    let store = try TemporaryStore()
    let eva = try TestHousehold(Fixture.eva, in: store)
    try store.whileClosed { path in
      let page =
        try Onlooker(path).rows("SELECT rootpage FROM sqlite_schema WHERE name = 'famquest_tasks'")[0][0] as Int
      let file = try FileHandle(forWritingTo: URL(filePath: path))
      try file.seek(toOffset: UInt64(page - 1) * 4096)
      try file.write(contentsOf: Data(repeating: 0x5a, count: 4096))
      try file.close()
    }
    let fault = expectFault(.corrupt) { try eva.record("tasks", RecordID(name: "dishes")) }
    #expect(fault?.message.contains("restore the last backup") == true)
    expectFault(.corrupt) { try eva.changed() }
  }

  @Test(arguments: 0..<40)
  func `random bytes in a state are a fault or another state, never a trap`(seed: Int) throws {
    let store = try TemporaryStore()
    let eva = try TestHousehold(Fixture.eva, in: store)
    var random = SeededGenerator(seed: UInt64(seed))
    var state = try #require(try eva.record("tasks", RecordID(name: "dishes"))).encoded
    for _ in 0..<1 + Int(random.next() % 3) {
      state[Int(random.next() % UInt64(state.count))] = UInt8(truncatingIfNeeded: random.next())
    }
    try store.whileClosed { path in
      try tamper(path) { database in
        try database.execute(sql: "UPDATE famquest_tasks SET _state = ? WHERE \(Self.dishes)", arguments: [Data(state)])
      }
    }
    do {
      for field in eva.pack.collection(named: "tasks")!.fields {
        _ = try eva.value("tasks", RecordID(name: "dishes"), field.name)
      }
      try eva.submit(eva.devices[0], eva.set("tasks", RecordID(name: "dishes"), "title", .text("X")))
    } catch let fault as StoreFault {
      #expect(fault.kind == .corrupt, "\(fault)")
    }
  }
}
