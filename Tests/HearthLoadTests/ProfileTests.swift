import Foundation
import HearthLoad
import Testing

@Suite("Load tester: profiles")
struct ProfileTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "loadtest/profiles")

  @Test func `every profile of the folder can be read, and says what it is for`() throws {
    let files = try FileManager.default.contentsOfDirectory(at: Self.folder, includingPropertiesForKeys: nil)
    #expect(files.count >= 11)
    for file in files {
      let profile = try Profile(yaml: String(contentsOf: file, encoding: .utf8), name: file.lastPathComponent)
      #expect(profile.about.count > 20)
    }
  }

  @Test func `keys, steps and events come as they stand`() throws {
    let profile = try Profile(
      yaml: """
        about: All of it.
        households: 7
        devices: 2
        warm_up: 1
        seconds: 4.5
        rate: [{ at: 0, rate: 10 }, { at: 2, rate: 30 }]
        target: one_record
        records: 3
        events:
          - { at: 3, do: go_online }
          - { at: 1, do: go_offline, share: 0.25 }
        """, name: "all")
    #expect(profile.households == 7 && profile.devices == 2 && profile.warmUp == 1 && profile.seconds == 4.5)
    #expect(profile.writes.target == .oneRecord && profile.writes.records == 3)
    #expect(profile.events.map(\.kind) == [.goOffline, .goOnline])
    #expect(profile.events.map(\.share) == [0.25, 1])
    // Evenly from one step to the next, and as the last one says behind it.
    #expect([0, 1, 2, 9].map { profile.rate(at: $0) } == [10, 20, 30, 30])
  }

  @Test(arguments: [
    ("rate: 5", "about"),
    ("about: x", "`rate` is missing"),
    ("about: x\nrate: 5\nclosed_loop: true", "has no `rate`"),
    ("about: x\nrate: -1", "expected 0.0 through"),
    ("about: x\nrate: fast", "cannot be read"),
    ("about: x\nrate: 1\nhouseholds: 0", "`households` is 0; expected 1 through"),
    ("about: x\nrate: 1\nspeed: 3", "unknown key `speed` in line 3"),
    ("about: x\nrate: 1\ntarget: all", "expected `any`, `one_record` or `points_at_floor`"),
    ("about: x\nrate: 1\ntarget: points_at_floor\nrecords: 2", "one row at a time; `records` is 2"),
    ("about: x\nrate: [{ at: 2, rate: 1 }, { at: 1, rate: 2 }]", "have to ascend"),
    ("about: x\nrate: 1\nevents: [{ at: 1, do: dance }]", "expected one of go_offline"),
    ("about: x\nrate: 1\nevents: [{ at: 1, do: go_offline, share: 2 }]", "`share` is 2.0"),
    ("- a list", "expected keys and values"),
    ("a: [", "cannot be read"),
    ("", "expected keys and values"),
  ])
  func `what is wrong with a profile is said`(_ yaml: String, _ words: String) {
    let fault = #expect(throws: ProfileFault.self) { try Profile(yaml: yaml, name: "bad") }
    #expect(fault?.description.hasPrefix("bad: ") == true)
    #expect(fault?.description.contains(words) == true, "\(String(describing: fault))")
  }
}
