import Foundation
import Testing

/// docs/guides/device-library.md shows code that is compiled and run.
@Suite("The guide of the device library", .serialized)
struct GuideTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  private func text(_ path: String) throws -> String {
    try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
  }

  @Test func `the quick start is the file of the consumer package, line for line`() throws {
    let guide = try text("docs/guides/device-library.md")
    let begin = try #require(guide.range(of: "```swift quick-start\n"))
    let end = try #require(guide.range(of: "\n```", range: begin.upperBound..<guide.endIndex))
    let file = try text("Tests/ConsumerPackage/Sources/FamilyApp/QuickStart.swift")
    #expect(guide[begin.upperBound..<end.lowerBound] + "\n" == file)
  }

  @Test func `G13: the consumer package is built in the Swift 6 language mode, warnings as errors`() throws {
    let manifest = try text("Tests/ConsumerPackage/Package.swift")
    #expect(manifest.contains("swiftLanguageModes: [.v6]"))
    #expect(manifest.contains(".treatAllWarnings(as: .error)"))
    #expect(!manifest.contains("package(url:"), "nothing but Hearth")
  }
}
