import Foundation
import Testing

@testable import HearthCommands

/// `hearth compact`.
@Suite struct CompactTests {
  @Test func `a stopped hub's folder is compacted, and goes on`() async throws {
    let place = try Workplace(rules: false)
    _ = try await place.serveFamilies()
    let running = try await place.hearth("compact")
    #expect(running.status == 2 && running.errors.hasPrefix("E"), "\(running.errors)")
    #expect(try await place.hearth("stop").status == 0)
    let first = try await place.hearth("compact", "--vacuum")
    #expect(first.status == 0 && first.output.contains("of 2 households"), "\(first.output)\(first.errors)")
    let run = try await place.hearth("compact", "--json")
    try JSONTests.check(run.output, "compact.schema.json")
    // Opening the file has moved a page at most.
    #expect(try #require(JSON(run.output)["free_bytes"]?.number) <= 4096)
    _ = try await place.serve()
    #expect(try await place.hearth("household", "list").output.contains("Gezin van Eva"))
  }

  @Test(arguments: [["--retention-days", "0"], ["--lapse-days", "36501"]])
  func `days out of bounds are said`(_ arguments: [String]) async throws {
    let run = try await Workplace().hearth(["compact"] + arguments)
    #expect(run.status == 64 && run.errors.contains("expected a whole number from 1 to 36500"), "\(run.errors)")
    #expect(run.errors.contains(arguments[0]) && run.errors.contains("`\(arguments[1])`"), "\(run.errors)")
  }

  @Test func `a folder without a database is said, and none is made`() async throws {
    let place = try Workplace()
    let run = try await place.hearth("compact", "--data", "nothing")
    #expect(run.status != 0 && run.errors.contains("There is no database in `nothing`"), "\(run.errors)")
    #expect(!FileManager.default.fileExists(atPath: place.folder.appending(path: "nothing").path))
  }
}
