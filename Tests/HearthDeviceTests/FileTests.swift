import Foundation
import GRDB
import HearthModel
import HearthReplica
import Testing

@testable import HearthDevice

/// The replica's file: what cannot be used is said in words, and nothing in it is touched.
@Suite("The replica's file", .serialized)
struct FileTests {
  /// Opens a file that cannot be used; checks the number and that the file stays as it was, byte for byte.
  private func refusal(
    _ configuration: DeviceConfiguration, comparesBytes: Bool = true, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> String {
    let before = try? Data(contentsOf: URL(filePath: configuration.path))
    let error = #expect(throws: DeviceError.self, sourceLocation: sourceLocation) { _ = try Device(configuration) }
    #expect(error?.code == .storage, sourceLocation: sourceLocation)
    #expect(error?.description.hasPrefix("E3001: ") == true, sourceLocation: sourceLocation)
    let after = try? Data(contentsOf: URL(filePath: configuration.path))
    #expect(!comparesBytes || before == after, "the file has changed", sourceLocation: sourceLocation)
    return error?.message ?? ""
  }

  /// A file with an edit in its outbox, which nobody has open.
  private func makeReplica(_ hub: TestHub) async throws -> DeviceConfiguration {
    let configuration = await hub.configuration("phone")
    let device = try Device(configuration)
    try await device.edit { $0.create("tasks", RecordID(name: "lamp"), [("title", .text("Lamp"))]) }
    return configuration
  }

  private func execute(_ path: String, _ sql: String) throws {
    let queue = try DatabaseQueue(path: path)
    try queue.write { try $0.execute(sql: sql) }
    try queue.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
    try queue.close()
  }

  @Test(arguments: [(3, "A newer app wrote it"), (1, "An older app wrote it")])
  func `E3001: a file of another version`(_ version: Int, _ advice: String) async throws {
    let hub = try TestHub()
    let configuration = try await makeReplica(hub)
    try execute(configuration.path, "PRAGMA user_version = \(version)")
    let message = try refusal(configuration)
    #expect(message.contains("has format \(version), this version reads 2. \(advice)"))
    try execute(configuration.path, "PRAGMA user_version = 2")
    #expect(await (try Device(configuration)).outbox().count == 1, "nothing is lost")
  }

  @Test func `E3001: a file of another pack, household or member`() async throws {
    let hub = try TestHub()
    let configuration = try await makeReplica(hub)
    try execute(configuration.path, "SELECT 1")
    var other = configuration
    other.household = HouseholdID(RecordID(name: "elsewhere"))
    #expect(try refusal(other).contains("belongs to household \(configuration.household), not to \(other.household)."))
    other = configuration
    other.member = TestHub.noah
    #expect(try refusal(other).contains("belongs to member \(TestHub.eva), not to \(TestHub.noah)."))
    other = configuration
    other.pack = TestHub.load(
      """
      pack: other
      version: 3
      language: 1
      open: true
      household: homes
      members: people
      zone: household.zone
      roles: { ranked: [parent] }
      collections:
        homes: { fields: { zone: zone = UTC } }
        people: { fields: { role: enum(parent) } }
      """)
    #expect(try refusal(other).contains("belongs to `chores 1`, not to `other 3`. Use another file."))
    #expect(await (try Device(configuration)).outbox().count == 1, "nothing is lost")
  }

  @Test func `E3001: a damaged file, and one that is none`() async throws {
    let hub = try TestHub()
    let configuration = try await makeReplica(hub)
    try execute(configuration.path, "SELECT 1")
    let whole = try Data(contentsOf: URL(filePath: configuration.path))
    let file = URL(filePath: configuration.path)
    try Data("Dear diary, today we washed the dishes. ".utf8 + Data(repeating: 46, count: 5000)).write(to: file)
    #expect(try refusal(configuration).contains("is damaged, or no replica. Move it away"))
    var torn = whole
    torn.replaceSubrange(
      whole.count / 2..<whole.count, with: Data(repeating: 0xee, count: whole.count - whole.count / 2))
    try torn.write(to: file)
    _ = try refusal(configuration, comparesBytes: false)
    try whole.write(to: file)
    #expect(await (try Device(configuration)).outbox().count == 1)
  }

  @Test func `E3001: a damaged row is named, and the device does not start without it`() async throws {
    let hub = try TestHub()
    let configuration = try await makeReplica(hub)
    try execute(configuration.path, "UPDATE outbox SET change_set = x'ffff'")
    #expect(try refusal(configuration, comparesBytes: false).contains("damaged ChangeSet"))
    try execute(configuration.path, "DELETE FROM meta WHERE name = 'identity'")
    #expect(try refusal(configuration).contains("lost its identity"))
  }

  @Test func `E3001: a database of another program is left alone`() async throws {
    let hub = try TestHub()
    let configuration = await hub.configuration("phone")
    try execute(configuration.path, "CREATE TABLE notes(text TEXT)")
    #expect(try refusal(configuration).contains("is a database of another program. Use another file."))
  }

  @Test func `E3001: a path that cannot be made or is a folder`() async throws {
    let hub = try TestHub()
    var configuration = await hub.configuration("phone")
    configuration.path = hub.folder.appending(path: "no/such/folder/phone.db").path
    #expect(try refusal(configuration).contains("cannot be opened or made. Is its folder there"))
    configuration.path = hub.folder.path
    #expect(try refusal(configuration).contains("cannot be"))
  }

  @Test(.enabled(if: geteuid() != 0, "the superuser may write everything"))
  func `E3001: a file that may not be written`() async throws {
    let hub = try TestHub()
    let configuration = try await makeReplica(hub)
    try FileManager.default.setAttributes([.posixPermissions: 0o444], ofItemAtPath: configuration.path)
    #expect(try refusal(configuration).contains("cannot be written"))
  }

  @Test func `E3001: a file that another program holds`() async throws {
    let hub = try TestHub()
    let configuration = try await makeReplica(hub)
    var exclusive = Configuration()
    exclusive.allowsUnsafeTransactions = true
    let holder = try DatabaseQueue(path: configuration.path, configuration: exclusive)
    try await holder.writeWithoutTransaction { try $0.execute(sql: "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE") }
    #expect(try refusal(configuration).contains("is locked by another program. Close that, and try again."))
    try await holder.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
    try holder.close()
    #expect(await (try Device(configuration)).outbox().count == 1)
  }

  /// Two writers would number two edits alike, and the hub could take only one of them.
  @Test func `E3001: of a file that is opened twice the earlier device lets go, and says so`() async throws {
    try await TestHub.with { hub in
      let first = try await hub.liveDevice("phone")
      try await first.vote(1)
      try await first.waitUntilSynced(timeout: TestHub.patience)
      let second = try await hub.device("phone")
      let error = await #expect(throws: DeviceError.self) { try await first.vote(10) }
      #expect(error?.code == .storage)
      #expect(error?.message.contains("is in use: it was opened again") == true)
      try await second.vote(100)
      await second.connect()
      try await second.waitUntilSynced(timeout: TestHub.patience)
      #expect(try await second.value("tasks", TestHub.dishes, "votes") == .int(101))
      try await eventually("the first has ended") { try await first.status().link == .offline }
      #expect(try await first.status().lastFault?.number == 3001)
      #expect(try await first.status().need?.contains("is in use") == true)
    }
  }

  /// A failed write changes nothing: neither what is shown nor what is told.
  @Test func `a commit that the disk refuses did not happen`() async throws {
    let hub = try TestHub()
    let configuration = try await makeReplica(hub)
    let device = try Device(configuration)
    try await DatabaseQueue(path: configuration.path).write {
      try $0.execute(
        sql: "CREATE TRIGGER full BEFORE INSERT ON outbox BEGIN SELECT RAISE(ABORT, 'no room'); END")
    }
    let error = await #expect(throws: DeviceError.self) {
      try await device.edit { $0.set("tasks", RecordID(name: "lamp"), "title", .text("Light")) }
    }
    #expect(error?.code == .storage)
    #expect(try await device.value("tasks", RecordID(name: "lamp"), "title") == .text("Lamp"))
    #expect(await device.outbox().count == 1)
    try await DatabaseQueue(path: configuration.path).write { try $0.execute(sql: "DROP TRIGGER full") }
    let ticket = try await device.edit { $0.set("tasks", RecordID(name: "lamp"), "title", .text("Light")) }
    #expect(ticket.counter == 2, "no number was used up")
  }

  /// Without it an edit that `commit` has taken is lost in a power cut.
  @Test func `each commit waits for the disk`() async throws {
    let hub = try TestHub()
    let configuration = await hub.configuration("phone")
    let opened = try SQLiteReplica.open(
      configuration.path, pack: configuration.pack,
      identity: ReplicaIdentity(incarnation: 1, household: hub.household, member: TestHub.eva))
    let (mode, synchronous) = try await opened.storage.database.read {
      (try String.fetchOne($0, sql: "PRAGMA journal_mode"), try Int.fetchOne($0, sql: "PRAGMA synchronous"))
    }
    #expect(mode == "wal")
    #expect(synchronous == 2, "FULL: https://www.sqlite.org/pragma.html#pragma_synchronous")
  }

  // MARK: The other numbers

  @Test(arguments: [
    "", "tcp", "tcp://", "tcp://host", "tcp://host:0", "tcp://host:65536", "tcp://host:1/path", "http://host:1",
    "ws://:7172", "host:7171", "tcp://host:port",
  ]) func `E3002: what is no address is refused with an example`(_ address: String) async throws {
    let hub = try TestHub()
    var configuration = await hub.configuration("phone")
    configuration.hub = address
    let error = #expect(throws: DeviceError.self) { _ = try Device(configuration) }
    #expect(error?.code == .address)
    #expect(
      error?.description == "E3002: `\(address)` is no address of a hub. Expected tcp://host:port or "
        + "ws://host:port, as tcp://127.0.0.1:7171.")
    #expect(!FileManager.default.fileExists(atPath: configuration.path), "no file is made for it")
  }

  @Test(arguments: ["tcp://[::1]:7171", "tcp://hub.example:1/", "ws://10.0.0.1:65535", "ws://host:7172/v1/sync"])
  func `an address is taken`(_ address: String) async throws {
    let hub = try TestHub()
    var configuration = await hub.configuration("phone")
    configuration.hub = address
    _ = try Device(configuration)
  }
}
