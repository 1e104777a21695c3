import HearthEngine
import HearthModel

/// A household of the sampler pack: an adult and a child, each with a device, and two things.
enum SamplerHome {
  static let id = HouseholdID(RecordID(name: "home"))
  static let adult = RecordID(name: "adult")
  static let lamp = RecordID(name: "lamp")

  static func found(in store: any Store) throws -> TestHousehold {
    let pack = Fixture.sampler
    let records = [
      pack.change("homes", id.record, .create),
      pack.change("people", adult, .create, [("role", .set(.text("adult"))), ("name", .set(.text("A")))]),
      pack.change(
        "people", RecordID(name: "child"), .create, [("role", .set(.text("child"))), ("name", .set(.text("C")))]),
      pack.change("things", lamp, .create, [("owner", .set(.id(adult)))]),
      pack.change("things", RecordID(name: "table"), .create),
    ]
    let devices = ["adult", "child"].map { member in
      DeviceEntry(
        id: RecordID(name: "\(member)-phone"), household: id, member: RecordID(name: member), name: "\(member)-phone",
        tokenHash: Array(member.utf8))
    }
    return try TestHousehold(id: id, in: store, pack: pack, records: records, devices: devices)
  }
}
