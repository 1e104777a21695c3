import HearthEngine
import HearthModel
import HearthPack
import Testing

extension StoreConformance {
  @Suite("installs and epochs")
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
    func `a new epoch is shown, and nothing else changes`(kind: StoreKind) throws {
      let store = try kind.makeStore()
      let (eva, mark) = (try TestHousehold(Fixture.eva, in: store), try TestHousehold(Fixture.mark, in: store))
      let (before, others) = (try eva.state(), try mark.state())
      try store.renewEpoch(of: eva.id, Epoch(rawValue: .max))
      var expected = before
      expected.epoch = Epoch(rawValue: .max)
      #expect(try eva.state() == expected)
      #expect(try mark.state() == others)
    }

    @Test(arguments: StoreKind.allCases)
    func `acknowledgements change nothing that is shown, and unknown ones are passed over`(kind: StoreKind) throws {
      let store = try kind.makeStore()
      let eva = try TestHousehold(Fixture.eva, in: store)
      try eva.open(eva.devices[0])
      let before = try StoreDump(store, [eva])
      try store.acknowledge([
        Acknowledgement(household: eva.id, replica: eva.devices[0].replica!, revision: Revision(rawValue: 1)),
        Acknowledgement(household: eva.id, replica: ReplicaNumber(rawValue: 99), revision: Revision(rawValue: .max)),
        Acknowledgement(household: HouseholdID(RecordID(name: "nobody")), replica: .hub, revision: .zero),
      ])
      try store.acknowledge([])
      #expect(try StoreDump(store, [eva]) == before)
    }
  }
}
