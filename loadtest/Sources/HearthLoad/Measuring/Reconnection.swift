/// How the devices come back after the hub was restarted. Times are nanoseconds of the driver's loop.
package struct Reconnection: Sendable {
  /// Those that are to come back.
  package let devices: Int
  private let began: Int64
  private var isBack: Set<Int> = []
  private var completed: Int64?
  /// Connections that were tried in each slot of time since the restart began.
  package private(set) var attempts: [Int] = []
  /// A tenth of a second.
  package static let slotNanoseconds: Int64 = 100_000_000

  package init(devices: Int, began: Int64) {
    self.devices = devices
    self.began = began
  }

  /// A device tries to connect.
  package mutating func attempted(at now: Int64) {
    guard completed == nil, now >= began else { return }
    let slot = Int((now - began) / Self.slotNanoseconds)
    if slot >= attempts.count { attempts += [Int](repeating: 0, count: slot - attempts.count + 1) }
    attempts[slot] += 1
  }

  /// A device has connected and has all that the hub has.
  ///
  /// - Parameter device: its position among all.
  package mutating func caughtUp(_ device: Int, at now: Int64) {
    guard completed == nil else { return }
    isBack.insert(device)
    if isBack.count == devices { completed = now }
  }

  /// Devices that have come back.
  package var returned: Int { isBack.count }

  /// From the beginning of the restart until the last one had all; nil when some have not.
  package var seconds: Double? { completed.map { Double($0 - began) / 1e9 } }

  /// The share of all attempts that the fullest slot has; 0 without any.
  package var busiestShare: Double {
    let all = attempts.reduce(0, +)
    return all == 0 ? 0 : Double(attempts.max() ?? 0) / Double(all)
  }
}
