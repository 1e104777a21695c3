internal import Foundation

/// Counts instructions by running this program once more under valgrind's callgrind, which counts them exactly and
/// needs no counter of the processor.
struct Callgrind {
  /// Why there is no count.
  struct Missing: Error {
    let reason: String
  }

  /// - Returns: the instructions for each change set, in the order of the runs.
  func instructions(of runs: [CostRun], packs: URL) throws -> [Double] {
    let folder = FileManager.default.temporaryDirectory.appending(path: "hearth-callgrind-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let program = try copyWithoutDebugInfo(to: folder)
    let parts = folder.appending(path: "parts")
    let workloads = runs.flatMap { ["--only", $0.workload.name] }
    try run(
      "valgrind",
      [
        "--tool=callgrind", "--callgrind-out-file=\(parts.path)", "--toggle-collect=hearth_counted",
        "--dump-after=hearth_counted_all", program.path, "costs", "--counted-by-callgrind", "--packs", packs.path,
      ] + workloads)
    return try runs.enumerated().map { position, run in
      let part = URL(filePath: "\(parts.path).\(position + 1)")
      return Double(try total(of: part)) / Double(run.changeSets)
    }
  }

  /// Valgrind 3.19 gives up on debug information as Swift 6.3 writes it, of which it needs nothing but names.
  private func copyWithoutDebugInfo(to folder: URL) throws -> URL {
    let copy = folder.appending(path: "hearth-dev")
    guard let own = Bundle.main.executablePath else { throw Missing(reason: "this program does not know its file") }
    try run("strip", ["-g", "-o", copy.path, own])
    return copy
  }

  /// The instructions in a file that callgrind wrote: https://valgrind.org/docs/manual/cl-format.html, "totals".
  private func total(of file: URL) throws -> Int {
    let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").last { $0.hasPrefix("totals: ") }
    guard let total = line.flatMap({ Int($0.dropFirst("totals: ".count)) }), total > 0 else {
      throw Missing(reason: "valgrind wrote no count")
    }
    return total
  }

  private func run(_ tool: String, _ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [tool] + arguments
    let said = Pipe()
    process.standardOutput = said
    process.standardError = said
    do { try process.run() } catch { throw Missing(reason: "`\(tool)` cannot be run: \(error.localizedDescription)") }
    let output = String(decoding: said.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    switch process.terminationStatus {
    case 0: return
    case 127: throw Missing(reason: "`\(tool)` is not installed")
    default:
      let words = output.split(separator: "\n").last { $0.contains(where: \.isLetter) } ?? "nothing"
      throw Missing(reason: "`\(tool)` ended with \(process.terminationStatus): \(words)")
    }
  }
}
