import Foundation

/// Where the project's files and programs are.
enum Project {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static let reference = root.appending(path: "loadtest/reference")

  /// The hub as it was built with the tests.
  static var hearth: URL {
    let beside = Bundle.main.executableURL?.deletingLastPathComponent().appending(path: "hearth")
    if let beside, FileManager.default.isExecutableFile(atPath: beside.path) { return beside }
    return root.appending(path: ".build/debug/hearth")
  }

  /// Whether the C programs can be compiled here.
  static let hasCompiler = ["/usr/bin/cc", "/usr/local/bin/cc"].contains {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  /// Gives an empty folder that goes with the test.
  static func withFolder<Result>(_ body: (URL) async throws -> Result) async throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "hearth-load-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(folder)
  }
}
