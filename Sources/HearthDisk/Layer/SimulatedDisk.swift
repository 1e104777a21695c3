package import Foundation
internal import Synchronization

/// A disk under the files of one folder, which keeps a list of all that SQLite does to them and can refuse calls.
///
/// It stands between SQLite and the file system (``DiskLayer``). The files themselves are the system's, so that SQLite
/// reads what it wrote; what a power cut would leave of them is worked out from the list (``DiskState``).
package final class SimulatedDisk: Sendable {
  /// The folder's path, with a `/` at its end.
  package let folder: String
  private let state = Mutex(State())

  private struct State {
    var operations: [DiskOperation] = []
    var fault: DiskFault?
    var calls: [DiskFault.Call: Int] = [:]
    var refused = 0
  }

  /// What the disk does with a call.
  enum Answer {
    case goesOn
    /// Nothing is done, or a part when it is a write that tears.
    case fails(DiskFault.Reason, isTorn: Bool)
  }

  /// Stands under the files of a folder from now until ``detach()``.
  package init(under folder: URL) throws {
    // SQLite names files by their real paths.
    guard let path = realpath(folder.path(percentEncoded: false), nil) else {
      throw CocoaError(.fileNoSuchFile, userInfo: [NSFilePathErrorKey: folder.path(percentEncoded: false)])
    }
    defer { free(path) }
    self.folder = String(cString: path) + "/"
    DiskLayer.attach(self)
  }

  /// Lets the files of the folder go past the layer, from their next opening on.
  package func detach() { DiskLayer.detach(self) }

  /// How many operations there have been.
  package var count: Int { state.withLock { $0.operations.count } }

  /// All operations so far.
  package var operations: [DiskOperation] { state.withLock { $0.operations } }

  /// How often each kind of call has been made since the last fault was set.
  package var calls: [DiskFault.Call: Int] { state.withLock { $0.calls } }

  /// How many calls have been refused since the last fault was set.
  package var refused: Int { state.withLock { $0.refused } }

  /// Sets what is going to fail, counted from here; nil makes the disk well.
  package func set(_ fault: DiskFault?) {
    state.withLock { state in
      (state.fault, state.calls, state.refused) = (fault, [:], 0)
    }
  }

  // MARK: What SQLite does

  func add(_ operation: DiskOperation) { state.withLock { $0.operations.append(operation) } }

  func asks(_ call: DiskFault.Call) -> Answer {
    state.withLock { state in
      let number = state.calls[call, default: 0] + 1
      state.calls[call] = number
      guard let fault = state.fault, fault.call == call, number >= fault.first, number - fault.first < fault.count
      else {
        return .goesOn
      }
      state.refused += 1
      return .fails(fault.reason, isTorn: fault.isTorn)
    }
  }
}
