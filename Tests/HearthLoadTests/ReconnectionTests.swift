import HearthLoad
import Testing

@Suite("Load tester: coming back after a restart")
struct ReconnectionTests {
  private static let slot = Reconnection.slotNanoseconds

  @Test func `attempts are counted by tenths of a second, until the last device has caught up`() {
    var reconnection = Reconnection(devices: 2, began: 1000)
    // Before it began, and behind the end.
    reconnection.attempted(at: 999)
    for at in [1000, 1000 + Self.slot - 1, 1000 + 3 * Self.slot] { reconnection.attempted(at: at) }
    reconnection.caughtUp(0, at: 1000 + 4 * Self.slot)
    #expect(reconnection.seconds == nil && reconnection.returned == 1)
    // The same one once more is not the other one.
    reconnection.caughtUp(0, at: 1000 + 5 * Self.slot)
    reconnection.attempted(at: 1000 + 5 * Self.slot)
    #expect(reconnection.seconds == nil)
    reconnection.caughtUp(1, at: 1000 + 20 * Self.slot)
    reconnection.attempted(at: 1000 + 21 * Self.slot)
    #expect(reconnection.seconds == 2 && reconnection.returned == 2)
    #expect(reconnection.attempts == [2, 0, 0, 1, 0, 1])
    #expect(reconnection.busiestShare == 0.5)
  }

  @Test func `without attempts no slot is the fullest`() {
    #expect(Reconnection(devices: 1, began: 0).busiestShare == 0)
  }
}
