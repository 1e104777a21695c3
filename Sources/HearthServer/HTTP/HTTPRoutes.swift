internal import Foundation
internal import NIOHTTP1

/// An answer to a plain HTTP request.
struct HTTPAnswer: Sendable {
  var status: HTTPResponseStatus
  var contentType = "text/plain; charset=utf-8"
  var body: String
  var headers: [(String, String)] = []

  /// JSON of an error for people and machines: what was expected, what to do.
  static func error(_ status: HTTPResponseStatus, _ message: String) -> HTTPAnswer {
    // A message may hold anything, as the mistakes of a seed do, each on a line.
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    let body = (try? encoder.encode(["error": message])).map { String(decoding: $0, as: UTF8.self) }
    return HTTPAnswer(status: status, contentType: "application/json", body: (body ?? "{}") + "\n")
  }
}

/// A plain HTTP request, read whole.
struct HTTPRequest: Sendable {
  let method: HTTPMethod
  let path: String
  let authorization: String?
  let body: [UInt8]
}

/// What the hub answers on its HTTP port beside the WebSocket.
enum HTTPRoute: Equatable {
  case health
  case ready
  case metrics
  case foundHouseholds
  case listHouseholds
  case synchronize
  case unknown
  case wrongMethod(allowed: String)

  /// The path of the WebSocket.
  static let synchronizePath = "/v1/sync"

  init(_ method: HTTPMethod, path: String) {
    switch (path, method) {
    case ("/healthz", .GET), ("/healthz", .HEAD): self = .health
    case ("/readyz", .GET), ("/readyz", .HEAD): self = .ready
    case ("/metrics", .GET), ("/metrics", .HEAD): self = .metrics
    case ("/v1/households", .POST): self = .foundHouseholds
    case ("/v1/households", .GET): self = .listHouseholds
    case (Self.synchronizePath, .GET): self = .synchronize
    case ("/healthz", _), ("/readyz", _), ("/metrics", _): self = .wrongMethod(allowed: "GET, HEAD")
    case ("/v1/households", _): self = .wrongMethod(allowed: "GET, POST")
    case (Self.synchronizePath, _): self = .wrongMethod(allowed: "GET")
    default: self = .unknown
    }
  }

  /// Whether only who has the admin token may ask.
  var needsAdmin: Bool { self == .foundHouseholds || self == .listHouseholds }
}
