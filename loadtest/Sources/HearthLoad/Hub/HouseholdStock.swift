internal import Foundation
internal import HearthModel
internal import NIOConcurrencyHelpers

/// Households that are founded once, and copied for every hub that is to have as many of the same members: founding them
/// takes longer than most runs.
final class HouseholdStock: Sendable {
  private struct Kind: Hashable, Sendable {
    let pack: URL
    let households: Int
    let members: [RecordID]
  }

  private struct Founded: Sendable {
    let folder: URL
    let accounts: [[LoadDevice.Credentials]]
  }

  private let stock = NIOLockedValueBox<[Kind: Founded]>([:])

  deinit {
    for founded in stock.withLockedValue({ $0 }).values { try? FileManager.default.removeItem(at: founded.folder) }
  }

  /// Lays out a hub's folder.
  ///
  /// - Parameters:
  ///   - app: always with the same seed.
  ///   - found: founds them in a folder, when there are none yet.
  /// - Returns: the devices' credentials, by household.
  func households(
    _ count: Int, of members: [RecordID], _ app: App, to target: URL, found: (URL) throws -> [[LoadDevice.Credentials]]
  ) throws -> [[LoadDevice.Credentials]] {
    let kind = Kind(pack: app.folder, households: count, members: members)
    let founded = try stock.withLockedValue { stock in
      let founded = try stock[kind] ?? Self.founded(found)
      stock[kind] = founded
      return founded
    }
    try FileManager.default.copyContents(of: founded.folder, to: target)
    return founded.accounts
  }

  private static func founded(_ found: (URL) throws -> [[LoadDevice.Credentials]]) throws -> Founded {
    let folder = FileManager.default.temporaryDirectory.appending(path: "hearth-stock-\(UUID().uuidString)")
    do {
      return Founded(folder: folder, accounts: try found(folder))
    } catch {
      try? FileManager.default.removeItem(at: folder)
      throw error
    }
  }
}

extension FileManager {
  /// Copies all that a folder holds into another one, which is made when it is missing.
  func copyContents(of source: URL, to target: URL) throws {
    try createDirectory(at: target, withIntermediateDirectories: true)
    for name in try contentsOfDirectory(atPath: source.path) {
      try copyItem(at: source.appending(path: name), to: target.appending(path: name))
    }
  }
}
