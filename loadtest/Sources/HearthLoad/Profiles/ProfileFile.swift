internal import Yams

/// A profile as its YAML file has it (loadtest/README.md says what each key means).
struct ProfileFile: Decodable {
  let about: String
  let households: Int?
  let devices: Int?
  let warm_up: Double?
  let seconds: Double?
  let rate: Rate?
  let closed_loop: Bool?
  let target: String?
  let records: Int?
  let events: [Event]?

  /// All keys; any other is refused.
  fileprivate enum CodingKeys: String, CodingKey, CaseIterable {
    case about, households, devices, warm_up, seconds, rate, closed_loop, target, records, events
  }

  /// A number, or steps.
  enum Rate: Decodable {
    case constant(Double)
    case steps([Step])

    struct Step: Decodable {
      let at: Double
      let rate: Double
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let rate = try? container.decode(Double.self) {
        self = .constant(rate)
      } else {
        self = .steps(try container.decode([Step].self))
      }
    }
  }

  struct Event: Decodable {
    let at: Double
    let `do`: String
    let share: Double?
  }
}

/// What is wrong with a profile.
package struct ProfileFault: Error, CustomStringConvertible, Sendable {
  package let description: String
}

extension Profile {
  /// Reads a profile.
  ///
  /// - Parameter name: the file's name, for the report and for faults.
  /// - Throws: ``ProfileFault`` that says what was expected and what came.
  package init(yaml text: String, name: String) throws {
    let file: ProfileFile
    do {
      try Self.refuseUnknownKeys(text)
      file = try YAMLDecoder().decode(ProfileFile.self, from: text)
    } catch let fault as ProfileFault {
      throw ProfileFault(description: "\(name): \(fault.description)")
    } catch {
      throw ProfileFault(description: "\(name): \(Self.words(for: error))")
    }
    self.init(name: name, about: file.about)
    households = try Self.number(file.households, 1...1_000_000, "households", name) ?? households
    devices = try Self.number(file.devices, 1...100, "devices", name) ?? devices
    warmUp = try Self.number(file.warm_up, 0...3600, "warm_up", name) ?? warmUp
    seconds = try Self.number(file.seconds, 0.1...86_400, "seconds", name) ?? seconds
    writes.records = try Self.number(file.records, 1...200, "records", name) ?? writes.records
    writes.target = try Self.target(file.target, name)
    guard writes.target != .pointsAtFloor || writes.records == 1 else {
      throw ProfileFault(
        description: "\(name): `points_at_floor` makes one row at a time; `records` is \(writes.records).")
    }
    writes.pacing = try Self.pacing(file, name)
    events = try (file.events ?? []).map { try Self.event($0, name) }.sorted { $0.at < $1.at }
  }

  private static let knownKeys = ProfileFile.CodingKeys.allCases.map(\.rawValue)

  private static func refuseUnknownKeys(_ text: String) throws {
    guard let mapping = try Yams.compose(yaml: text)?.mapping else {
      throw ProfileFault(description: "expected keys and values, as `about: ...`.")
    }
    for (key, _) in mapping {
      guard let word = key.string, knownKeys.contains(word) else {
        let line = key.mark.map { " in line \($0.line)" } ?? ""
        throw ProfileFault(
          description: "unknown key `\(key.string ?? "?")`\(line). Known are: \(knownKeys.joined(separator: ", ")).")
      }
    }
  }

  private static func words(for error: any Error) -> String {
    guard let context = (error as? DecodingError)?.context else { return "the file cannot be read: \(error)" }
    let path = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
    return "\(path.isEmpty ? "the file" : "`\(path)`") cannot be read: \(context.debugDescription)"
  }

  private static func number<Number: Comparable>(
    _ number: Number?, _ range: ClosedRange<Number>, _ key: String, _ name: String
  ) throws -> Number? {
    guard let number else { return nil }
    guard range.contains(number) else {
      throw ProfileFault(
        description: "\(name): `\(key)` is \(number); expected \(range.lowerBound) through \(range.upperBound).")
    }
    return number
  }

  private static func target(_ word: String?, _ name: String) throws -> Target {
    guard let word else { return .any }
    guard let target = ["any": Target.any, "one_record": .oneRecord, "points_at_floor": .pointsAtFloor][word] else {
      throw ProfileFault(
        description: "\(name): `target` is `\(word)`; expected `any`, `one_record` or `points_at_floor`.")
    }
    return target
  }

  private static func pacing(_ file: ProfileFile, _ name: String) throws -> Pacing {
    if file.closed_loop == true {
      guard file.rate == nil else {
        throw ProfileFault(description: "\(name): `closed_loop` has no `rate`: each device writes as fast as it can.")
      }
      return .closedLoop
    }
    let steps: [RateStep]
    switch file.rate {
    case nil: throw ProfileFault(description: "\(name): `rate` is missing; 0 for none, or `closed_loop: true`.")
    case .constant(let rate): steps = [RateStep(at: 0, rate: rate)]
    case .steps(let given): steps = given.map { RateStep(at: $0.at, rate: $0.rate) }
    }
    for (step, next) in zip(steps, steps.dropFirst()) where next.at <= step.at {
      throw ProfileFault(description: "\(name): the steps of `rate` have to ascend; \(next.at) follows \(step.at).")
    }
    for step in steps { _ = try number(step.rate, 0...10_000_000, "rate", name) }
    return .atRate(steps)
  }

  private static func event(_ event: ProfileFile.Event, _ name: String) throws -> Event {
    let words = Event.Kind.allCases.map(\.word)
    guard let kind = Event.Kind.allCases.first(where: { $0.word == event.do }) else {
      throw ProfileFault(
        description: "\(name): an event does `\(event.do)`; expected one of \(words.joined(separator: ", ")).")
    }
    return Event(
      at: try number(event.at, 0...86_400, "at", name) ?? 0, kind: kind,
      share: try number(event.share, 0...1, "share", name) ?? 1)
  }
}

extension Profile.Event.Kind {
  /// The word in a file: `go_offline` for `goOffline`.
  package var word: String {
    rawValue.reduce(into: "") { word, letter in
      word += letter.isUppercase ? "_" + letter.lowercased() : String(letter)
    }
  }
}

extension DecodingError {
  fileprivate var context: Context? {
    switch self {
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
      .dataCorrupted(let context):
      context
    @unknown default: nil
    }
  }
}
