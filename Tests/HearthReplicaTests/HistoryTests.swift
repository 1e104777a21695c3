import HearthModel
import HearthReplica
import HearthScenario
import HearthWire
import Testing

/// Random histories, message by message, with the truth checked at each step.
@Suite("Random histories of several devices")
struct HistoryTests {
  /// What a phone holds after each outcome and each patch is what `RecordPatch.whole` of the hub's record says: fields,
  /// sets, documents, counters, groups, defaults that the hub filled in, stamps, version numbers, version vectors, life
  /// and conflicts.
  @Test(arguments: [WireCodec.Form.binary, .text], Array(0..<8))
  func `P1, G06: at every step a device has what the hub had at its revision`(_ form: WireCodec.Form, _ part: Int) {
    let count: UInt64 = form == .binary ? 24 : 6
    forEachSeed(UInt64(part) * count..<UInt64(part + 1) * count) { seed, trace in
      let lab = Lab(.everything, form: form, seed: seed, trace: trace)
      for (name, member) in [("a", Lab.eva), ("b", Lab.noah), ("c", Lab.eva)] { try lab.addPhone(name, member) }
      lab.checks = [Truth.confirmedIsTheHubs, Truth.emptyMeansDecided]
      var chaos = Chaos(lab, seed: seed)
      try chaos.run(150)
      try lab.calmDown()
      try Truth.everybodyAgrees(lab)
    }
  }

  /// Two devices of the family app, each history with another mix of trouble.
  @Test(arguments: [WireCodec.Form.binary, .text], Array(0..<4))
  func `P1: FamQuest converges, whatever happens to connections, phones and the hub`(
    _ form: WireCodec.Form, _ part: Int
  ) {
    let count: UInt64 = form == .binary ? 6 : 2
    forEachSeed(UInt64(part) * count..<UInt64(part + 1) * count) { seed, trace in
      let lab = Lab(.famquest, form: form, seed: seed, trace: trace)
      lab.pageBytes = 4000
      for (name, member) in [("eva", Lab.eva), ("noah", Lab.noah)] { try lab.addPhone(name, member) }
      lab.checks = [Truth.confirmedIsTheHubs, Truth.emptyMeansDecided]
      var chaos = Chaos(lab, seed: seed)
      try chaos.run(120)
      try lab.calmDown()
      try Truth.everybodyAgrees(lab)
    }
  }

  @Test(arguments: Array(0..<8))
  func `P3: a device counts each change once at every step, also between CaughtUp and a repeated outcome`(_ part: Int) {
    forEachSeed(UInt64(part) * 60..<UInt64(part + 1) * 60) { seed, trace in
      let lab = Lab(.counter, seed: seed, trace: trace)
      for (name, member) in [("a", Lab.eva), ("b", Lab.noah)] { try lab.addPhone(name, member) }
      lab.checks = [Truth.confirmedIsTheHubs, Truth.sumsAreExact, Truth.emptyMeansDecided]
      var chaos = Chaos(lab, seed: seed)
      chaos.maker.deletes = false
      chaos.maker.mayBeRefused = false
      try chaos.run(120)
      try lab.calmDown()
      try Truth.everybodyAgrees(lab)
    }
  }
}
