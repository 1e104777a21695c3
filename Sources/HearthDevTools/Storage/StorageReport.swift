internal import Foundation
internal import HearthConsole

/// What was measured, for people and for programs.
struct StorageReport {
  let growths: [StorageGrowth]

  func text(_ terminal: Terminal) -> String {
    var table = Table(
      [("workload", .left), ("change sets", .right)] + StorageKind.allCases.map { ($0.rawValue, .right) }
        + [("all", .right), ("history left", .right), ("all left", .right)])
    for growth in growths {
      let bytes = StorageKind.allCases.map { growth.bytes[$0] ?? 0 }
      let left = [growth.bytesCollected[.history] ?? 0, growth.bytesCollected.values.reduce(0, +)]
      table.add(
        [growth.workload.name, "\(growth.changeSets)"]
          + (bytes + [bytes.reduce(0, +)] + left).map { "\(Int($0.rounded()))" })
    }
    return table.text(terminal) + "Bytes of database pages for each change set; half-filled pages count whole.\n"
      + "Left: when all that is past its retention has been collected.\n"
  }

  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
    let rows = growths.map { growth in
      Row(
        workload: growth.workload.name, changeSets: growth.changeSets,
        bytes: Dictionary(uniqueKeysWithValues: growth.bytes.map { ($0.rawValue, $1) }),
        bytesLeft: Dictionary(uniqueKeysWithValues: growth.bytesCollected.map { ($0.rawValue, $1) }))
    }
    return String(decoding: try encoder.encode(rows), as: UTF8.self) + "\n"
  }

  private struct Row: Encodable {
    let workload: String
    let changeSets: Int
    let bytes: [String: Double]
    let bytesLeft: [String: Double]
  }
}
