package import ArgumentParser
internal import HearthTransport
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOWebSocket

/// `hearth-dev websocket-echo`: the hub's WebSocket stack, sending back what it gets, for conformance suites.
package struct WebSocketEcho: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "websocket-echo", abstract: "Echo WebSocket messages with the hub's own stack.",
    discussion: "Used by scripts/websocket-conformance. Example: hearth-dev websocket-echo --port 9001")

  @Option(help: "Port on the loopback.") var port = 9001

  package init() {}

  /// The suite sends messages of up to 16 MiB in sections that a hub would refuse by its frame limit.
  private static let messageBytesMax: UInt32 = 16 << 20

  package mutating func run() async throws {
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.configureHTTPServerPipeline(
            withServerUpgrade: (upgraders: [Self.upgrader], completionHandler: { _ in }), withErrorHandling: true)
        }
      }
      .bind(host: "127.0.0.1", port: port).get()
    print("echoing at ws://127.0.0.1:\(channel.localAddress?.port ?? port)/")
    try await channel.closeFuture.get()
  }

  private static var upgrader: NIOWebSocketServerUpgrader {
    NIOWebSocketServerUpgrader(
      maxFrameSize: Int(messageBytesMax), automaticErrorHandling: false,
      shouldUpgrade: { channel, _ in channel.eventLoop.makeSucceededFuture(HTTPHeaders()) },
      upgradePipelineHandler: { channel, _ in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandlers(
            WebSocketHandler(isServer: true, messageBytesMax: messageBytesMax), EchoHandler())
        }
      })
  }
}

private final class EchoHandler: ChannelInboundHandler {
  typealias InboundIn = TransportFrame
  typealias OutboundOut = TransportFrame

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    context.writeAndFlush(data, promise: nil)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }
}
