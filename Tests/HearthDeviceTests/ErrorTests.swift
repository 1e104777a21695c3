import HearthDevice
import HearthModel
import Testing

@testable import HearthCommands

/// What a device tells a person when something goes wrong.
@Suite("Errors", .serialized)
struct ErrorTests {
  static let codes: [DeviceError.Code] = [.storage, .address, .timeout, .refused, .offline]

  @Test func `G07: every error of the library has a page, and every page an error`() {
    let pages = ErrorCatalog.pages.filter { $0.number.hasPrefix("E30") }
    #expect(pages.map(\.number) == Self.codes.map { "E\($0.number)" })
    for page in pages {
      #expect(page.meaning.hasSuffix("."))
      #expect(page.remedy.hasSuffix("."))
    }
  }

  @Test func `G07: an error reads as its number and a sentence`() {
    #expect("\(DeviceError(.timeout, "The hub did not answer."))" == "E3003: The hub did not answer.")
  }
}
