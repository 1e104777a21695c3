package import ArgumentParser
internal import Foundation
internal import HearthConsole
internal import HearthEngine
internal import HearthHub
internal import HearthModel
internal import HearthSQLite

/// `hearth compact`.
package struct CompactCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "compact", abstract: "Collect what is past in the data folder of a stopped hub.",
    discussion: """
      A running hub does the same by itself, once an hour. What was collected leaves room in the file for what comes; \
      --vacuum writes the file anew without that room, which takes as much free disk as the file is large.
      Example: hearth compact --data ./hearth-data --vacuum
      """)

  @Option(help: "Folder of the database.") var data = "hearth-data"
  @Option(help: "Folder with a sub-folder for each app.") var packs = PackLibrary.defaultFolder
  @Option(help: "Days for which history can be looked up, from 1 to 36500.") var retentionDays = 365
  @Option(help: "Days of silence after which nothing waits for a device, from 1 to 36500.") var lapseDays = 90
  @Flag(help: "Write the file anew, without the room that is free in it.") var vacuum = false
  @Flag(help: "Print JSON.") var json = false

  package init() {}

  package func validate() throws {
    for (name, days) in [("--retention-days", retentionDays), ("--lapse-days", lapseDays)]
    where !(1...36_500).contains(days) {
      throw ValidationError("\(name): expected a whole number from 1 to 36500, found `\(days)`.")
    }
  }

  package func run() throws {
    let folder = DataFolder(data)
    guard FileManager.default.fileExists(atPath: folder.url.appending(path: "hearth.db").path) else {
      throw CommandFailure(.storeClosed, "There is no database in `\(data)`. Name the hub's data folder with --data.")
    }
    let library = try PackLibrary(folder: packs)
    let report: CompactReport
    do {
      let store = try SQLiteStore.open(at: folder.url.path, packs: library.packs)
      report = try compact(store, Engine(packs: library.packs, dayInZone: ZoneCalendar.day))
      try store.close()
    } catch let fault as StoreFault {
      throw CommandFailure(.storeClosed, fault.message)
    }
    let output = Output(isJSON: json)
    if json { return try output.json(report) }
    output.line(
      "Collected \(report.change_sets) change sets, \(report.decisions) decided conflicts"
        + " and \(report.records) deleted records of \(report.households) households.")
    output.line("The file has \(report.file_bytes) bytes; \(report.free_bytes) of them are free for what comes.")
    if report.free_bytes > 0, !vacuum { output.line("To give them back to the disk: hearth compact --vacuum") }
  }

  private func compact(_ store: SQLiteStore, _ engine: Engine) throws -> CompactReport {
    var keeper = CompactionKeeper(CompactionPolicy(retentionDays: retentionDays, lapseDays: lapseDays))
    let now = Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    while try keeper.step(store, engine, now: now) { try store.tidy() }
    if vacuum { try store.vacuum() }
    let room = try store.room()
    return CompactReport(
      households: keeper.tally.households, change_sets: keeper.tally.changeSets, decisions: keeper.tally.decisions,
      records: keeper.tally.records, file_bytes: room.fileBytes, free_bytes: room.freeBytes)
  }
}

/// What was collected (docs/reference/json.md).
struct CompactReport: Encodable {
  let households: Int
  let change_sets: Int
  let decisions: Int
  let records: Int
  let file_bytes: Int
  let free_bytes: Int
}
