package import Foundation
internal import HearthEngine
internal import HearthModel
package import HearthSQLite

/// A SQLite store in a folder that is gone when its owner is, with a simulated disk under it.
package final class StoreUnderTest {
  package let disk: SimulatedDisk
  package private(set) var store: SQLiteStore?
  private let folder: URL
  private let script: StoreScript
  private let options: SQLiteStore.Options

  /// Puts files into a folder of its own; does not open the store.
  ///
  /// - Parameter place: the folder in which it makes its own.
  package init(
    _ files: [String: [UInt8]] = [:], in place: URL, _ script: StoreScript, _ options: SQLiteStore.Options
  ) throws {
    folder = place.appending(path: "disk-\(UUID().uuidString)", directoryHint: .isDirectory)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for (name, contents) in files { try Data(contents).write(to: folder.appending(path: name)) }
    (self.script, self.options) = (script, options)
    disk = try SimulatedDisk(under: folder)
  }

  deinit {
    close()
    disk.detach()
    try? FileManager.default.removeItem(at: folder)
  }

  /// The path of the database.
  package var path: String { disk.folder + "hearth.db" }

  package func open() throws {
    store = try SQLiteStore.open(at: disk.folder, packs: script.engine.packs, options: options)
  }

  package func close() {
    try? store?.close()
    store = nil
  }

  /// Makes the call of a step.
  @discardableResult
  package func apply(_ step: Int) throws -> [String] {
    if case .reopen = script.steps[step] {
      close()
      try open()
      return []
    }
    guard let store else { throw StoreFault(.failed, "The store is closed.") }
    return try script.steps[step].apply(to: store, script.engine, now: StoreScript.now(step)).map(\.answer)
  }
}
