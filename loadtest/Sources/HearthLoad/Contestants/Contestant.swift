internal import Foundation

/// A server that can be compared: how to find it, how to start it on a folder of its own, and how to speak to it.
protocol Contestant: Sendable {
  /// As on the command line.
  var name: String { get }
  /// What it does with a change set, in a line.
  var about: String { get }
  /// Whether what it acknowledges outlasts a power cut.
  var isDurable: Bool { get }
  var merges: Bool { get }
  /// Whether a preloaded library reaches its syncs.
  var feelsSlowSync: Bool { get }
  /// How to install it.
  var installation: String { get }

  func isInstalled(_ tools: Tools) -> Bool

  /// Starts it and waits until it listens.
  ///
  /// - Throws: ``LoadFault`` with its words when it does not.
  func start(_ site: Site) async throws -> any StartedServer
}

/// A contestant that runs.
protocol StartedServer {
  /// The process whose CPU and memory are the server's, with all that it has started.
  var pid: Int32 { get }
  var port: Int { get }
  var isRunning: Bool { get }
  /// The end of what it said.
  var words: String { get }
  /// What is said once, before any device comes; nil when nothing has to be.
  var preparation: (any Wire)? { get }

  /// - Parameters:
  ///   - household: from 0.
  ///   - device: of the household, from 0.
  func wire(household: Int, device: Int) -> any Wire

  func stop()
}

/// What may be used to run contestants.
struct Tools {
  /// The C programs.
  let reference: URL
  /// The scripts and settings of the peers.
  let peers: URL
  /// Python, in whose environment the servers in Python are installed.
  let python: String
  /// The hub.
  let hearth: URL?
  /// The app of the hub's households.
  let app: App
  /// Households of the app that have been founded.
  let stock = HouseholdStock()

  /// The programs on the path, and those that lie beside Python.
  func program(_ name: String) -> URL? {
    let beside = SearchPath().program(python)?.deletingLastPathComponent()
    return SearchPath(first: beside).program(name)
  }

  var pythonProgram: URL? { SearchPath().program(python) }
}

/// Where and for whom a contestant is started.
struct Site {
  let tools: Tools
  /// An empty folder.
  let folder: URL
  let households: Int
  let devices: Int
  let payload: Payload
  /// Variables for the server's process.
  let environment: [String: String]
}

/// All that there are, the yardstick first.
enum Contestants {
  static let all: [any Contestant] =
    ReferenceHub.Mode.allCases.reversed().map { ReferenceHub(mode: $0) } + [
      HearthHub(transport: .tcp), HearthHub(transport: .webSocket), Redis(), NATS(), YjsOnNode(), Pycrdt(),
      UWebSockets(),
    ]

  /// - Parameter names: none stands for all.
  /// - Throws: ``LoadFault`` that says which there are.
  static func named(_ names: [String]) throws -> [any Contestant] {
    for name in names where !all.contains(where: { $0.name == name }) {
      throw LoadFault("There is no server `\(name)`. There are: \(all.map(\.name).joined(separator: ", ")).")
    }
    return names.isEmpty ? all : all.filter { names.contains($0.name) }
  }
}
