import HearthModel
import Testing

@Suite("Stored forms")
struct StoredFormTests {
  private func check<Value: ByteCodable & Equatable>(
    seed: UInt64, _ count: Int = 60, sourceLocation: SourceLocation = #_sourceLocation,
    _ make: (inout Arbitrary) -> Value
  ) {
    var arbitrary = Arbitrary(seed: seed)
    var alterations = 0
    for number in 0..<count {
      let value = make(&arbitrary)
      StoredForm.checkRoundTrip(value, sourceLocation: sourceLocation)
      if number < 8 { alterations += StoredForm.checkAlterations(value, sourceLocation: sourceLocation) }
    }
    #expect(alterations > 0, sourceLocation: sourceLocation)
  }

  @Test func `values come back, and damaged bytes are a fault`() {
    check(seed: 10, 300) { $0.value() }
    check(seed: 11) { $0.id() }
    check(seed: 12) { $0.field() }
    check(seed: 13) { $0.collection() }
  }

  @Test func `dots, vectors and writes come back, and damaged bytes are a fault`() {
    check(seed: 20) { $0.dot() }
    check(seed: 21) { $0.vector() }
    check(seed: 22) { $0.author() }
    check(seed: 23) { $0.write() }
  }

  @Test func `change sets come back, and damaged bytes are a fault`() {
    check(seed: 30) { $0.changeSet() }
    check(seed: 31) { $0.change() }
    check(seed: 32) { Edit($0.field(), $0.action()) }
  }

  @Test func `outcomes, decisions and patches come back, and damaged bytes are a fault`() {
    check(seed: 40) { $0.verdict() }
    check(seed: 41) { $0.rejection() }
    check(seed: 42) { $0.decision() }
    check(seed: 43) { $0.subject() }
    check(seed: 44) { $0.recordPatch() }
  }

  @Test func `records come back, and damaged bytes are a fault`() {
    check(seed: 50, 12) { $0.record() }
    StoredForm.checkRoundTrip(RecordState(slotCount: 0))
  }

  // MARK: What stays the same

  @Test func `the bytes of a record are those of format 1`() throws {
    let collection = CollectionSchema.of([
      ("title", .anyText, .register(RegisterRule())), ("points", .anyInt, .counter),
      ("tags", .textSet, .set(isRanked: false)),
    ])
    let edits = RecordOperation(
      .create,
      slots: [(slot: 0, operation: .write("é")), (slot: 1, operation: .add(-3)), (slot: 2, operation: .insert("x"))])
    let state = try collection.state(
      after: .by(1, stamp: 0x0102, rank: .parent, edits), .by(300, stamp: 3, saw: [Dot(1, 1)], .delete))
    #expect(
      state.encoded.hex == "010201010000000000000102" + "03ac02010000000000000003" + "01" + "0200000101"
        + "01010201" + "01ac0201" + "0000" + "03" + "010100010602c3a9" + "02010105" + "0401060178010001" + "02")
    #expect(try RecordState(encoded: state.encoded) == state)
  }

  @Test func `the content of a change set is the same bytes under any dot (P3)`() {
    var arbitrary = Arbitrary(seed: 60)
    for _ in 0..<20 {
      let changeSet = arbitrary.changeSet()
      var renumbered = changeSet
      renumbered.counter += 1
      #expect(renumbered.contentBytes == changeSet.contentBytes)
      let later = ChangeSet(
        counter: changeSet.counter, stamp: changeSet.stamp.successor, content: changeSet.content)
      #expect(later.contentBytes != changeSet.contentBytes)
    }
  }
}

extension [UInt8] {
  /// Two digits a byte.
  fileprivate var hex: String {
    map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
