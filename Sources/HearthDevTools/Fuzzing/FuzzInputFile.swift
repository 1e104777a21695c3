internal import Foundation

/// The input that a worker has in hand, in a file that outlives it: eight bytes of length, then the input.
///
/// Written in place: what a process wrote stays in the system's cache when it is killed, and nothing waits for a disk.
struct FuzzInputFile {
  private let descriptor: Int32

  init(_ path: String) throws {
    descriptor = open(path, O_CREAT | O_RDWR, 0o600)
    guard descriptor >= 0 else { throw CocoaError(.fileWriteUnknown) }
  }

  func write(_ input: [UInt8]) throws {
    let length = UInt64(input.count)
    let bytes = (0..<8).map { UInt8(truncatingIfNeeded: length >> ($0 * 8)) } + input
    let count = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    guard count == bytes.count else { throw CocoaError(.fileWriteOutOfSpace) }
  }

  static func read(_ path: String) -> [UInt8]? {
    guard let data = FileManager.default.contents(atPath: path), data.count >= 8 else { return nil }
    let length = data.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return Array(data.dropFirst(8).prefix(Int(clamping: length)))
  }
}
