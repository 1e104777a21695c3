internal import Foundation
internal import HearthWire

/// The frames of protocol/vectors, right and wrong ones.
struct VectorFrames {
  private struct File: Decodable {
    let cases: [Case]
  }

  private struct Case: Decodable {
    let name: String
    let direction: String
    let hex: String?
    let text: String?
    let textHex: String?
  }

  private var cases: [(name: String, case: Case, json: [UInt8]?)] = []

  init(_ root: URL) throws {
    let folder = root.appending(path: "protocol/vectors/frames")
    let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    for file in files.filter({ $0.pathExtension == "json" }).sorted(by: { $0.path < $1.path }) {
      let data = try Data(contentsOf: file)
      let decoded = try JSONDecoder().decode(File.self, from: data)
      // The member `json` is any JSON, written again as a frame would hold it.
      let raw = (try JSONSerialization.jsonObject(with: data) as? [String: Any])?["cases"] as? [[String: Any]] ?? []
      for (position, vector) in decoded.cases.enumerated() {
        let json = raw.indices.contains(position) ? raw[position]["json"] : nil
        let bytes = try json.map { Array(try JSONSerialization.data(withJSONObject: $0, options: [.sortedKeys])) }
        cases.append(("\(file.lastPathComponent): \(vector.name)", vector, bytes))
      }
    }
  }

  /// Binary frames with their lengths in front.
  var frames: [FuzzCorpus.Entry] {
    cases.compactMap { name, vector, _ in
      vector.hex.flatMap(Self.bytes).map { FuzzCorpus.Entry(name: name, bytes: $0) }
    }
  }

  /// What stands behind the tags and lengths of Deflated.
  var deflatedBodies: [FuzzCorpus.Entry] {
    frames.compactMap { entry in
      let frame = entry.bytes.dropFirst(4)
      guard frame.starts(with: [0xaa, 0x01]) else { return nil }
      let message = frame.dropFirst(2).drop { $0 >= 0x80 }.dropFirst()
      return FuzzCorpus.Entry(name: entry.name, bytes: Array(message.dropFirst().drop { $0 >= 0x80 }.dropFirst()))
    }
  }

  /// Messages of one direction in one form.
  func messages(_ form: WireCodec.Form, ofDevice isDevice: Bool) throws -> [FuzzCorpus.Entry] {
    cases.filter { ($0.case.direction == "device to hub") == isDevice }.flatMap { name, vector, json in
      let found: [[UInt8]?] =
        switch form {
        case .binary: [vector.hex.flatMap(Self.bytes).map { Array($0.dropFirst(4)) }]
        case .text: [vector.text.map { Array($0.utf8) }, vector.textHex.flatMap(Self.bytes), json]
        }
      return found.compactMap { $0 }.map { FuzzCorpus.Entry(name: name, bytes: $0) }
    }
  }

  private static func bytes(_ hex: String) -> [UInt8]? {
    let digits = hex.compactMap { $0.hexDigitValue }
    guard digits.count == hex.count, digits.count % 2 == 0 else { return nil }
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }
}
