internal import ArgumentParser
internal import Foundation

/// Where the programs, packs and scripts are: options of the commands that run other servers.
struct ToolOptions: ParsableArguments {
  @Option(help: "The app of the hub's households: a pack of the folder of packs.") var pack = "famquest"
  @Option(help: "Folder of the packs.") var packs = "fixtures"
  @Option(help: "The program that serves; beside this one when left out.") var hearth: String?
  @Option(help: "Python, in whose environment the servers in Python are installed.") var python = "python3"
  @Option(help: "Folder of the C programs.") var reference = "loadtest/reference"
  @Option(help: "Folder of the peers' scripts and settings.") var peers = "loadtest/peers"

  init() {}

  /// Paths are made absolute: servers run in folders of their own.
  ///
  /// - Throws: ``LoadFault`` that names the folder or the pack that is not there.
  func tools() throws -> Tools {
    for folder in [reference, peers] where !FileManager.default.fileExists(atPath: folder) {
      throw LoadFault(
        "There is no folder `\(folder)`. Run this in the project, or name it with --reference and --peers.")
    }
    return Tools(
      reference: URL(filePath: reference).absoluteURL, peers: URL(filePath: peers).absoluteURL,
      python: python, hearth: HearthProgram.url(hearth), app: try App(named: pack, in: URL(filePath: packs)))
  }
}

/// Where the hub's program is.
enum HearthProgram {
  /// - Parameter named: a path; beside this program when nil.
  static func url(_ named: String?) -> URL {
    if let named { return URL(filePath: named).absoluteURL }
    return URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "hearth").absoluteURL
  }
}

/// Refuses a number that makes no sense.
///
/// - Throws: ``LoadFault`` that says what was expected.
func check<Number: Comparable>(_ number: Number, _ range: ClosedRange<Number>, _ name: String) throws {
  guard range.contains(number) else {
    throw LoadFault("\(name) is \(number); expected \(range.lowerBound) through \(range.upperBound).")
  }
}
