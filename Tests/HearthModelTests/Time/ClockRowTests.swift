import HearthModel
import HearthTesting
import Testing

/// Rows T of protocol/merge.md, and the clocks that make stamps.
@Suite("Rows: time stamps")
struct ClockRowTests {
  // MARK: The stamp that counts

  @Test func `a stamp is moved by the offset of its clock (T1)`() {
    let device = HybridTime(milliseconds: 5000, logical: 7)
    let ahead = device.corrected(by: ClockOffset(milliseconds: 3000), now: 9000, after: HybridTime(rawValue: 0))
    #expect(ahead == HybridTime(milliseconds: 2000, logical: 7))
    let behind = device.corrected(by: ClockOffset(milliseconds: -3000), now: 9000, after: HybridTime(rawValue: 0))
    #expect(behind == HybridTime(milliseconds: 8000, logical: 7))
  }

  @Test func `a stamp is never in the hub's future (T2)`() {
    let device = HybridTime(milliseconds: 5000, logical: 7)
    let stamp = device.corrected(by: .zero, now: 4000, after: HybridTime(rawValue: 0))
    #expect(stamp == HybridTime(milliseconds: 4000, logical: 0))
  }

  @Test func `the stamps of a replica never run backwards (T3)`() {
    let previous = HybridTime(milliseconds: 6000, logical: 2)
    let stamp = HybridTime(milliseconds: 5000).corrected(by: .zero, now: 9000, after: previous)
    #expect(stamp == HybridTime(milliseconds: 6000, logical: 3))
    let same = previous.corrected(by: .zero, now: 9000, after: previous)
    #expect(same == HybridTime(milliseconds: 6000, logical: 3))
  }

  @Test func `every correction of a small world follows the three rows (T1, T2, T3)`() {
    let logicals: [UInt16] = [0, 1, .max]
    var count = 0
    for device in stamps(0...3, logicals) {
      for previous in stamps(0...3, logicals) {
        for offset in Int64(-4)...4 {
          for now in Int64(0)...4 {
            count += 1
            check(device, offset, now, previous)
          }
        }
      }
    }
    #expect(count == 12 * 12 * 9 * 5)
  }

  private func stamps(_ milliseconds: ClosedRange<Int64>, _ logicals: [UInt16]) -> [HybridTime] {
    milliseconds.flatMap { millisecond in
      logicals.map { HybridTime(milliseconds: millisecond, logical: $0) }
    }
  }

  private func check(_ device: HybridTime, _ offset: Int64, _ now: Int64, _ previous: HybridTime) {
    let moved = device.milliseconds - offset
    let wanted =
      moved > now
      ? HybridTime(milliseconds: now) : HybridTime(milliseconds: Swift.max(moved, 0), logical: device.logical)
    let stamp = device.corrected(by: ClockOffset(milliseconds: offset), now: now, after: previous)
    let expected = wanted > previous ? wanted : previous.successor
    if stamp != expected { Issue.record("\(device) offset \(offset) now \(now) after \(previous): \(stamp)") }
  }

  @Test func `no offset, clock or stamp is too far out for a correction (T1, T2, T3)`() {
    let ends: [Int64] = [.min, -1, 0, 1, HybridTime.millisecondsMax, .max]
    let stamps = [HybridTime(rawValue: 0), HybridTime(milliseconds: 1000), HybridTime(rawValue: .max)]
    for offset in ends {
      for now in ends {
        for device in stamps {
          let stamp = device.corrected(by: ClockOffset(milliseconds: offset), now: now, after: stamps[1])
          #expect(stamp > stamps[1])
          #expect(stamp.milliseconds <= Swift.max(now, 1000))
        }
      }
    }
    let last = HybridTime(rawValue: .max)
    #expect(stamps[1].corrected(by: .zero, now: 0, after: last) == last)
  }

  @Test func `a correction keeps the order of a replica's stamps (T3)`() {
    var numbers = SeededGenerator(seed: 1)
    var last = HybridTime(rawValue: 0)
    for _ in 0..<1000 {
      let device = HybridTime(rawValue: UInt64(numbers.below(1 << 20)))
      let next = device.corrected(
        by: ClockOffset(milliseconds: Int64(numbers.below(40)) - 20), now: Int64(numbers.below(20)), after: last)
      #expect(next > last)
      last = next
    }
  }

  // MARK: Offsets

  @Test func `an offset is the device's clock minus the hub's, whatever the clocks show`() {
    #expect(ClockOffset(device: 5000, hub: 2000).milliseconds == 3000)
    #expect(ClockOffset(device: 2000, hub: 5000).milliseconds == -3000)
    #expect(ClockOffset(device: .min, hub: .max).milliseconds == -HybridTime.millisecondsMax)
    #expect(ClockOffset(device: .max, hub: .min).milliseconds == HybridTime.millisecondsMax)
  }

  // MARK: Stamps and clocks

  @Test func `a stamp holds 48 bits of milliseconds and 16 of counter`() {
    let stamp = HybridTime(milliseconds: 0x1234_5678_9abc, logical: 0xdef0)
    #expect(stamp.rawValue == 0x1234_5678_9abc_def0)
    #expect((stamp.milliseconds, stamp.logical) == (0x1234_5678_9abc, 0xdef0))
    #expect(HybridTime(milliseconds: -1) == HybridTime(rawValue: 0))
    #expect(HybridTime(milliseconds: .max).milliseconds == HybridTime.millisecondsMax)
    #expect(HybridTime.millisecondsMax == 281_474_976_710_655)
  }

  @Test func `a full counter carries into the milliseconds, and the last stamp stays`() {
    #expect(HybridTime(milliseconds: 7, logical: .max).successor == HybridTime(milliseconds: 8, logical: 0))
    #expect(HybridTime(rawValue: .max).successor == HybridTime(rawValue: .max))
  }

  @Test func `a clock rises whatever the physical clock does`() {
    var clock = HybridClock()
    let readings: [Int64] = [10, 10, 9, 11, .min, 0, 11, 12]
    let stamps = readings.map { clock.tick(atMilliseconds: $0) }
    let expected: [(Int64, UInt16)] = [(10, 0), (10, 1), (10, 2), (11, 0), (11, 1), (11, 2), (11, 3), (12, 0)]
    #expect(stamps == expected.map { HybridTime(milliseconds: $0, logical: $1) })
  }

  @Test func `a clock that stands still carries after 65536 stamps`() {
    var clock = HybridClock(last: HybridTime(milliseconds: 5, logical: .max - 1))
    #expect(clock.tick(atMilliseconds: 5) == HybridTime(milliseconds: 5, logical: .max))
    #expect(clock.tick(atMilliseconds: 5) == HybridTime(milliseconds: 6, logical: 0))
    #expect(clock.tick(atMilliseconds: 6) == HybridTime(milliseconds: 6, logical: 1))
  }

  @Test func `every three readings of a small clock rise, and are no later than they must be`() {
    for start in stamps(0...2, [0, .max]) {
      for readings in 0..<64 {
        var clock = HybridClock(last: start)
        var last = start
        for reading in [readings & 3, readings >> 2 & 3, readings >> 4] {
          let stamp = clock.tick(atMilliseconds: Int64(reading))
          #expect(stamp > last)
          #expect(stamp == HybridTime(milliseconds: Int64(reading)) || stamp == last.successor)
          last = stamp
        }
      }
    }
  }

  @Test func `a stamp reads as its moment and counter`() {
    #expect(HybridTime(milliseconds: 1_000).description == "1970-01-01T00:00:01Z")
    #expect(HybridTime(milliseconds: 1_001, logical: 3).description == "1970-01-01T00:00:01.001Z+3")
    #expect(!HybridTime(rawValue: .max).description.isEmpty)
  }
}
