internal import HearthSQLite

/// What decides, beside the sources, how often a hub asks for memory and how many instructions it runs.
struct CostSurroundings: Hashable, Encodable {
  var architecture: String
  var compiler: String
  var sqlite: String

  /// Those of this program.
  static let current = CostSurroundings(
    architecture: currentArchitecture, compiler: currentCompiler, sqlite: SQLiteStore.libraryVersion)

  private static var currentArchitecture: String {
    #if arch(x86_64)
      "x86_64"
    #elseif arch(arm64)
      "arm64"
    #else
      "another"
    #endif
  }

  private static var currentCompiler: String {
    #if compiler(>=6.4)
      "6.4 or newer"
    #elseif compiler(>=6.3)
      "6.3"
    #else
      "6.2"
    #endif
  }

  /// Whether the program is optimized, as hubs are.
  static var isRelease: Bool {
    #if DEBUG
      false
    #else
      true
    #endif
  }

  /// How this differs from others, for people; nil when it does not.
  func difference(from others: CostSurroundings) -> String? {
    let pairs = [
      (architecture, others.architecture), ("Swift \(compiler)", "Swift \(others.compiler)"),
      ("SQLite \(sqlite)", "SQLite \(others.sqlite)"),
    ].filter { $0 != $1 }
    guard !pairs.isEmpty else { return nil }
    return "noted with \(pairs.map(\.1).joined(separator: ", ")), this is \(pairs.map(\.0).joined(separator: ", "))"
  }
}
