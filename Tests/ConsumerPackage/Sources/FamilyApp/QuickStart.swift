import Foundation
import HearthDevice
import HearthModel
import HearthPack

/// Opens the family's replica, edits it, waits for the hub, and shows the tasks.
func quickStart(_ credential: Credential, schema: String, replica: String) async throws {
  let pack = try PackLoader.load(schema, file: "schema.yaml")
  let device = try Device(
    DeviceConfiguration(
      hub: credential.hub, token: credential.token, household: credential.householdID,
      member: credential.memberID, pack: pack, path: replica))

  // On the disk when it returns, with or without a hub.
  let task = RecordID.random()
  let ticket = try await device.edit { $0.create("tasks", task, [("title", .text("Afwassen"))]) }

  await device.connect()
  try await device.waitUntilSynced(timeout: .seconds(30))
  print(try await device.status(of: ticket))

  for try await tasks in try await device.observe("tasks") {
    for task in tasks { print(task["title"]?.text ?? "", task.isPending ? "(waits)" : "") }
    break  // an app goes on
  }
}
