/// A device's wall clock: ahead or behind, fast or slow.
struct DeviceClock {
  /// True time and what the clock showed then.
  private var base: (time: Int64, shown: Int64)
  /// Thousandths by which it runs fast.
  private var speed: Int64 = 0

  init(time: Int64, ahead: Int64) {
    base = (time, time + ahead)
  }

  /// What it shows; no device shows a time before 1970 or after 9999.
  func shown(at time: Int64) -> Int64 {
    let passed = time - base.time
    return min(max(base.shown + passed + passed * speed / 1000, 0), 253_402_300_799_000)
  }

  mutating func jump(by milliseconds: Int64, at time: Int64) {
    base = (time, shown(at: time) + milliseconds)
  }

  mutating func set(aheadBy milliseconds: Int64, at time: Int64) {
    base = (time, time + milliseconds)
  }

  mutating func run(fastBy thousandths: Int64, at time: Int64) {
    base = (time, shown(at: time))
    speed = thousandths
  }
}
