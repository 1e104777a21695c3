internal import HearthModel

/// What happened in a run: always as one number, and as lines for people when they are wanted.
package struct Trace: Sendable {
  /// Grows with everything that happens; two runs are the same when their marks are.
  package private(set) var mark: UInt64 = 0xcbf2_9ce4_8422_2325
  package private(set) var lines: [String] = []
  private let keepsLines: Bool

  init(keepsLines: Bool) {
    self.keepsLines = keepsLines
  }

  /// Notes something that people want to read of.
  mutating func note(_ time: Int64, _ text: @autoclosure () -> String) {
    add(UInt64(bitPattern: time))
    guard keepsLines else { return }
    let line = text()
    add(line.utf8)
    lines.append("\(Instant(milliseconds: time))  \(line)")
  }

  /// Notes bytes that go over a line or to a disk.
  mutating func add(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { mark = (mark ^ UInt64(byte)) &* 0x100_0000_01b3 }
  }

  mutating func add(_ number: UInt64) {
    mark = (mark ^ number) &* 0x100_0000_01b3
  }
}
