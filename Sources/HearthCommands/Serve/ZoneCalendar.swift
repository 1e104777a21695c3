internal import Foundation
package import HearthModel

/// Days in the time zones of households.
package enum ZoneCalendar {
  /// The day at a moment in an IANA time zone; nil when the zone is unknown.
  package static func day(_ instant: Instant, _ zone: String) -> Day? {
    guard let zone = TimeZone(identifier: zone) else { return nil }
    let seconds = Double(instant.milliseconds) / 1000
    let offset = Double(zone.secondsFromGMT(for: Date(timeIntervalSince1970: seconds)))
    return Int32(exactly: ((seconds + offset) / 86_400).rounded(.down)).map { Day(rawValue: $0) }
  }
}
