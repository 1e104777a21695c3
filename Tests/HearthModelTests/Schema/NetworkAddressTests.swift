import Foundation
import HearthModel
import HearthTesting
import Testing

/// Addresses of the net, each with one text.
@Suite("The type ip")
struct NetworkAddressTests {
  private func takes(_ text: String) -> Bool { FieldType.text(.ip, length: 0...39).fault(of: .text(text)) == nil }

  @Test(arguments: [
    "0.0.0.0", "255.255.255.255", "127.0.0.1", "::", "::1", "1::", "2001:db8::", "2001:db8::1:0:0:1",
    "2001:0:0:1::1", "2001:db8:0:1:1:1:1:1", "1:2:3:4:5:6:7:8", "::ffff:192.0.2.128", "::fffe:0:1",
    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
  ])
  func `takes the one text of an address`(_ text: String) { #expect(takes(text)) }

  @Test(arguments: [
    // Other ways of writing an address (RFC 5952, section 2).
    "192.0.2.01", "192.0.2.1 ", "0x7f.0.0.1", "2130706433", "127.1", "2001:db8:0:0:0:0:0:1", "2001:db8::0:1",
    "2001:db8:0:0:1::1", "2001:DB8::1", "2001:0db8::1", "2001:db8::1:1:1:1:1", "::FFFF:192.0.2.1", "::ffff:c000:280",
    "::192.0.2.1", "1:2:3:4:5:6:1.2.3.4", "0:0:0:0:0:0:0:0", "::ffff:192.0.2.01",
    // What is no address.
    "", ":", ":::", "1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", ":1:2:3:4:5:6:7", "1:2:3:4:5:6:7:",
    "1:2:3:4:5:6:7::8",
    "::1:2:3:4:5:6:7:8", "12345::", "g::", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.-4", "1.2.3.+4", "+1::",
    "1.2.3.4::",
    "::1.2.3.4:5", "fe80::1%eth0", "[::1]", "192.0.2.0/24", "192.0.2.1:80", "localhost", "١.٢.٣.٤",
  ])
  func `takes no other`(_ text: String) { #expect(!takes(text)) }

  @Test func `of random addresses it takes what the system writes`() throws {
    var random = SeededGenerator(seed: 3)
    for _ in 0..<3000 {
      // Many groups are zero, so that there are gaps to choose between.
      let bytes = (0..<8).flatMap { _ in
        Bool.random(using: &random)
          ? [0, 0] : [UInt8.random(in: 0...1, using: &random), UInt8.random(in: 0...255, using: &random)]
      }
      let text = try #require(written(bytes))
      // The system writes `::0.1.0.2`, which only looks like an address of version 4.
      #expect(takes(text) == !(text.hasPrefix("::") && text.contains(".")), "\(text)")
    }
  }

  @Test func `reads any text without a trap (P7)`() {
    var random = SeededGenerator(seed: 4)
    let letters = Array("0123456789abcdef::::....fF/%g é")
    for _ in 0..<20_000 {
      let text = String(
        (0..<Int.random(in: 0...42, using: &random)).map { _ in letters.randomElement(using: &random)! })
      if takes(text) { #expect(!text.isEmpty) }
    }
  }

  private func written(_ bytes: [UInt8]) -> String? {
    var text = [CChar](repeating: 0, count: 64)
    let isWritten = bytes.withUnsafeBytes { inet_ntop(AF_INET6, $0.baseAddress!, &text, socklen_t(text.count)) != nil }
    return isWritten ? String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
  }
}
