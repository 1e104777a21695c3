internal import Foundation
internal import HearthServer

/// What a device needs to reach its household: kept by whoever uses the device, not by the hub.
struct CredentialFile: Codable {
  static let defaultFolder = "hearth-devices"

  let name: String
  let app: String
  let household: String
  let member: String
  let token: String
  /// Where the hub was when the credential was made.
  let hub: String

  /// The file of the device's replica.
  ///
  /// It names the household: a credential that `hearth household create` replaces must not bring what was typed for one
  /// household into another.
  var replicaFile: String { "\(name).\(household.prefix(8)).db" }

  init(
    household: Administration.FoundedHousehold, device: Administration.FoundedHousehold.Device, app: String,
    client: AdminClient
  ) {
    name = device.name
    self.app = app
    self.household = household.household
    member = device.member
    token = device.token
    hub = client.running?.tcp ?? client.url.replacing("http://", with: "ws://")
  }

  /// Writes `<name>.json`, readable by its owner alone.
  func write(to folder: String) throws {
    let url = URL(filePath: folder)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      try FileManager.default.createDirectory(
        at: url, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      let file = url.appending(path: "\(name).json")
      guard
        FileManager.default.createFile(
          atPath: file.path, contents: try encoder.encode(self), attributes: [.posixPermissions: 0o600])
      else { throw CommandFailure(.unwritable, "`\(file.relativeToHere)` cannot be written.") }
    } catch let failure as CommandFailure {
      throw failure
    } catch {
      throw CommandFailure(
        .unwritable, "The credentials cannot be written to `\(folder)`: \(error.localizedDescription)")
    }
  }

  /// Reads the credential of a device.
  static func read(_ name: String, folder: String) throws -> CredentialFile {
    let file = URL(filePath: folder).appending(path: "\(name).json")
    guard let data = try? Data(contentsOf: file) else {
      let known = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
        .filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
      let hint =
        known.isEmpty
        ? "Make some with `hearth household create --app famquest`." : "It has \(known.joined(separator: ", "))."
      throw CommandFailure(.noCredential, "`\(folder)` has no credential of `\(name)`. \(hint)")
    }
    do {
      return try JSONDecoder().decode(CredentialFile.self, from: data)
    } catch {
      throw CommandFailure(.wrongCredential, "`\(file.relativeToHere)` is no credential: \(error)")
    }
  }
}
