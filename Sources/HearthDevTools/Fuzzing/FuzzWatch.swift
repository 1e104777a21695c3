internal import Foundation
internal import HearthFuzzing

/// Runs a target in a process of its own and watches it: a trap, a hang and a broken promise all leave the input.
struct FuzzWatch {
  let target: FuzzTarget
  let seed: UInt64
  let runs: Int
  let seconds: Double
  let root: URL

  /// Seconds that one input may take in any build; the bounds of inputs are such that none needs one.
  private static let patience = 30.0

  /// - Parameter progress: told of the share that is done.
  mutating func run(_ progress: (Double) -> Void) throws -> FuzzRun.Row {
    var row = FuzzRun.Row(target: target.rawValue, seed: seed)
    let folder = FileManager.default.temporaryDirectory.appending(path: "hearth-fuzz-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let inputFile = folder.appending(path: "input")
    let process = Process()
    process.executableURL = Bundle.main.executableURL ?? URL(filePath: CommandLine.arguments[0])
    process.arguments = [
      "fuzz", "worker", target.rawValue, "--seed", "\(seed)", "--runs", "\(runs)", "--seconds", "\(seconds)",
      "--root", root.path, "--input-file", inputFile.path,
    ]
    let (output, errors) = (Pipe(), folder.appending(path: "errors"))
    _ = FileManager.default.createFile(atPath: errors.path, contents: nil)
    process.standardOutput = output
    process.standardError = FileHandle(forWritingAtPath: errors.path)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let isHanging = try listen(to: output.fileHandleForReading, process, &row, progress)
    process.waitUntilExit()
    if process.terminationReason == .uncaughtSignal || process.terminationStatus != 0 {
      let words = (try? String(contentsOf: errors, encoding: .utf8)) ?? ""
      row.finding = isHanging ? "no end after \(Int(Self.patience)) seconds" : Self.reason(words, process)
      row.file = try keep(inputFile)
    }
    return row
  }

  /// Reads the worker's lines until it ends.
  ///
  /// - Returns: whether it was killed because it said nothing for too long.
  private func listen(
    to handle: FileHandle, _ process: Process, _ row: inout FuzzRun.Row, _ progress: (Double) -> Void
  ) throws -> Bool {
    var text = ""
    var descriptor = pollfd(fd: handle.fileDescriptor, events: Int16(POLLIN), revents: 0)
    while true {
      let ready = poll(&descriptor, 1, Int32(Self.patience * 1000))
      if ready == 0 {
        kill(process.processIdentifier, SIGKILL)
        return true
      }
      let data = handle.availableData
      guard !data.isEmpty else { return false }
      text += String(decoding: data, as: UTF8.self)
      while let end = text.firstIndex(of: "\n") {
        if let report = FuzzWorker.Report(line: text[..<end]) {
          (row.corpus, row.runs, row.accepted, row.seconds) = (
            report.corpus, report.runs, report.accepted, report.seconds
          )
          progress(max(Double(report.runs) / Double(max(runs, 1)), report.seconds / max(seconds, 0.001)))
        }
        text = String(text[text.index(after: end)...])
      }
    }
  }

  /// What the worker said last, as far as it says why.
  private static func reason(_ words: String, _ process: Process) -> String {
    let lines = words.split(separator: "\n").map(String.init)
    let said = lines.first { $0.contains("finding: ") || $0.contains("Fatal error") || $0.contains("overflow") }
    return said ?? lines.first ?? "the process ended with \(process.terminationStatus)"
  }

  /// Keeps the input that the worker had in hand.
  private func keep(_ inputFile: URL) throws -> String? {
    guard let input = FuzzInputFile.read(inputFile.path) else { return nil }
    let folder = root.appending(path: "\(FuzzCorpus.folder)/\(target.rawValue)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let file = folder.appending(path: FuzzCorpus.crashPrefix + FuzzCorpus.name(of: input))
    try Data(input).write(to: file)
    return "\(FuzzCorpus.folder)/\(target.rawValue)/\(file.lastPathComponent)"
  }
}
