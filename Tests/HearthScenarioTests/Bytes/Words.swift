import Foundation
import HearthModel

/// What of a value can be recognized among bytes: its longer texts, and ids of records.
enum Word: Hashable {
  case text(String)
  case id(RecordID)

  /// Shorter texts stand by chance in other things.
  private static let lengthMin = 6

  static func words(of value: Value) -> Set<Word> {
    switch value {
    case .text(let text): words(of: text)
    case .id(let id): [.id(id)]
    case .list(let values): values.reduce(into: []) { $0.formUnion(words(of: $1)) }
    case .object(let object):
      object.members.reduce(into: []) { $0.formUnion(words(of: $1.key).union(words(of: $1.value))) }
    case .null, .bool, .int, .decimal, .float, .day, .instant: []
    }
  }

  private static func words(of text: String) -> Set<Word> {
    if let id = RecordID(text) { return [.id(id)] }
    // In JSON days are text, and the same day may stand in many places.
    return text.utf8.count < lengthMin || Day(text) != nil ? [] : [.text(text)]
  }

  func contains(_ other: Word) -> Bool {
    guard case (.text(let whole), .text(let part)) = (self, other) else { return self == other }
    return whole.contains(part)
  }

  /// How the word may stand in a message.
  var spellings: [[UInt8]] {
    switch self {
    case .text(let text):
      let plain = Array(text.utf8)
      let json = Array(Value.text(text).json.utf8.dropFirst().dropLast())
      return plain == json ? [plain] : [plain, json]
    case .id(let id): return [id.bytes, Array(id.description.utf8)]
    }
  }
}

/// Looks for bytes in bytes, with what the C library has for it: a scenario takes millions of comparisons.
enum Bytes {
  static func contain(_ haystack: [UInt8], _ needle: [UInt8]) -> Bool {
    haystack.withUnsafeBytes { haystack in
      needle.withUnsafeBytes { needle in
        guard let first = needle.first, let base = haystack.baseAddress else { return false }
        var start = 0
        while start + needle.count <= haystack.count {
          guard let found = memchr(base + start, Int32(first), haystack.count - needle.count - start + 1) else {
            return false
          }
          if memcmp(found, needle.baseAddress!, needle.count) == 0 { return true }
          start = UnsafeRawPointer(found) - base + 1
        }
        return false
      }
    }
  }
}
