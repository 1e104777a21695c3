internal import Foundation
internal import GRDB
internal import HearthModel

/// An SQL query that an app asks all the time, for one household, on the hub's database.
struct HotQuery {
  private let sql: String

  /// The app's query of the folder.
  ///
  /// - Throws: ``LoadFault`` when there is none.
  init(of app: App, in folder: URL) throws {
    let file = folder.appending(path: "queries/\(app.pack.name).sql")
    do {
      sql = try String(contentsOf: file, encoding: .utf8)
    } catch {
      throw LoadFault("There is no hot query of `\(app.pack.name)`: expected `\(file.path)`, for one :household.")
    }
  }

  /// The CPU that one answer takes, in microseconds: of so many households, in turn, once the statement is prepared.
  ///
  /// - Throws: ``LoadFault`` when a household has no rows: a query that finds nothing is not hot.
  func microseconds(_ households: [HouseholdID], in database: URL) throws -> Double {
    var configuration = Configuration()
    configuration.readonly = true
    configuration.prepareDatabase { try $0.execute(sql: "PRAGMA cache_size = -\(Self.cacheKiB)") }
    let queue = try DatabaseQueue(path: database.path, configuration: configuration)
    defer { try? queue.close() }
    return try queue.read { database in
      let statement = try database.makeStatement(sql: sql)
      for _ in 0..<Self.warmUps { try ask(statement, households) }
      let begin = Self.threadNanoseconds
      for _ in 0..<Self.rounds { try ask(statement, households) }
      return Double(Self.threadNanoseconds - begin) / 1000 / Double(Self.rounds * households.count)
    }
  }

  /// Room for all that the households' answers are made of: what is asked all the time is in memory, and a smaller
  /// cache would measure how well pages of a small file share it.
  private static let cacheKiB = 128 * 1024
  private static let warmUps = 2
  private static let rounds = 20

  private func ask(_ statement: Statement, _ households: [HouseholdID]) throws {
    for household in households {
      let rows = try Row.fetchAll(statement, arguments: ["household": household.record.description])
      guard !rows.isEmpty else { throw LoadFault("The hot query finds nothing of household \(household).") }
    }
  }

  /// CPU time of the thread that asks.
  private static var threadNanoseconds: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
