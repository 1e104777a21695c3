/// Marks in what people type, so that a byte that goes where it may not is seen wherever it stands in a message.
enum Marks {
  private static let open = Array("{~".utf8)

  /// What a text of a household begins with.
  static func household(_ number: Int) -> String { "{~h\(number)}" }
  /// What a text begins with that never leaves the hub.
  static let secret = "{~s}"
  /// What a text begins with that goes back to one device alone.
  static func device(_ number: Int) -> String { "{~d\(number)}" }

  /// - Throws: ``Violation`` when the bytes hold what the device may not have.
  static func check(_ bytes: [UInt8], _ device: SimulatedDevice) throws {
    guard bytes.count > 4 else { return }
    for start in 0..<bytes.count - 3 where bytes[start] == open[0] && bytes[start + 1] == open[1] {
      let rest = bytes[(start + 2)...]
      guard let end = rest.firstIndex(of: UInt8(ascii: "}")), end - start < 12 else { continue }
      let mark = String(decoding: rest[..<end], as: UTF8.self)
      if mark == "s" { throw Violation(.isolation, device.name, "is sent the value of a private field") }
      if mark.hasPrefix("h"), mark != "h\(device.household)" {
        throw Violation(.isolation, device.name, "is sent a text of another household (\(mark))")
      }
      if mark.hasPrefix("d"), mark != "d\(device.index)" {
        throw Violation(.isolation, device.name, "is sent what another device alone may have (\(mark))")
      }
    }
  }
}
