import Foundation
import GRDB
import HearthEngine
import HearthModel
import HearthPack
import HearthSQLite
import Testing

@Suite("Opening a SQLite store")
struct OpeningTests {
  private func open(_ folder: TemporaryFolder, packs: [String: Pack] = Fixture.packs) throws -> SQLiteStore {
    try SQLiteStore.open(at: folder.path, packs: packs)
  }

  /// A folder with Eva's household in a store that is closed.
  private func makeFolder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let store = try open(folder)
    _ = try TestHousehold(Fixture.eva, in: store)
    try store.close()
    return folder
  }

  // MARK: What works

  @Test func `a folder that is not there is made`() throws {
    let folder = try TemporaryFolder()
    let store = try SQLiteStore.open(at: folder.file("a/b"), packs: Fixture.packs)
    #expect(store.path.hasSuffix("/a/b/hearth.db"))
    #expect(try store.households().isEmpty)
  }

  @Test func `opening again finds everything`() throws {
    let store = try TemporaryStore()
    let eva = try TestHousehold(Fixture.eva, in: store)
    let phone = try eva.device("eva-phone")
    for title in ["A", "B"] { try eva.submit(phone, eva.set("tasks", RecordID(name: "dishes"), "title", .text(title))) }
    try eva.submit(phone, eva.pack.change("tasks", RecordID(name: "nothing"), [("title", .set(.text("C")))]))
    try store.beginLife(Epoch(rawValue: 42))
    let before = try StoreDump(store, [eva])
    try store.reopen()
    #expect(try StoreDump(store, [eva]) == before)
  }

  @Test func `a store that was not closed is found as it was`() throws {
    let folder = try TemporaryFolder()
    var store: SQLiteStore? = try open(folder)
    let eva = try TestHousehold(Fixture.eva, in: store!)
    let before = try StoreDump(store!, [eva])
    // What a killed process leaves: the file and its log, copied while the store is open.
    let copy = try TemporaryFolder()
    for name in ["hearth.db", "hearth.db-wal"] {
      try FileManager.default.copyItem(atPath: folder.file(name), toPath: copy.file(name))
    }
    store = nil
    #expect(try StoreDump(open(copy), [eva.id]) == before)
  }

  @Test func `an app can be added to a database, and may be missing from it`() throws {
    let folder = try makeFolder()
    let onlySampler = try open(folder, packs: ["sampler": Fixture.sampler])
    #expect(try onlySampler.households().map(\.app) == ["famquest"])
    let fault = expectFault(.unknown) { try onlySampler.household(Fixture.eva.id) }
    #expect(fault?.message.contains("`famquest`") == true)
    try onlySampler.close()
    let other = try TemporaryFolder()
    try open(other, packs: ["famquest": Fixture.famquest]).close()
    _ = try SamplerHome.found(in: open(other))
  }

  // MARK: What does not

  @Test func `a file that is no database is refused and left alone`() throws {
    let folder = try TemporaryFolder()
    let garbage = Data("It was the best of times, it was the worst of times. ".utf8) + Data(count: 8192)
    try garbage.write(to: folder.url.appending(path: "hearth.db"))
    let fault = expectFault(.notADatabase) { try open(folder) }
    #expect(fault?.message.contains("49 74 20 77 61 73") == true, "\(String(describing: fault))")
    #expect(FileManager.default.contents(atPath: folder.file("hearth.db")) == garbage)
  }

  @Test func `another program's database is refused and left alone`() throws {
    let folder = try TemporaryFolder()
    try tamper(folder.file("hearth.db")) { try $0.execute(sql: "CREATE TABLE notes (text); PRAGMA user_version = 1") }
    let before = FileManager.default.contents(atPath: folder.file("hearth.db"))
    let fault = expectFault(.notADatabase) { try open(folder) }
    #expect(fault?.message.contains("found 0") == true, "\(String(describing: fault))")
    #expect(FileManager.default.contents(atPath: folder.file("hearth.db")) == before)
  }

  @Test(arguments: [(6, "newer"), (4, "older"), (3, "older"), (0, "older")])
  func `another format is refused, with what to start`(version: Int, word: String) throws {
    let folder = try makeFolder()
    try tamper(folder.file("hearth.db")) { try $0.execute(sql: "PRAGMA user_version = \(version)") }
    let fault = expectFault(.otherVersion) { try open(folder) }
    #expect(fault?.message.contains(word) == true, "\(String(describing: fault))")
  }

  @Test func `a file that is cut off is refused`() throws {
    let folder = try makeFolder()
    let file = try FileHandle(forWritingTo: folder.url.appending(path: "hearth.db"))
    let length = try file.seekToEnd()
    try file.truncate(atOffset: length - 4096)
    try file.close()
    let fault = expectFault(.corrupt) { try open(folder) }
    #expect(fault?.message.contains("restore the last backup") == true)
  }

  @Test func `bytes flipped in the schema are refused`() throws {
    let folder = try makeFolder()
    try overwrite(folder, at: 100, Data(repeating: 0xa5, count: 400))
    expectFault(.corrupt) { try open(folder) }
  }

  @Test func `bytes flipped in the header are refused`() throws {
    for offset in [16, 18, 44, 56] {
      let folder = try makeFolder()
      try overwrite(folder, at: offset, Data([0x7f, 0x7f, 0x7f, 0x7f]))
      #expect(throws: StoreFault.self, "offset \(offset)") { try open(folder) }
    }
  }

  private func overwrite(_ folder: TemporaryFolder, at offset: Int, _ bytes: Data) throws {
    let file = try FileHandle(forWritingTo: folder.url.appending(path: "hearth.db"))
    try file.seek(toOffset: UInt64(offset))
    try file.write(contentsOf: bytes)
    try file.close()
  }

  @Test func `a second store on the same folder is refused with the holder's number, until the first is closed`() throws
  {
    let folder = try TemporaryFolder()
    let first = try open(folder)
    let fault = expectFault(.inUse) { try open(folder) }
    #expect(fault?.message.contains("this process (\(getpid()))") == true, "\(String(describing: fault))")
    try first.close()
    expectFault(.failed) { try first.commit { _ in Commit() } }
  }

  @Test func `a folder held by another process is refused with its number`() throws {
    let folder = try makeFolder()
    let holder = Process()
    let output = Pipe()
    holder.executableURL = URL(filePath: "/bin/sh")
    // `flock` of util-linux locks the file, writes its own number into it, and waits for its input to end.
    holder.arguments = [
      "-c", "exec 9>\"$0\"; flock -n 9 || exit 3; echo $$ >&9; echo held; read line", folder.file("hearth.lock"),
    ]
    holder.standardOutput = output
    let input = Pipe()
    holder.standardInput = input
    try holder.run()
    guard try output.fileHandleForReading.read(upToCount: 5) == Data("held\n".utf8) else {
      print("SKIPPED: this machine has no `flock` command to hold the folder with")
      return
    }
    let fault = expectFault(.inUse) { try open(folder) }
    #expect(fault?.message.contains("process \(holder.processIdentifier)") == true, "\(String(describing: fault))")
    try input.fileHandleForWriting.close()
    holder.waitUntilExit()
    _ = try open(folder)
  }

  @Test func `a file that can only be read is refused`() throws {
    let folder = try makeFolder()
    let disk = TestDisk(under: folder)
    disk.change { $0.isReadOnly = true }
    let fault = expectFault(.readOnly) { try open(folder) }
    #expect(fault?.message.contains(folder.file("hearth.db")) == true)
  }

  @Test func `a folder that cannot be made or written is refused`() throws {
    let folder = try TemporaryFolder()
    try Data().write(to: folder.url.appending(path: "file"))
    expectFault(.readOnly) { try SQLiteStore.open(at: folder.file("file/data"), packs: Fixture.packs) }
    // A folder where the lock file should be cannot be opened for writing, whoever asks.
    try FileManager.default.createDirectory(
      at: folder.url.appending(path: "hearth.lock"), withIntermediateDirectories: true)
    let fault = expectFault(.readOnly) { try open(folder) }
    #expect(fault?.message.contains("hearth.lock") == true)
  }

  // MARK: Packs

  @Test func `a pack that changed is refused with the first thing that did`() throws {
    let changes = [
      ("      due:             time?, guardian", "      due:             date?, guardian", "tasks.due"),
      ("      due:             time?, guardian", "      due:             time?", "tasks.due"),
      ("      points:          int(0..1000) = 0", "      points:          int(0..1000) = 5", "tasks.points"),
      ("      by_due:      { fields: [due]", "      by_due:      { fields: [due desc]", "tasks by_due"),
      ("open, guardian, precedence done > pending_approval > open", "open, guardian", "tasks.status"),
    ]
    let folder = try makeFolder()
    for (line, replacement, place) in changes {
      let text = Fixture.text("famquest/schema.yaml")
      try #require(text.contains(line))
      let pack = try PackLoader.load(text.replacingOccurrences(of: line, with: replacement), file: "schema.yaml")
      let fault = expectFault(.otherVersion) { try open(folder, packs: ["famquest": pack]) }
      #expect(fault?.message.contains("`\(place)") == true, "\(String(describing: fault))")
    }
    _ = try open(folder)
  }

  @Test func `a pack with other limits is the same to the store`() throws {
    let folder = try makeFolder()
    let text = Fixture.text("famquest/schema.yaml").replacingOccurrences(of: "text(1..200)", with: "text(1..300)")
    _ = try open(folder, packs: ["famquest": PackLoader.load(text, file: "schema.yaml")])
  }

  @Test func `two things of one name are refused before anything is made`() throws {
    let text = Fixture.samplerText.replacingOccurrences(of: "  things:", with: "  people_live:")
    let pack = try PackLoader.load(text, file: "sampler.yaml")
    let folder = try TemporaryFolder()
    let fault = expectFault(.exists) { try open(folder, packs: ["sampler": pack]) }
    #expect(fault?.message.contains("`sampler_people_live`") == true, "\(String(describing: fault))")
  }
}
