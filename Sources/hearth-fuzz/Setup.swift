internal import Foundation
internal import HearthFuzzing

// The program that libFuzzer drives: built by `scripts/fuzz` alone, with HEARTH_FUZZ=1.
// HEARTH_FUZZ_TARGET says which target is run, and the working directory holds the fixtures. HEARTH_FUZZ_LIST prints
// the targets, HEARTH_FUZZ_SEEDS writes the corpus into a folder; both then end.

/// What is there before the first input.
struct Setup {
  let target: FuzzTarget
  let ground: FuzzGround
  let mutator: Mutator

  static let shared: Setup = {
    do {
      return try Setup()
    } catch {
      preconditionFailure("\(error)")
    }
  }()

  private init() throws {
    let environment = ProcessInfo.processInfo.environment
    if environment["HEARTH_FUZZ_LIST"] != nil {
      print(FuzzTarget.allCases.map(\.rawValue).joined(separator: "\n"))
      exit(0)
    }
    let name = environment["HEARTH_FUZZ_TARGET"] ?? ""
    guard let target = FuzzTarget(rawValue: name) else {
      throw FuzzFinding("HEARTH_FUZZ_TARGET names no target: `\(name)`.")
    }
    self.target = target
    ground = try FuzzGround(root: URL(filePath: FileManager.default.currentDirectoryPath), for: [target])
    let corpus = FuzzCorpus(ground)
    if let folder = environment["HEARTH_FUZZ_SEEDS"] {
      try corpus.write(target, to: URL(filePath: folder))
      exit(0)
    }
    mutator = Mutator(target, corpus: try corpus.entries(target).map(\.bytes))
  }
}
