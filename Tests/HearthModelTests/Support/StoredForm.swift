import HearthModel
import Testing

/// What holds for the stored form of every type.
enum StoredForm {
  /// Checks that a value comes back from its bytes, and that bytes cut anywhere or followed by more are a fault.
  static func checkRoundTrip<Value: ByteCodable & Equatable>(
    _ value: Value, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let bytes = value.encoded
    guard (try? Value(encoded: bytes)) == value else {
      Issue.record("does not come back: \(value)", sourceLocation: sourceLocation)
      return
    }
    for length in bytes.indices where fault(Value.self, Array(bytes[..<length])) == nil {
      Issue.record("reads \(length) of \(bytes.count) bytes of \(value)", sourceLocation: sourceLocation)
    }
    if fault(Value.self, bytes + [0])?.offset != bytes.count {
      Issue.record("reads bytes behind its end: \(value)", sourceLocation: sourceLocation)
    }
  }

  /// Checks that altered bytes are a fault or some value whose own stored form is sound; never a trap.
  ///
  /// - Returns: how many alterations were tried.
  static func checkAlterations<Value: ByteCodable>(
    _ value: Value, sourceLocation: SourceLocation = #_sourceLocation
  ) -> Int {
    let bytes = value.encoded
    var count = 0
    for position in bytes.indices {
      for alteration: UInt8 in [0x01, 0x80, 0xff] {
        var altered = bytes
        altered[position] ^= alteration
        count += 1
        guard let read = try? Value(encoded: altered) else { continue }
        if (try? Value(encoded: read.encoded))?.encoded != read.encoded {
          Issue.record("byte \(position) ^ \(alteration): \(read)", sourceLocation: sourceLocation)
        }
      }
    }
    return count
  }

  private static func fault<Value: ByteCodable>(_ type: Value.Type, _ bytes: [UInt8]) -> ByteFault? {
    do throws(ByteFault) {
      _ = try Value(encoded: bytes)
      return nil
    } catch {
      return error
    }
  }
}
