internal import HearthModel

/// The devices of one household, and which of what they wrote is still on its way to the others.
final class LoadHousehold: @unchecked Sendable {
  let id: HouseholdID
  /// They live as long as the driver, which holds them.
  var devices: [LoadDevice] = []
  private var onTheWay: [UInt64: Delivery] = [:]

  /// A revision on its way. Another device may have it before the writer has learned which revision it became.
  private struct Delivery {
    var due: Int64?
    var early: [Int64] = []
    var arrivals = 0
  }

  init(_ id: HouseholdID) {
    self.id = id
  }

  /// The writer has learned its revision.
  func decided(_ revision: UInt64, due: Int64, _ meter: Meter) {
    guard devices.count > 1 else { return }
    var delivery = onTheWay[revision] ?? Delivery()
    delivery.due = due
    for arrival in delivery.early { meter.delivered(due: due, at: arrival) }
    delivery.early = []
    keep(delivery, revision)
  }

  /// Another device has it.
  func arrived(_ revision: UInt64, at arrival: Int64, _ meter: Meter) {
    var delivery = onTheWay[revision] ?? Delivery()
    delivery.arrivals += 1
    if let due = delivery.due {
      meter.delivered(due: due, at: arrival)
    } else {
      delivery.early.append(arrival)
    }
    keep(delivery, revision)
  }

  private func keep(_ delivery: Delivery, _ revision: UInt64) {
    let isDone = delivery.due != nil && delivery.arrivals >= devices.count - 1
    onTheWay[revision] = isDone ? nil : delivery
    // What a device that was away has caught up with as a page never arrives one by one.
    if onTheWay.count > Self.onTheWayMax, let oldest = onTheWay.keys.min() { onTheWay[oldest] = nil }
  }

  private static let onTheWayMax = 4096
}
