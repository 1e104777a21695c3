package import HearthModel

extension InquirySight {
  /// What a member may see by the `read` rights of the pack, as the household stands when they ask.
  ///
  /// - Parameter device: the device that asks.
  package static func of(
    _ member: RecordID, device: RecordID, in household: HouseholdID, _ audience: Audience, _ reader: any InquiryReader
  ) throws -> InquirySight {
    let records = { (key: RecordKey) in try reader.record(key) }
    // Who is not in the household any more may see nothing.
    let standing = try audience.standing(of: member, in: household, records) ?? .gone
    let view = View(audience, standing, member: member, device: device)
    return InquirySight(pack: audience.pack) { key, state in
      let fields = try view.fields(of: key, state, records)
      return fields.isEmpty ? nil : fields
    }
  }
}
