internal import HeapModule
internal import HearthHub

/// What is going to happen, in the order of the virtual clock; what happens at the same time keeps the order in which
/// it was arranged.
struct Agenda {
  /// Something that is going to happen.
  enum Event {
    case opens(device: Int, attempt: Int)
    case bytesToHub(Line, [UInt8])
    case bytesToDevice(Line, [UInt8])
    case hubLearnsOfEnd(Line)
    case deviceLearnsOfEnd(Line)
    case wake(device: Int)
    case deviceStarts(device: Int)
    case hubTicks(life: Int)
    case hubWorks(life: Int)
    case hubReads(Line, PageRequest)
    case hubHasRead(Line, Page)
    case hubSynced(life: Int)
    case hubStarts(life: Int)
    case diskMends
  }

  private struct Entry: Comparable {
    let time: Int64
    let order: Int
    let event: Event

    static func < (left: Entry, right: Entry) -> Bool { (left.time, left.order) < (right.time, right.order) }
    static func == (left: Entry, right: Entry) -> Bool { left.order == right.order }
  }

  private var heap = Heap<Entry>()
  private var arranged = 0
  /// Events on their way that carry something: with none left and all devices idle, nothing moves any more.
  private(set) var cargo = 0

  mutating func arrange(_ event: Event, at time: Int64) {
    arranged += 1
    if event.isCargo { cargo += 1 }
    heap.insert(Entry(time: time, order: arranged, event: event))
  }

  /// The time of the next event; nil when there is none.
  var next: Int64? { heap.min?.time }

  mutating func take() -> (time: Int64, event: Event)? {
    guard let entry = heap.popMin() else { return nil }
    if entry.event.isCargo { cargo -= 1 }
    return (entry.time, entry.event)
  }
}

extension Agenda.Event {
  fileprivate var isCargo: Bool {
    switch self {
    case .hubTicks, .wake, .diskMends: false
    case .opens, .bytesToHub, .bytesToDevice, .hubLearnsOfEnd, .deviceLearnsOfEnd, .deviceStarts, .hubWorks, .hubReads,
      .hubHasRead, .hubSynced, .hubStarts:
      true
    }
  }
}
