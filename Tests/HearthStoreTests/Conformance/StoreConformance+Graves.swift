import HearthEngine
import HearthModel
import HearthPack
import HearthProtocol
import Testing

extension StoreConformance {
  /// Rows G1 to G5 of docs/internals/compaction.md, on every store.
  @Suite("graves")
  struct Graves {
    private static let maths = RecordID(name: "sam-maths")
    private static let session = RecordID(name: "sam-maths-factoring")

    /// A family that has deleted something.
    private static func family(_ kind: StoreKind, deletes collection: String, _ record: RecordID) throws
      -> TestHousehold
    {
      let eva = try TestHousehold(Fixture.eva, in: kind.makeStore())
      try eva.delete(collection, record)
      return eva
    }

    @Test(arguments: StoreKind.allCases)
    func `G1: a deleted record goes with what its delete hides, and all that they hold`(kind: StoreKind) throws {
      let eva = try Self.family(kind, deletes: "study_items", Self.maths)
      let sam = RecordID(name: "sam")
      let toSam = try eva.store.referrers(eva.id, to: sam).count
      let count = try eva.changed().entries.count
      let head = try eva.state().revision
      try eva.compact()
      try (eva.store as? TemporaryStore)?.reopen()
      #expect(try eva.record("study_items", Self.maths) == nil)
      #expect(try eva.record("study_sessions", Self.session) == nil)
      #expect(try eva.store.referrers(eva.id, to: Self.maths).isEmpty)
      #expect(try eva.store.referrers(eva.id, to: sam).count == toSam - 1)
      #expect(try eva.changed().entries.count < count - 1)
      guard case .deleted(let deleted) = try eva.ask(.deleted).content else { return #expect(Bool(false)) }
      #expect(deleted.isEmpty)
      let state = try eva.state()
      #expect(state.revision == head && state.horizon == head)
    }

    @Test(arguments: StoreKind.allCases, [RecordChange.Kind.update, .create, .restore, .delete])
    func `G2: whatever is written to a collected id is rejected, and the id is free again for nobody`(
      kind: StoreKind, write: RecordChange.Kind
    ) throws {
      let eva = try TestHousehold(Fixture.eva, in: kind.makeStore())
      let seen = try #require(try eva.record("study_items", Self.maths)).versions
      try eva.delete("study_items", Self.maths)
      try eva.compact()
      let tablet = try eva.device("noah-tablet")
      let owner = ("user_id", Edit.Action.set(.id(RecordID(name: "sam"))))
      let subject = ("subject", Edit.Action.set(.text("Back")))
      let edits = write == .create ? [owner, subject] : write == .update ? [subject] : []
      let change = eva.pack.change("study_items", Self.maths, write, seen: seen, edits)
      guard case .rejected(let rejection) = try eva.submit(tablet, change) else { return #expect(Bool(false)) }
      #expect(rejection.code == .recordGone && rejection.record == Self.maths)
      #expect(try eva.record("study_items", Self.maths) == nil)
      let other = eva.pack.change("study_items", RecordID(name: "unheard-of"), [("subject", .set(.text("X")))])
      guard case .rejected(let unknown) = try eva.submit(tablet, other) else { return #expect(Bool(false)) }
      #expect(unknown.code == .recordUnknown)
    }

    @Test(arguments: StoreKind.allCases)
    func `G3: what is young, or not known to every live device, stays`(kind: StoreKind) throws {
      let eva = try Self.family(kind, deletes: "study_items", Self.maths)
      let (phone, tablet) = (try eva.device("eva-phone"), try eva.device("noah-tablet"))
      try eva.compact(retention: 5000)
      #expect(try eva.record("study_items", Self.maths) != nil)
      try eva.acknowledge(phone, try eva.state().revision)
      try eva.acknowledge(tablet, Revision(rawValue: 1))
      try eva.compact(lapse: 5000)
      #expect(try eva.record("study_items", Self.maths) != nil)
      #expect(try eva.state().horizon == .zero)
      try eva.acknowledge(tablet, try eva.state().revision)
      try eva.compact(lapse: 5000)
      #expect(try eva.record("study_items", Self.maths) == nil)
    }

    @Test(arguments: StoreKind.allCases)
    func `G4: a record that something points to stays, and goes when nothing does`(kind: StoreKind) throws {
      let eva = try TestHousehold(Fixture.eva, in: kind.makeStore())
      let phone = try eva.device("eva-phone")
      let (photo, task) = (RecordID(name: "new-photo"), RecordID(name: "dishes"))
      let schema = eva.pack.collection(named: "media")!
      let made = try eva.submit(phone, eva.make(schema, photo))
      #expect(made == .accepted)
      let attach = { (action: Edit.Action) in
        eva.pack.change("tasks", task, seen: try eva.record("tasks", task)!.versions, [("proof_photos", action)])
      }
      try eva.submit(phone, attach(.insert(.id(photo))))
      try eva.delete("media", photo)
      try eva.compact()
      #expect(try eva.record("media", photo) != nil)
      try eva.submit(phone, attach(.remove(.id(photo))))
      try eva.compact()
      #expect(try eva.record("media", photo) == nil)
    }

    @Test(arguments: StoreKind.allCases)
    func `G4: people, keyed records and what is not deleted stay`(kind: StoreKind) throws {
      let eva = try TestHousehold(Fixture.eva, in: kind.makeStore())
      try eva.delete("users", RecordID(name: "luna"))
      let live = try eva.changed().entries.count
      try eva.compact()
      #expect(try eva.changed().entries.count == live)
      #expect(try eva.record("users", RecordID(name: "luna")) != nil)
    }

    @Test(arguments: StoreKind.allCases)
    func `G5: a cursor below what was collected stands for nothing, and pages say from where on`(kind: StoreKind) throws
    {
      let eva = try TestHousehold(Fixture.eva, in: kind.makeStore())
      try eva.store.beginLife(Epoch(rawValue: 7))
      let before = try eva.state().revision
      try eva.delete("study_items", Self.maths)
      let after = try eva.state().revision
      let stands = { (revision: Revision) in
        try eva.state().has(Cursor(epoch: Epoch(rawValue: 7), revision: revision))
      }
      #expect(try stands(before) && stands(after))
      #expect(try eva.changed().horizon == .zero)
      try eva.compact()
      #expect(try !stands(before) && stands(after))
      #expect(try eva.changed().horizon == after)
    }
  }
}

extension TestHousehold {
  /// A device that has seen everything deletes a record.
  func delete(_ collection: String, _ record: RecordID) throws {
    let seen = try #require(try self.record(collection, record)).versions
    let phone = try device("eva-phone")
    #expect(try submit(phone, pack.change(collection, record, .delete, seen: seen)) == .accepted)
  }

  /// A creation with the values of another record, but for those that the hub writes.
  func make(_ schema: CollectionSchema, _ record: RecordID) -> RecordChange {
    let model = Fixture.eva.records.first { $0.collection == schema.number }
    let values = (model?.values ?? []).filter { schema.field($0.field)?.marks.contains(.system) == false }
    return RecordChange(
      collection: schema.number, record: record, kind: .create, context: VersionVector(),
      edits: values.map { Edit($0.field, .set($0.value)) })
  }
}
