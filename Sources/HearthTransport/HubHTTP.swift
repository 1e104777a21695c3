internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// One HTTP request to a hub's administration: just enough for the command line, without another dependency.
package enum HubHTTP {
  package struct Answer: Sendable {
    package let status: UInt
    package let body: [UInt8]
  }

  /// Why no answer came.
  package struct Failure: Error, Sendable, CustomStringConvertible {
    package let description: String
  }

  /// Bytes of an answer that are read.
  private static let answerBytesMax = 64 << 20

  /// Sends a request and reads the answer whole.
  ///
  /// - Parameters:
  ///   - url: `http://host:port`.
  ///   - token: the admin token.
  package static func request(
    _ method: String, _ url: String, path: String, token: String?, body: [UInt8] = []
  ) async throws -> Answer {
    let (host, port) = try address(url)
    let promise = MultiThreadedEventLoopGroup.singleton.next().makePromise(of: Answer.self)
    let channel: any Channel
    do {
      channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .connectTimeout(.seconds(5))
        .channelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHTTPClientHandlers()
            try channel.pipeline.syncOperations.addHandler(
              NIOHTTPClientResponseAggregator(maxContentLength: answerBytesMax))
            try channel.pipeline.syncOperations.addHandler(AnswerHandler(promise))
          }
        }.connect(host: host, port: port).get()
    } catch {
      promise.fail(error)
      throw Failure(description: "No hub answers at \(url). Is it running? Start one with `hearth serve`.")
    }
    var headers = HTTPHeaders([
      ("host", "\(host):\(port)"), ("content-length", String(body.count)), ("connection", "close"),
    ])
    if let token { headers.add(name: "authorization", value: "Bearer \(token)") }
    let head = HTTPRequestHead(version: .http1_1, method: HTTPMethod(rawValue: method), uri: path, headers: headers)
    channel.write(HTTPClientRequestPart.head(head), promise: nil)
    if !body.isEmpty {
      channel.write(HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(bytes: body))), promise: nil)
    }
    channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
    return try await promise.futureResult.get()
  }

  private static func address(_ url: String) throws -> (host: String, port: Int) {
    let rest = url.hasPrefix("http://") ? url.dropFirst(7) : url.hasPrefix("ws://") ? url.dropFirst(5) : nil
    guard let authority = rest?.prefix(while: { $0 != "/" }), let colon = authority.lastIndex(of: ":"),
      let port = Int(authority[authority.index(after: colon)...])
    else {
      throw Failure(
        description: "`\(url)` is no address of a hub. Expected http://host:port, as http://127.0.0.1:7172.")
    }
    return (String(authority[..<colon]), port)
  }
}

private final class AnswerHandler: ChannelInboundHandler {
  typealias InboundIn = NIOHTTPClientResponseFull

  private let promise: EventLoopPromise<HubHTTP.Answer>

  init(_ promise: EventLoopPromise<HubHTTP.Answer>) {
    self.promise = promise
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let response = unwrapInboundIn(data)
    promise.succeed(
      HubHTTP.Answer(status: response.head.status.code, body: response.body.map { Array($0.readableBytesView) } ?? []))
    context.close(promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) {
    promise.fail(HubHTTP.Failure(description: "The hub closed the connection without an answer."))
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    promise.fail(error)
    context.close(promise: nil)
  }
}
