internal import Foundation
package import HearthEngine
internal import HearthHub
internal import HearthModel
internal import HearthPack
internal import HearthTransport
internal import NIOHTTP1

/// Founds and lists households, for the command line and for HTTP; runs on the thread that owns the store.
package struct Administration: Sendable {
  private let engine: Engine

  package init(engine: Engine) {
    self.engine = engine
  }

  /// What is asked for: the households of a seed.
  package struct FoundingRequest: Codable, Sendable {
    /// The pack.
    package let app: String
    /// The text of a `seed.yaml`.
    package let seed: String
    /// Gives the households new ids, so that the same seed can be founded any number of times; for tests.
    package let fresh: Bool?
    /// Founds only the household with this id of the seed; nil founds all.
    package let household: String?
    /// The devices to make instead of those of the seed.
    package let devices: [NewDevice]?

    package init(
      app: String, seed: String, fresh: Bool? = nil, household: String? = nil, devices: [NewDevice]? = nil
    ) {
      self.app = app
      self.seed = seed
      self.fresh = fresh
      self.household = household
      self.devices = devices
    }
  }

  /// A device to make a token for.
  package struct NewDevice: Codable, Sendable {
    package let name: String
    /// The member's UUID.
    package let member: String

    package init(name: String, member: String) {
      self.name = name
      self.member = member
    }
  }

  /// What was founded.
  package struct FoundedHousehold: Codable, Sendable {
    package let household: String
    package let label: String
    package let devices: [Device]

    package struct Device: Codable, Sendable {
      package let name: String
      package let member: String
      /// The secret that opens its sessions; shown this once.
      package let token: String
    }
  }

  /// Why a household could not be founded, in words for whoever asked.
  package struct Refusal: Error, Sendable, CustomStringConvertible {
    package let description: String
  }

  /// A household in the list.
  package struct ListedHousehold: Codable, Sendable {
    package let household: String
    package let app: String
    package let label: String
    package let devices: [String]
  }

  /// Founds all households of a seed.
  ///
  /// - Throws: ``Refusal``; the households before the one that failed stay.
  package func found(_ request: FoundingRequest, in store: any Store) throws -> [FoundedHousehold] {
    guard let pack = engine.packs[request.app] else {
      let known = engine.packs.keys.sorted().joined(separator: ", ")
      throw Refusal(description: "This hub has no pack `\(request.app)`. It has: \(known).")
    }
    var seed = try select(request, SeedLoader.load(request.seed, file: "seed.yaml", pack: pack))
    if request.fresh == true {
      seed = seed.renamed(pack) { RecordID(high: .random(in: 0 ... .max), low: .random(in: 0 ... .max)) }
    }
    return try seed.households.map { household in
      let devices = try Founding(engine: engine).found(
        household, app: pack.name, in: store, now: Instant(milliseconds: Clocks.wallMilliseconds),
        random: { UInt64.random(in: 1 ... .max) }, makeToken: Self.makeToken)
      return FoundedHousehold(
        household: household.id.description, label: household.label,
        devices: devices.map {
          FoundedHousehold.Device(name: $0.name, member: $0.member.description, token: $0.token)
        })
    }
  }

  private func select(_ request: FoundingRequest, _ seed: Seed) throws -> Seed {
    var households = seed.households
    if let wanted = request.household {
      households = households.filter { $0.id.description == wanted }
      guard !households.isEmpty else { throw Refusal(description: "The seed has no household \(wanted).") }
    }
    guard let devices = request.devices else { return seed.with(households) }
    let made = try devices.map { device in
      guard let member = RecordID(device.member) else {
        throw Refusal(description: "`\(device.member)` is no UUID of a member.")
      }
      return Seed.Device(name: device.name, member: member)
    }
    return seed.with(households.map { $0.with(made) })
  }

  /// All households and their devices.
  package func list(in store: any Store) throws -> [ListedHousehold] {
    try store.households().map { entry in
      ListedHousehold(
        household: entry.id.description, app: entry.app, label: entry.label,
        devices: try store.devices(of: entry.id).map(\.name))
    }
  }

  /// Founds households at a running hub.
  ///
  /// - Throws: ``Refusal`` when the hub does not; `HubHTTP.Failure` when it cannot be reached.
  package static func request(
    _ request: FoundingRequest, hub: String, adminToken: String
  ) async throws -> [FoundedHousehold] {
    try await call("POST", hub, adminToken, body: Array(try JSONEncoder().encode(request)))
  }

  /// Lists the households of a running hub.
  package static func list(hub: String, adminToken: String) async throws -> [ListedHousehold] {
    try await call("GET", hub, adminToken, body: [])
  }

  private static func call<Answer: Decodable>(
    _ method: String, _ hub: String, _ token: String, body: [UInt8]
  ) async throws -> Answer {
    let answer = try await HubHTTP.request(method, hub, path: "/v1/households", token: token, body: body)
    guard answer.status == 200 else {
      let message = (try? JSONDecoder().decode([String: String].self, from: Data(answer.body)))?["error"]
      let text = message ?? String(decoding: answer.body, as: UTF8.self)
      throw Refusal(description: "The hub answered \(answer.status): \(text)")
    }
    return try JSONDecoder().decode(Answer.self, from: Data(answer.body))
  }

  /// A new secret of 256 random bits, in letters and digits that survive copying.
  package static func makeToken() -> String {
    let alphabet = Array("abcdefghijkmnpqrstuvwxyz23456789")  // 32 characters: no l, o, 0, 1
    var generator = SystemRandomNumberGenerator()
    return "hearth-" + String((0..<52).map { _ in alphabet[Int.random(in: 0..<32, using: &generator)] })
  }

  // MARK: HTTP

  /// What the hub answers to the body of a `POST /v1/households`.
  package func reply(toFounding body: [UInt8], in store: any Store) -> (status: UInt, body: String) {
    let answer = found(body, in: store)
    return (answer.status.code, answer.body)
  }

  func found(_ body: [UInt8], in store: any Store) -> HTTPAnswer {
    answer {
      let request: FoundingRequest
      do {
        request = try JSONDecoder().decode(FoundingRequest.self, from: Data(body))
      } catch {
        throw Refusal(description: "Expected JSON with `app` and `seed`, the text of a seed.yaml.")
      }
      return try found(request, in: store)
    }
  }

  func list(in store: any Store) -> HTTPAnswer {
    answer { try list(in: store) }
  }

  private func answer(_ body: () throws -> some Encodable) -> HTTPAnswer {
    do {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys]
      let json = try encoder.encode(try body())
      return HTTPAnswer(
        status: .ok, contentType: "application/json", body: String(decoding: json, as: UTF8.self) + "\n")
    } catch let fault as StoreFault {
      return .error(fault.kind == .exists ? .conflict : .serviceUnavailable, fault.message)
    } catch let rejection as Rejection {
      return .error(.unprocessableEntity, "E\(rejection.code.rawValue) \(rejection.code.name): \(rejection.message)")
    } catch {
      return .error(.unprocessableEntity, "\(error)")
    }
  }
}
