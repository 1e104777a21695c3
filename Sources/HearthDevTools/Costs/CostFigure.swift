/// What is counted of a change set.
enum CostFigure: String, CaseIterable {
  case statements
  case syncs
  case logBytes = "log_bytes"
  case databaseBytes = "database_bytes"
  case upBytes = "up_bytes"
  case authorBytes = "author_bytes"
  case otherBytes = "other_bytes"
  case allocations
  case instructions

  /// The head of its column.
  var title: String {
    switch self {
    case .statements: "statements"
    case .syncs: "syncs"
    case .logBytes: "log B"
    case .databaseBytes: "database B"
    case .upBytes: "up B"
    case .authorBytes: "author B"
    case .otherBytes: "other B"
    case .allocations: "allocations"
    case .instructions: "instructions"
    }
  }

  /// Whether it depends on how the program was built: only release builds have it, and other compilers another.
  var isOfTheBuild: Bool { self == .allocations || self == .instructions }

  /// By how many percent it may rise until somebody decides otherwise in the file. Compilers and libraries move what is
  /// of the build a little; everything else is the same wherever it runs.
  var usualAllowance: Double { isOfTheBuild ? 3 : 0 }
}

/// The figures of one workload, for each change set.
typealias Costs = [CostFigure: Double]

/// Why costs cannot be counted or compared, in words for whoever asked.
struct CostFault: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}

extension CostFigure {
  /// As much of a number as is noted: instructions in whole, the rest with two decimals.
  func rounded(_ value: Double) -> Double {
    self == .instructions ? value.rounded() : (value * 100).rounded() / 100
  }

  /// A number of this figure without zeros that say nothing, as `12.5`.
  func shown(_ value: Double) -> String {
    let rounded = rounded(value)
    return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
  }
}
