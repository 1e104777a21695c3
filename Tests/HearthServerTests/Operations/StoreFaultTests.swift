import HearthEngine
import HearthModel
import HearthPack
import HearthProtocol
import HearthReplica
import HearthScenario
import Testing

@Suite("A store that says no")
struct StoreFaultTests {
  @Test(arguments: Transport.allCases.filter { $0 != .memory })
  func `a full disk is told with a time to come back; the device keeps its outbox and sends it again`(
    _ transport: Transport
  ) async throws {
    let store = StoreDouble()
    let folder = try TemporaryFolder()
    let household = Fixture.eva.with(Fixture.eva.devices.filter { $0.name == "eva-phone" })
    try await TestHub.running([household], store: store) { hub in
      let world = try EndToEnd.remoteWorld(hub, transport, household, folder.url)
      let family = EndToEnd(world: world, store: store, household: household)
      try await family.connect("eva-phone")
      store.fail(StoreFault(.diskFull, "There is no space left."))
      let counter = try await family.edit("eva-phone") {
        $0.set("tasks", RecordID(name: "dishes"), "title", .text("Afwas"))
      }
      try await eventually("the hub was refused") { store.attempts > store.commits }
      let readiness = try await hub.http("/readyz")
      #expect(readiness.status == 503)
      #expect(readiness.text.contains("no space left"))
      #expect(try await hub.http("/healthz").status == 200)
      #expect(try await world.replica("eva-phone").outbox.map(\.changeSet.counter) == [counter])
      #expect(try await family.value("tasks", "dishes", "title", on: "eva-phone") == .text("Afwas"))
      // A full disk is no reason to end: reading goes on.
      #expect(hub.failures.isEmpty)
      store.recover()
      try await eventually("the device has come back by itself") {
        try await world.replica("eva-phone").outbox.isEmpty
      }
      #expect(try await family.verdict(counter, of: "eva-phone") == .accepted)
      #expect(try hub.title(of: "dishes") == "Afwas")
      #expect(try await hub.http("/readyz").status == 200)
      await world.end()
    }
  }

  @Test(arguments: Wire.allCases)
  func `P2: a disk that failed is the end: each is told so, and the process is asked to go`(_ wire: Wire) async throws {
    let store = StoreDouble()
    try await TestHub.running(store: store) { hub in
      let eva = try await hub.live("eva-phone", over: wire)
      let mark = try await hub.live("mark-phone", over: wire)
      store.fail(StoreFault(.failed, "The disk is gone."))
      try await eva.push(Fixture.famquest.titled(1, "Afwas"))
      let fault = try #require(try await eva.fault())
      #expect(fault.code == .storeFailed)
      #expect(fault.retryAfterMilliseconds > 0)
      try await eventually("the process is asked to end") { !hub.failures.isEmpty }
      #expect(hub.failures.first?.kind == .failed)
      let readiness = try await hub.http("/readyz")
      #expect(readiness.status == 503)
      #expect(readiness.text.contains("The disk is gone."))
      try await mark.push(Fixture.famquest.titled(1, "Wandelen", of: RecordID(name: "walk-dog")))
      #expect(try await mark.fault()?.code == .storeFailed)
      #expect(try await hub.metric("hearth_commit_failures_total") == 2)
    }
  }
}
