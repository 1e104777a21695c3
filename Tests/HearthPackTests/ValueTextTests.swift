import HearthModel
import HearthPack
import Testing

@Suite("Values as people type them")
struct ValueTextTests {
  @Test func `a number is written as JSON writes it, so that a telephone number stays a text`() {
    let json = { (text: String) in ValueText.value("{ a: \(text) }", type: .json(nil))?.object?["a"] }
    #expect(json("12") == .int(12))
    #expect(json("-12.5e2") == .float(-1250))
    #expect(json("1e3") == .float(1000))
    for text in ["+31612345678", "0612345678", "1.", ".5", "0x10", "1e", "nan", "108234567890123456789"] {
      #expect(json(text) == .text(text), "\(text)")
    }
    #expect(json("'12'") == .text("12"))
    #expect(json("~") == .null)
    #expect(json("no") == .text("no"))
  }

  @Test func `scalars are read by their type and within its limits`() {
    #expect(ValueText.value("12", type: .int(0...100)) == .int(12))
    #expect(ValueText.value("+12", type: .int(0...100)) == nil)
    #expect(ValueText.value("101", type: .int(0...100)) == nil)
    #expect(ValueText.value("0x10", type: .float) == nil)
    #expect(ValueText.value("inf", type: .float) == nil)
    #expect(ValueText.value("1e400", type: .float) == nil)
    #expect(ValueText.value("yes", type: .bool) == nil)
    #expect(ValueText.value("12", type: .text(.plain, length: 0...5)) == .text("12"))
    #expect(ValueText.value("eva", type: .uuid) == .id(RecordID(name: "eva")))
  }

  @Test func `a set is written as a list, each element once`() {
    let type = FieldType.set(.int(0...9), maximum: 2)
    #expect(ValueText.value("[2, 1, 1]", type: type) == .list([.int(1), .int(2)]))
    #expect(ValueText.value("[1, 2, 3]", type: type) == nil)
    #expect(ValueText.value("1", type: type) == nil)
    #expect(ValueText.value("[1, ten]", type: type) == nil)
  }
}
