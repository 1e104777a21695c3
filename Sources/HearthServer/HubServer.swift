package import HearthEngine
internal import HearthProtocol
internal import HearthTransport
package import Logging
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOWebSocket

/// A hub that listens: TCP for devices, HTTP for WebSockets, health, metrics and administration.
///
/// One event loop serves all sockets and one thread commits; on the machines this is built for, more of either costs
/// more in hops than it gains (docs/decisions/0004-one-loop-one-commit-thread.md).
package final class HubServer: Sendable {
  /// Where a hub listens.
  package struct Addresses: Sendable {
    package let host: String
    package let tcpPort: Int
    package let httpPort: Int

    /// The URL for devices over TCP.
    package var tcp: String { "tcp://\(host):\(tcpPort)" }
    /// The URL for devices over WebSocket.
    package var webSocket: String { "ws://\(host):\(httpPort)\(HTTPRoute.synchronizePath)" }
    /// The URL of the HTTP port.
    package var http: String { "http://\(host):\(httpPort)" }
  }

  /// The subprotocol of the WebSocket.
  package static let subprotocol = "hearth.v1"

  private let configuration: ServerConfiguration
  private let shell: HubShell
  private let http: HTTPService
  private let group: MultiThreadedEventLoopGroup
  private let readers: NIOThreadPool
  private let listeners: NIOLockedListeners

  /// - Parameters:
  ///   - store: is touched by the hub's own threads alone from now on.
  ///   - adminToken: opens the administration over HTTP; nil closes it.
  ///   - onFailure: the store has failed for good; the process should end and recover from the disk.
  package init(
    configuration: ServerConfiguration, engine: Engine, store: any Store, adminToken: String?, logger: Logger,
    onFailure: @escaping @Sendable (StoreFault) -> Void
  ) {
    self.configuration = configuration
    group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    readers = NIOThreadPool(numberOfThreads: 2)
    readers.start()
    shell = HubShell(
      loop: group.next(), configuration: configuration, engine: engine, store: store, readers: readers,
      logger: logger, onFailure: onFailure)
    http = HTTPService(shell: shell, engine: engine, adminToken: adminToken)
    listeners = NIOLockedListeners()
  }

  /// Starts listening.
  ///
  /// - Throws: the system's error when a port cannot be had.
  package func start() async throws -> Addresses {
    try await shell.loop.submit { [shell] in shell.start() }.get()
    let tcp = try await bootstrap { [shell, configuration] channel in
      channel.eventLoop.makeCompletedFuture {
        try channel.pipeline.syncOperations.addHandlers(
          LengthPrefixHandler(frameBytesMax: configuration.limits.frameBytes),
          ConnectionHandler(shell: shell, isWebSocket: false))
      }
    }.bind(host: configuration.host, port: configuration.tcpPort).get()
    listeners.add(tcp)
    let http = try await bootstrap { [self] channel in configureHTTP(channel) }
      .bind(host: configuration.host, port: configuration.httpPort).get()
    listeners.add(http)
    return Addresses(
      host: configuration.host, tcpPort: tcp.localAddress?.port ?? configuration.tcpPort,
      httpPort: http.localAddress?.port ?? configuration.httpPort)
  }

  /// Stops listening, answers what was taken in, tells devices when to come back, and ends.
  package func stop() async throws {
    for listener in listeners.takeAll() { try? await listener.close() }
    try await shell.drain().get()
    try await readers.shutdownGracefully()
    try await group.shutdownGracefully()
  }

  private func bootstrap(
    _ initialize: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
  ) -> ServerBootstrap {
    ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 1024)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelOption(.maxMessagesPerRead, value: 4)
      .childChannelOption(.recvAllocator, value: Self.receiveBuffers)
      .childChannelInitializer(initialize)
  }

  /// Each connection keeps a buffer of the size that it last needed. They begin small, since most devices are silent
  /// most of the time, and grow with the first larger read.
  private static let receiveBuffers = AdaptiveRecvByteBufferAllocator(minimum: 64, initial: 128, maximum: 65_536)

  private func configureHTTP(_ channel: any Channel) -> EventLoopFuture<Void> {
    let (shell, limits) = (shell, configuration.limits)
    let upgrader = NIOWebSocketServerUpgrader(
      maxFrameSize: Int(limits.frameBytes), automaticErrorHandling: false,
      shouldUpgrade: { channel, head in channel.eventLoop.makeSucceededFuture(Self.upgradeHeaders(head)) },
      upgradePipelineHandler: { channel, _ in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandlers(
            WebSocketHandler(isServer: true, messageBytesMax: limits.frameBytes),
            ConnectionHandler(shell: shell, isWebSocket: true))
        }
      })
    return channel.eventLoop.makeCompletedFuture {
      let handler = HTTPHandler(service: http)
      let loopBound = NIOLoopBound(handler, eventLoop: channel.eventLoop)
      try channel.pipeline.syncOperations.configureHTTPServerPipeline(
        withServerUpgrade: (
          upgraders: [upgrader],
          completionHandler: { context in context.pipeline.syncOperations.removeHandler(loopBound.value, promise: nil) }
        ),
        withErrorHandling: true)
      try channel.pipeline.syncOperations.addHandler(handler)
    }
  }

  /// The headers of the upgrade; nil refuses it.
  private static func upgradeHeaders(_ head: HTTPRequestHead) -> HTTPHeaders? {
    guard head.uri.prefix(while: { $0 != "?" }) == HTTPRoute.synchronizePath else { return nil }
    let asked = head.headers[canonicalForm: "sec-websocket-protocol"]
    if asked.isEmpty { return HTTPHeaders() }
    guard asked.contains(where: { $0 == subprotocol }) else { return nil }
    return HTTPHeaders([("sec-websocket-protocol", subprotocol)])
  }
}
