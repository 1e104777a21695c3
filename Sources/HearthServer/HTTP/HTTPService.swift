internal import Foundation
internal import HearthEngine
internal import HearthHub
internal import HearthModel
internal import HearthPack
internal import NIOCore
internal import NIOHTTP1

/// Answers plain HTTP requests: health, metrics, and the administration of households.
final class HTTPService: Sendable {
  private let shell: HubShell
  private let engine: Engine
  private let adminToken: String?

  /// - Parameter adminToken: opens the administration; nil closes it.
  init(shell: HubShell, engine: Engine, adminToken: String?) {
    self.shell = shell
    self.engine = engine
    self.adminToken = adminToken
  }

  func answer(_ request: HTTPRequest) -> EventLoopFuture<HTTPAnswer> {
    let route = HTTPRoute(request.method, path: request.path)
    if route.needsAdmin, !isAdmin(request) {
      var refusal = HTTPAnswer.error(.unauthorized, "Send the admin token: Authorization: Bearer <token>.")
      refusal.headers = [("www-authenticate", "Bearer")]
      return shell.loop.makeSucceededFuture(refusal)
    }
    switch route {
    case .health: return now(HTTPAnswer(status: .ok, body: "ok\n"))
    case .ready: return shell.loop.submit { [shell] in Self.readiness(shell.reasonNotReady) }
    case .metrics:
      return shell.loop.submit { [shell] in
        HTTPAnswer(
          status: .ok, contentType: "text/plain; version=0.0.4; charset=utf-8", body: shell.measurements().exposition)
      }
    case .foundHouseholds: return found(request)
    case .listHouseholds: return list()
    case .synchronize:
      return now(.error(.upgradeRequired, "This is a WebSocket. Ask for the subprotocol hearth.v1."))
    case .wrongMethod(let allowed):
      var refusal = HTTPAnswer.error(.methodNotAllowed, "Use \(allowed).")
      refusal.headers = [("allow", allowed)]
      return now(refusal)
    case .unknown:
      return now(.error(.notFound, "There is /healthz, /readyz, /metrics, /v1/households and the WebSocket /v1/sync."))
    }
  }

  private func now(_ answer: HTTPAnswer) -> EventLoopFuture<HTTPAnswer> {
    shell.loop.makeSucceededFuture(answer)
  }

  private static func readiness(_ reason: String?) -> HTTPAnswer {
    guard let reason else { return HTTPAnswer(status: .ok, body: "ready\n") }
    return HTTPAnswer(status: .serviceUnavailable, body: "not ready: \(reason)\n", headers: [("retry-after", "5")])
  }

  /// Compares in a time that does not tell how much of a guess was right.
  private func isAdmin(_ request: HTTPRequest) -> Bool {
    guard let adminToken, let given = request.authorization, given.hasPrefix("Bearer ") else { return false }
    let (left, right) = (Doorkeeper.hash(ofToken: adminToken), Doorkeeper.hash(ofToken: String(given.dropFirst(7))))
    return zip(left, right).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }

  // MARK: Households

  private func found(_ request: HTTPRequest) -> EventLoopFuture<HTTPAnswer> {
    let promise = shell.loop.makePromise(of: HTTPAnswer.self)
    let engine = engine
    shell.perform { store in
      promise.succeed(Administration(engine: engine).found(request.body, in: store))
    }
    return promise.futureResult
  }

  private func list() -> EventLoopFuture<HTTPAnswer> {
    let promise = shell.loop.makePromise(of: HTTPAnswer.self)
    let engine = engine
    shell.perform { store in promise.succeed(Administration(engine: engine).list(in: store)) }
    return promise.futureResult
  }
}
