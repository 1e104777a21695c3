import HearthModel
import HearthProtocol
import HearthWire
import Testing

/// Text frames that are wrong in ways that JSON readers differ about.
@Suite("WireCodec: hostile JSON")
struct HostileJSONTests {
  /// What becomes of a frame.
  enum Fate: Equatable, Sendable, CustomStringConvertible {
    /// The frame is a fault of the connection.
    case fault
    /// The change set keeps its counter and is rejected.
    case unreadable(RejectionCode)
    /// It is read; the value of the first edit.
    case value(Value)
    /// It is read.
    case message

    var description: String {
      switch self {
      case .fault: "fault"
      case .unreadable(let code): "unreadable: \(code)"
      case .value(let value): "value \(value.summary)"
      case .message: "message"
      }
    }
  }

  private static func fate(_ json: String) throws -> Fate {
    try fate(Array(json.utf8), .text)
  }

  static func fate(_ bytes: [UInt8], _ form: WireCodec.Form) throws -> Fate {
    let codec = WireCodec(form: form, pack: try Packs.famQuest.get())
    do throws(ProtocolFault) {
      guard case .push(let changeSets) = try codec.decodeDeviceMessage(bytes), let first = changeSets.first else {
        return .message
      }
      switch first.content {
      case .unreadable(let rejection): return .unreadable(rejection.code)
      case .changes(let changes):
        guard case .set(let value)? = changes.first?.edits.first?.action else { return .message }
        return .value(value)
      }
    } catch {
      #expect(error.code == .malformedFrame)
      #expect(error.message.utf8.count < 300, "a fault does not repeat the frame")
      return .fault
    }
  }

  /// A push of one change set that sets the title of a task.
  private static func push(_ value: String) -> String {
    """
    {"push":{"changeSets":[{"counter":"1","stamp":"5","changes":[{"collectionName":"tasks",\
    "uuid":"00000000-0000-0000-0000-000000000001","edits":[{"name":"title","set":\(value)}]}]}]}}
    """
  }

  @Test(
    arguments: [
      (#"{"text":"a"}"#, Fate.value(.text("a"))),
      // Text: what is no Unicode is a fault, what is Unicode is read, be it allowed in a field or not.
      (#"{"text":"\ud83d\ude00"}"#, .value(.text("😀"))),
      (#"{"text":"a\u0000b"}"#, .value(.text("a\u{0}b"))),
      (#"{"text":"a\ud800b"}"#, .fault),
      (#"{"text":"a\udc00b"}"#, .fault),
      (#"{"text":"\ude00\ud83d"}"#, .fault),
      (#"{"text":"\ud800"}"#, .fault),
      ("{\"text\":\"a\u{1}b\"}", .fault),
      ("{\"text\":\"a\nb\"}", .fault),
      (#"{"text":"a\x"}"#, .fault),
      (#"{"text":7}"#, .fault),
      // Numbers: 64 bits as text or as a number without a fraction.
      (#"{"int":"7"}"#, .value(.int(7))), (#"{"int":7}"#, .value(.int(7))), (#"{"int":7.0}"#, .value(.int(7))),
      (#"{"int":7e2}"#, .value(.int(700))), (#"{"int":"-9223372036854775808"}"#, .value(.int(.min))),
      (#"{"int":7.5}"#, .fault), (#"{"int":"9223372036854775808"}"#, .fault), (#"{"int":1e30}"#, .fault),
      (#"{"int":true}"#, .fault), (#"{"int":"0x7"}"#, .fault), (#"{"int":" 7"}"#, .fault), (#"{"int":007}"#, .fault),
      (#"{"day":2147483648}"#, .fault), (#"{"float":1e999}"#, .fault),
      (#"{"float":1.5}"#, .value(.float(1.5))), (#"{"float":"Infinity"}"#, .value(.float(.infinity))),
      // Null stands for "not there"; the value null is written out.
      (#"{"null":true}"#, .value(.null)), (#"{"null":false}"#, .unreadable(.malformed)),
      (#"{"int":null}"#, .unreadable(.malformed)), ("null", .unreadable(.malformed)), ("{}", .unreadable(.malformed)),
      // Readable forms.
      (#"{"date":"2025-02-28"}"#, .value(.day(Day("2025-02-28")!))),
      (#"{"date":"2025-02-30"}"#, .unreadable(.malformed)),
      (#"{"time":"2025-02-03T04:05:06.7Z"}"#, .value(.instant(Instant("2025-02-03T04:05:06.700Z")!))),
      (#"{"time":"2025-02-03T04:05:06+01:00"}"#, .unreadable(.malformed)),
      (#"{"uuid":"00000000-0000-0000-0000-00000000000A"}"#, .value(.id(RecordID(high: 0, low: 10)))),
      (#"{"uuid":"{00000000-0000-0000-0000-00000000000A}"}"#, .unreadable(.malformed)),
      (#"{"id":"AAAA"}"#, .unreadable(.malformed)), (#"{"id":"!"}"#, .fault),
      (#"{"decimal":{"units":"1","scale":18}}"#, .value(.decimal(FixedDecimal(units: 1, scale: 18)))),
      (#"{"decimal":{"units":"1","scale":19}}"#, .unreadable(.malformed)),
      // Members that stand twice, members that nobody knows.
      (#"{"text":"x","text":"y"}"#, .fault), (#"{"int":"7","text":"x"}"#, .fault), (#"{"txt":"x"}"#, .fault),
      (#"{"text":"x","note":"y"}"#, .fault),
      (
        #"{"object":{"members":[{"key":"a","value":{"int":1}},{"key":"a","value":{"int":2}}]}}"#,
        .unreadable(.malformed)
      ),
      (#"{"object":{"members":[{"key":"a"}]}}"#, .unreadable(.malformed)),
      (#"{"list":{"values":[null]}}"#, .fault), (#"{"list":{"values":7}}"#, .fault), (#"[]"#, .fault),
    ] as [(String, Fate)])
  func `a value is read, or rejected with its change set, or a fault (P9)`(_ value: String, _ fate: Fate) throws {
    #expect(try Self.fate(Self.push(value)) == fate)
  }

  @Test(
    arguments: [
      ("", Fate.fault), ("{}", .fault), ("[]", .fault), ("null", .fault), ("\"ping\"", .fault),
      ("{\"ping\":{}", .fault),
      ("{\"ping\":{}} x", .fault), ("{\"ping\":{}}{\"ping\":{}}", .fault), ("{\"ping\":{}}  \n", .message),
      ("\u{feff}{\"ping\":{}}", .fault), ("{'ping':{}}", .fault), ("{\"ping\":{},}", .fault),
      ("// hello\n{\"ping\":{}}", .fault), ("{\"ping\":{},\"pong\":{}}", .fault), ("{\"ping\":{},\"ping\":{}}", .fault),
      ("{\"pnig\":{}}", .fault), ("{\"ping\":{\"nonce\":\"18446744073709551616\"}}", .fault),
      ("{\"ping\":{\"nonce\":-1}}", .fault), ("{\"hello\":{\"protocolVersion\":4294967296}}", .fault),
      ("{\"hello\":{\"@type\":\"x\"}}", .fault), ("{\"push\":{\"change_sets\":[]}}", .message),
      ("{\"push\":{\"changeSets\":null}}", .message), ("{\"push\":{\"changeSets\":[null]}}", .fault),
      ("{\"push\":{\"changeSets\":[{\"counter\":\"1\",\"colour\":\"red\"}]}}", .fault),
      ("{\"welcome\":{}}", .fault), ("{\"updates\":{}}", .fault),
    ] as [(String, Fate)])
  func `a frame is one JSON object with one known message`(_ json: String, _ fate: Fate) throws {
    #expect(try Self.fate(json) == fate)
  }

  @Test(
    arguments: [
      ("{}", RejectionCode.malformed), (#"{"collectionName":"tasks"}"#, .malformed),
      (#"{"collectionName":"taks","uuid":"00000000-0000-0000-0000-000000000001"}"#, .unknownCollection),
      (#"{"collectionName":"tasks","uuid":"1"}"#, .malformed),
      (#"{"collectionName":"tasks","record":"AAAA"}"#, .malformed),
      (#"{"collectionName":"tasks","uuid":"00000000-0000-0000-0000-000000000001","kind":7}"#, .malformed),
      (#"{"collection":4,"uuid":"00000000-0000-0000-0000-000000000001","edits":[{}]}"#, .malformed),
      (#"{"collection":4,"uuid":"00000000-0000-0000-0000-000000000001","edits":[{"name":"titel"}]}"#, .unknownField),
      (#"{"collection":4,"uuid":"00000000-0000-0000-0000-000000000001","edits":[{"name":"title"}]}"#, .malformed),
      (#"{"collection":4,"uuid":"00000000-0000-0000-0000-000000000001","expectFields":[{}]}"#, .malformed),
      (
        #"{"collection":4,"uuid":"00000000-0000-0000-0000-000000000001","context":{"replicas":[2,1],"counters":[1,1]}}"#,
        .malformed
      ),
      (#"{"collection":4,"uuid":"00000000-0000-0000-0000-000000000001","context":{"replicas":[2]}}"#, .malformed),
      (
        #"{"collection":4,"uuid":"00000000-0000-0000-0000-000000000001","context":{"replicas":[2],"counters":[0]}}"#,
        .malformed
      ),
    ] as [(String, RejectionCode)])
  func `a change that makes no sense is rejected by its counter, and those behind it are read (P9)`(
    _ change: String, _ code: RejectionCode
  ) throws {
    let json = #"{"push":{"changeSets":[{"counter":"1","changes":[\#(change)]},{"counter":"2","stamp":"9"}]}}"#
    let codec = WireCodec(form: .text, pack: try Packs.famQuest.get())
    guard case .push(let changeSets) = try codec.decodeDeviceMessage(Array(json.utf8)) else {
      Issue.record("no push")
      return
    }
    guard case .unreadable(let rejection) = changeSets[0].content else {
      Issue.record("it could be read")
      return
    }
    #expect(rejection.code == code)
    #expect(changeSets.map(\.counter) == [1, 2])
    #expect(changeSets[1].content == .changes([]))
  }

  @Test func `a number that no collection or field has is left to admission to reject`() throws {
    let json =
      #"{"push":{"changeSets":[{"counter":"1","changes":[{"collection":70000,"uuid":"00000000-0000-0000-0000-000000000001"}]}]}}"#
    #expect(try Self.fate(json) == .message)
  }

  @Test func `documents are read as deep as a field may hold them, and a few levels more (P10)`() throws {
    #expect(try Self.fate(Self.push(Self.nested(16))) == .value(Self.nestedValue(16)))
    #expect(try Self.fate(Self.push(Self.nested(19))) == .value(Self.nestedValue(19)))
    for depth in [20, 100, 5000] { #expect(try Self.fate(Self.push(Self.nested(depth))) == .fault) }
  }

  private static func nested(_ depth: Int) -> String {
    String(repeating: #"{"object":{"members":[{"key":"k","value":"#, count: depth) + #"{"int":"1"}"#
      + String(repeating: "}]}}", count: depth)
  }

  private static func nestedValue(_ depth: Int) -> Value {
    (0..<depth).reduce(.int(1)) { value, _ in .object(ValueObject([(key: "k", value: value)])) }
  }

  @Test func `nesting without end is a fault before it is a crash (P10)`() throws {
    for opening in ["[", "{\"push\":", "{\"push\":{\"changeSets\":[", "{\"a\":"] {
      #expect(try Self.fate(String(repeating: opening, count: 50_000)) == .fault)
    }
  }

  @Test func `a text of 1 MiB is read; whether a field takes it is for admission to say`() throws {
    let text = String(repeating: "x", count: 1 << 20)
    #expect(try Self.fate(Self.push(#"{"text":"\#(text)"}"#)) == .value(.text(text)))
  }

  @Test func `what is quoted of a frame stays short (P10)`() throws {
    let long = String(repeating: "x", count: 1 << 18)
    #expect(try Self.fate(#"{"\#(long)":{}}"#) == .fault)
    #expect(try Self.fate(Self.push(#"{"int":\#(String(repeating: "9", count: 1 << 14))}"#)) == .fault)
    let change = #"{"collectionName":"\#(long)","uuid":"00000000-0000-0000-0000-000000000001"}"#
    let codec = WireCodec(form: .text, pack: try Packs.famQuest.get())
    let json = #"{"push":{"changeSets":[{"counter":"1","changes":[\#(change)]}]}}"#
    guard case .push(let changeSets) = try codec.decodeDeviceMessage(Array(json.utf8)),
      case .unreadable(let rejection) = changeSets[0].content
    else {
      Issue.record("it could be read")
      return
    }
    #expect(rejection.message.utf8.count < 300)
  }

  @Test func `only the newest sixteen former dots are kept (P10)`() throws {
    let dots = (1...20).map { #"{"replica":1,"counter":"\#($0)"}"# }.joined(separator: ",")
    let json = #"{"push":{"changeSets":[{"counter":"1","formerly":[\#(dots)]}]}}"#
    let codec = WireCodec(form: .text, pack: nil)
    guard case .push(let changeSets) = try codec.decodeDeviceMessage(Array(json.utf8)) else {
      Issue.record("no push")
      return
    }
    #expect(changeSets[0].formerly.map(\.counter) == Array(5...20))
  }
}
