import HearthEngine
import HearthHub
import HearthModel
import HearthPack
import HearthTesting
import Testing

extension StoreConformance {
  @Suite("households and devices")
  struct Households {
    @Test(arguments: StoreKind.allCases)
    func `founding makes the household, its records and its devices`(kind: StoreKind) throws {
      let store = try kind.makeStore()
      let eva = try TestHousehold(Fixture.eva, in: store)
      let state = try eva.state()
      #expect(state.app == "famquest")
      #expect(state.revision == Revision(rawValue: 1))
      #expect(state.replicas[.hub]?.counter == 1)
      #expect(try store.households() == [HouseholdEntry(id: eva.id, app: "famquest", label: "Gezin van Eva")])
      #expect(try store.devices(of: eva.id).map(\.name) == Fixture.eva.devices.map(\.name))
      #expect(try eva.value("tasks", RecordID(name: "dishes"), "title") == .text("Afwas doen"))
    }

    @Test(arguments: StoreKind.allCases)
    func `the mark of a catalogue is kept for each app`(kind: StoreKind) throws {
      let store = try kind.makeStore()
      #expect(try store.catalogueMark(of: "famquest") == nil)
      try store.noteCatalogue([1, 2], of: "famquest")
      try store.noteCatalogue([3], of: "sampler")
      try store.noteCatalogue([0, 255], of: "famquest")
      #expect(try store.catalogueMark(of: "famquest") == [0, 255])
      #expect(try store.catalogueMark(of: "sampler") == [3])
      try (store as? TemporaryStore)?.reopen()
      #expect(try store.catalogueMark(of: "famquest") == [0, 255])
    }

    @Test(arguments: StoreKind.allCases)
    func `founding again is refused and writes nothing`(kind: StoreKind) throws {
      let store = try kind.makeStore()
      let eva = try TestHousehold(Fixture.eva, in: store)
      let before = try StoreDump(store, [eva])
      expectFault(.exists) { try TestHousehold(Fixture.eva, in: store) }
      #expect(try StoreDump(store, [eva]) == before)
    }

    @Test(arguments: StoreKind.allCases)
    func `a founding that fails half-way leaves nothing`(kind: StoreKind) throws {
      let store = try kind.makeStore()
      let eva = try TestHousehold(Fixture.eva, in: store)
      let taken = eva.devices[0].entry
      let id = HouseholdID(RecordID(name: "other"))
      let device = DeviceEntry(
        id: RecordID(name: "new"), household: id, member: id.record, name: "x", tokenHash: taken.tokenHash)
      expectFault(.exists) {
        try TestHousehold(id: id, in: store, pack: Fixture.famquest, records: [], devices: [device])
      }
      #expect(try store.households().map(\.id) == [eva.id])
      #expect(try store.household(id) == nil)
    }

    @Test(arguments: StoreKind.allCases)
    func `households founded in one transaction are what each would be alone`(kind: StoreKind) throws {
      let (together, alone) = (try kind.makeStore(), try kind.makeStore())
      let families = [Fixture.eva, Fixture.mark]
      try Self.found([families], in: together)
      try Self.found(families.map { [$0] }, in: alone)
      let ids = families.map(\.id)
      #expect(try StoreDump(together, ids) == StoreDump(alone, ids))
    }

    @Test(arguments: StoreKind.allCases)
    func `of households founded together none is there when one breaks a rule, also towards another`(
      kind: StoreKind
    ) throws {
      let store = try kind.makeStore()
      // Ids that begin alike have addresses made of them that are the same.
      let twins = (1...2).map { number in
        Fixture.seed.with([Fixture.eva]).renamed(Fixture.famquestWithRules) { RecordID(high: 7, low: number) }
          .households[0].with([])
      }
      let families = [Fixture.mark] + twins
      #expect {
        try Self.found([families], in: store, Fixture.famquestWithRules)
      } throws: {
        ($0 as? Rejection)?.code == .uniqueViolation
      }
      #expect(try store.households().isEmpty)
    }

    private static func found(
      _ groups: [[Seed.Household]], in store: any Store, _ pack: Pack = Fixture.famquest
    ) throws {
      let founding = Founding(engine: Fixture.makeEngine([pack.name: pack]))
      var random = SeededGenerator(seed: 1)
      for group in groups {
        _ = try founding.found(
          group, app: pack.name, in: store, now: Instant(milliseconds: 1_762_880_400_000), random: { random.next() },
          makeToken: { "token-\(random.next())" })
      }
    }

    @Test(arguments: StoreKind.allCases)
    func `households and devices come in the order they were added`(kind: StoreKind) throws {
      let store = try kind.makeStore()
      let mark = try TestHousehold(Fixture.mark, in: store)
      let eva = try TestHousehold(Fixture.eva, in: store)
      #expect(try store.households().map(\.id) == [mark.id, eva.id])
      for name in ["b", "a", "c"] {
        try store.addDevice(
          DeviceEntry(
            id: RecordID(name: name), household: eva.id, member: RecordID(name: "eva"), name: name,
            tokenHash: Array(name.utf8)))
      }
      #expect(try store.devices(of: eva.id).suffix(3).map(\.name) == ["b", "a", "c"])
      #expect(try store.devices(of: mark.id).map(\.name) == Fixture.mark.devices.map(\.name))
    }

    @Test(arguments: StoreKind.allCases)
    func `a device is found by the hash of its token alone`(kind: StoreKind) throws {
      let store = try kind.makeStore()
      let eva = try TestHousehold(Fixture.eva, in: store)
      for device in eva.devices {
        #expect(try store.device(tokenHash: device.entry.tokenHash) == device.entry)
      }
      #expect(try store.device(tokenHash: []) == nil)
      #expect(try store.device(tokenHash: Array(eva.devices[0].entry.tokenHash.dropLast())) == nil)
    }

    @Test(arguments: StoreKind.allCases)
    func `a device or a token is taken once`(kind: StoreKind) throws {
      let store = try kind.makeStore()
      let eva = try TestHousehold(Fixture.eva, in: store)
      let known = eva.devices[0].entry
      let sameID = DeviceEntry(id: known.id, household: eva.id, member: known.member, name: "x", tokenHash: [1])
      let sameToken = DeviceEntry(
        id: RecordID(name: "x"), household: eva.id, member: known.member, name: "x", tokenHash: known.tokenHash)
      expectFault(.exists) { try store.addDevice(sameID) }
      expectFault(.exists) { try store.addDevice(sameToken) }
      #expect(try store.devices(of: eva.id) == eva.devices.map(\.entry))
    }

    @Test(arguments: StoreKind.allCases)
    func `an unknown household has nothing and takes nothing`(kind: StoreKind) throws {
      let store = try kind.makeStore()
      let eva = try TestHousehold(Fixture.eva, in: store)
      let nobody = HouseholdID(RecordID(name: "nobody"))
      let tasks = Fixture.famquest.collection(named: "tasks")!.number
      #expect(try store.devices(of: nobody) == [])
      #expect(try store.household(nobody) == nil)
      #expect(try store.record(RecordKey(nobody, tasks, RecordID(name: "dishes"))) == nil)
      #expect(try store.change(nobody, Dot(.hub, 1)) == nil)
      #expect(try store.referrers(nobody, to: RecordID(name: "eva")) == [])
      let device = DeviceEntry(id: nobody.record, household: nobody, member: nobody.record, name: "x", tokenHash: [1])
      expectFault(.unknown) { try store.addDevice(device) }
      expectFault(.unknown) { try store.openReplica(household: nobody, device: device.id, incarnation: 1) }
      expectFault(.unknown) { try store.changedRecords(of: nobody, after: .zero, bytesMax: 1) }
      expectFault(.unknown) {
        try store.commit { _ in
          Commit(households: [.empty(nobody, app: "famquest", head: .zero)])
        }
      }
      #expect(try store.households().map(\.id) == [eva.id])
    }
  }
}
