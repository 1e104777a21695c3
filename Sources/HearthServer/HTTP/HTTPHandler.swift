internal import NIOCore
internal import NIOHTTP1
internal import NIOWebSocket

/// Reads plain HTTP requests whole, within bounds, and writes the answers.
final class HTTPHandler: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  /// Bytes of a body; a seed of thousands of records is well below.
  static let bodyBytesMax = 8 << 20
  /// How long a connection may take for a head, and then for its body; neither pieces nor silence make it longer.
  static let patience = TimeAmount.seconds(30)

  private let service: HTTPService
  private var head: HTTPRequestHead?
  private var body: [UInt8] = []
  private var timer: Scheduled<Void>?

  init(service: HTTPService) {
    self.service = service
  }

  func handlerAdded(context: ChannelHandlerContext) { restartTimer(context) }

  func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      restartTimer(context)
      self.head = head
      body = []
    case .body(let buffer):
      guard body.count + buffer.readableBytes <= Self.bodyBytesMax else {
        head = nil
        answer(
          .error(.payloadTooLarge, "A body may have \(Self.bodyBytesMax) bytes."), isHead: false, close: true, context)
        return
      }
      body += buffer.readableBytesView
    case .end:
      restartTimer(context)
      guard let head else { return }
      self.head = nil
      let request = HTTPRequest(
        method: head.method, path: String(head.uri.prefix { $0 != "?" }),
        authorization: head.headers.first(name: "authorization"), body: body)
      let isHead = head.method == .HEAD
      let shallClose = !head.isKeepAlive
      let loopBound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
      service.answer(request).whenSuccess { answer in
        let (handler, context) = loopBound.value
        handler.answer(answer, isHead: isHead, close: shallClose, context)
      }
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // A WebSocket that was refused comes next as the plain request that it also is, and gets the answer to that.
    if error is NIOWebSocketUpgradeError { return }
    context.close(promise: nil)
  }

  private func restartTimer(_ context: ChannelHandlerContext) {
    timer?.cancel()
    let channel = context.channel
    timer = context.eventLoop.scheduleTask(in: Self.patience) { channel.close(promise: nil) }
  }

  private func answer(_ answer: HTTPAnswer, isHead: Bool, close: Bool, _ context: ChannelHandlerContext) {
    guard context.channel.isActive else { return }
    var headers = HTTPHeaders(answer.headers)
    headers.add(name: "content-type", value: answer.contentType)
    headers.add(name: "content-length", value: String(answer.body.utf8.count))
    headers.add(name: "cache-control", value: "no-store")
    if close { headers.add(name: "connection", value: "close") }
    let head = HTTPResponseHead(version: .http1_1, status: answer.status, headers: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    if !isHead { context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: answer.body)))), promise: nil) }
    let channel = context.channel
    context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in
      if close { channel.close(promise: nil) }
    }
  }
}
