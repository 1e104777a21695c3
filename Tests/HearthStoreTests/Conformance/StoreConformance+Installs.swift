import HearthEngine
import HearthModel
import HearthPack
import Testing

extension StoreConformance {
  @Suite("installs and lives")
  struct Installs {
    @Test(arguments: StoreKind.allCases)
    func `an incarnation keeps its replica number, another gets the next one`(kind: StoreKind) throws {
      let store = try kind.makeStore()
      let eva = try TestHousehold(Fixture.eva, in: store)
      let (phone, tablet) = (eva.devices[0].entry.id, eva.devices[1].entry.id)
      let open = { (device: RecordID, incarnation: UInt64) in
        try store.openReplica(household: eva.id, device: device, incarnation: incarnation).rawValue
      }
      #expect(try open(phone, 7) == 1)
      #expect(try open(tablet, 7) == 2)
      #expect(try open(phone, 7) == 1)
      #expect(try open(phone, .max) == 3)
      #expect(try open(phone, .max) == 3)
      #expect(try open(tablet, 7) == 2)
    }

    @Test(arguments: StoreKind.allCases)
    func `replica numbers count in each household`(kind: StoreKind) throws {
      let store = try kind.makeStore()
      let (eva, mark) = (try TestHousehold(Fixture.eva, in: store), try TestHousehold(Fixture.mark, in: store))
      for household in [eva, mark] { try household.open(household.devices[0]) }
      #expect(eva.devices[0].replica == mark.devices[0].replica)
    }

    @Test(arguments: StoreKind.allCases)
    func `a new install has decided nothing, and its device is known`(kind: StoreKind) throws {
      let store = try kind.makeStore()
      let eva = try TestHousehold(Fixture.eva, in: store)
      let device = eva.devices[2]
      try eva.open(device)
      let progress = try eva.state().replicas[device.replica!]
      #expect(progress == HouseholdState.Replica(device: device.entry.id))
    }

    @Test(arguments: StoreKind.allCases)
    func `a life is shown, and where a household's revisions passed into it (P12)`(kind: StoreKind) throws {
      let store = try kind.makeStore()
      let (eva, mark) = (try TestHousehold(Fixture.eva, in: store), try TestHousehold(Fixture.mark, in: store))
      let phone = try eva.device("eva-phone")
      let (old, young) = (Epoch(rawValue: .max), Epoch(rawValue: 1))
      try store.beginLife(old)
      #expect(try eva.state().lineage == Lineage([.init(epoch: old)]))
      try eva.submit(phone, eva.set("tasks", RecordID(name: "dishes"), "title", .text("A")))
      try eva.submit(phone, eva.set("tasks", RecordID(name: "dishes"), "title", .text("B")))
      try store.beginLife(young)
      // What is refused makes no revision.
      try eva.submit(phone, eva.pack.change("tasks", RecordID(name: "nothing"), [("title", .set(.text("C")))]))
      let first = Revision(rawValue: 2)
      #expect(try eva.state().lineage == Lineage([.init(epoch: old, first: first), .init(epoch: young)]))
      try eva.submit(phone, eva.set("tasks", RecordID(name: "dishes"), "title", .text("D")))
      let expected = Lineage([.init(epoch: old, first: first), .init(epoch: young, first: Revision(rawValue: 4))])
      try (store as? TemporaryStore)?.reopen()
      #expect(try eva.state().lineage == expected)
      #expect(try mark.state().lineage == Lineage([.init(epoch: old), .init(epoch: young)]))
    }

    @Test(arguments: StoreKind.allCases)
    func `a store remembers its newest lives`(kind: StoreKind) throws {
      let store = try kind.makeStore()
      let eva = try TestHousehold(Fixture.eva, in: store)
      let phone = try eva.device("eva-phone")
      for number in 1...70 {
        try store.beginLife(Epoch(rawValue: UInt64(number)))
        try eva.submit(phone, eva.set("tasks", RecordID(name: "dishes"), "title", .text("\(number)")))
      }
      let expected = (7...70).map {
        Lineage.Life(epoch: Epoch(rawValue: UInt64($0)), first: Revision(rawValue: UInt64($0) + 1))
      }
      #expect(try eva.state().lineage == Lineage(expected))
    }

    @Test(arguments: StoreKind.allCases)
    func `acknowledgements change nothing that is shown, and unknown ones are passed over`(kind: StoreKind) throws {
      let store = try kind.makeStore()
      let eva = try TestHousehold(Fixture.eva, in: store)
      try eva.open(eva.devices[0])
      let before = try StoreDump(store, [eva])
      try store.acknowledge(
        [
          Acknowledgement(household: eva.id, replica: eva.devices[0].replica!, revision: Revision(rawValue: 1)),
          Acknowledgement(household: eva.id, replica: ReplicaNumber(rawValue: 99), revision: Revision(rawValue: .max)),
          Acknowledgement(household: HouseholdID(RecordID(name: "nobody")), replica: .hub, revision: .zero),
        ], now: eva.now)
      try store.acknowledge([], now: eva.now)
      #expect(try StoreDump(store, [eva]) == before)
    }
  }
}
