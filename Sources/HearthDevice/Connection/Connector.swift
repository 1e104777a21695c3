internal import HearthProtocol
internal import HearthTransport
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOWebSocket

/// A connection to a hub: frames in, frames out.
typealias HubConnection = NIOAsyncChannel<TransportFrame, TransportFrame>

/// Opens connections over either transport.
enum Connector {
  /// Milliseconds that opening a connection may take.
  private static let patience = TimeAmount.seconds(10)
  private static let frameBytesMax = Limits.deviceFrameBytes

  static func connect(to address: HubAddress) async throws -> HubConnection {
    let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
      .connectTimeout(patience)
    switch address.transport {
    case .tcp:
      return try await bootstrap.connect(host: address.host, port: address.port) { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(LengthPrefixHandler(frameBytesMax: frameBytesMax))
          return try HubConnection(wrappingChannelSynchronously: channel)
        }
      }
    case .webSocket(let path):
      let upgrade = try await bootstrap.connect(host: address.host, port: address.port) { channel in
        channel.eventLoop.makeCompletedFuture { try configure(channel, address, path) }
      }
      do {
        return try await upgrade.get()
      } catch {
        throw DeviceError(
          .refused,
          "What answers at ws://\(address.host):\(address.port)\(path) is no hub. Check the address and the path.")
      }
    }
  }

  private static func configure(
    _ channel: any Channel, _ address: HubAddress, _ path: String
  ) throws -> EventLoopFuture<HubConnection> {
    let upgrader = NIOTypedWebSocketClientUpgrader<HubConnection>(
      maxFrameSize: Int(frameBytesMax), enableAutomaticErrorHandling: false
    ) { channel, _ in
      channel.eventLoop.makeCompletedFuture {
        try channel.pipeline.syncOperations.addHandler(
          WebSocketHandler(isServer: false, messageBytesMax: frameBytesMax))
        return try HubConnection(wrappingChannelSynchronously: channel)
      }
    }
    let head = HTTPRequestHead(
      version: .http1_1, method: .GET, uri: path,
      headers: ["host": "\(address.host):\(address.port)", "sec-websocket-protocol": "hearth.v1"])
    let configuration = NIOUpgradableHTTPClientPipelineConfiguration(
      upgradeConfiguration: NIOTypedHTTPClientUpgradeConfiguration(
        upgradeRequestHead: head, upgraders: [upgrader],
        notUpgradingCompletionHandler: { channel in
          channel.close(promise: nil)
          return channel.eventLoop.makeFailedFuture(ChannelError.eof)
        }))
    return try channel.pipeline.syncOperations.configureUpgradableHTTPClientPipeline(configuration: configuration)
  }
}
