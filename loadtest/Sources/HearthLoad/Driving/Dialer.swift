internal import HearthProtocol
internal import HearthTransport
internal import HearthWire
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOWebSocket

/// Opens the devices' connections over either transport.
struct Dialer: Sendable {
  let host: String
  let port: Int
  /// The path of the WebSocket; nil for TCP.
  let path: String?
  let form: WireCodec.Form
  private static let frameBytesMax = Limits.deviceFrameBytes

  func dial(_ device: LoadDevice, on loop: any EventLoop) {
    let box = NIOLoopBound(device, eventLoop: loop)
    let bootstrap = ClientBootstrap(group: loop)
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
      .connectTimeout(.seconds(10))
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          if let path {
            try configure(channel, path, box.value)
          } else {
            let operations = channel.pipeline.syncOperations
            try operations.addHandler(LengthPrefixHandler(frameBytesMax: Self.frameBytesMax))
            try operations.addHandler(LoadDeviceHandler(box.value, opensWhenActive: true))
          }
        }
      }
    bootstrap.connect(host: host, port: port).whenFailure { error in box.value.couldNotConnect(error) }
  }

  private func configure(_ channel: any Channel, _ path: String, _ device: LoadDevice) throws {
    let box = NIOLoopBound(device, eventLoop: channel.eventLoop)
    let upgrader = NIOTypedWebSocketClientUpgrader<Void>(
      maxFrameSize: Int(Self.frameBytesMax), enableAutomaticErrorHandling: false
    ) { channel, _ in
      channel.eventLoop.makeCompletedFuture {
        let operations = channel.pipeline.syncOperations
        try operations.addHandler(WebSocketHandler(isServer: false, messageBytesMax: Self.frameBytesMax))
        try operations.addHandler(LoadDeviceHandler(box.value, opensWhenActive: false))
      }
    }
    let head = HTTPRequestHead(
      version: .http1_1, method: .GET, uri: path,
      headers: ["host": "\(host):\(port)", "sec-websocket-protocol": "hearth.v1"])
    let configuration = NIOUpgradableHTTPClientPipelineConfiguration(
      upgradeConfiguration: NIOTypedHTTPClientUpgradeConfiguration<Void>(
        upgradeRequestHead: head, upgraders: [upgrader],
        notUpgradingCompletionHandler: { channel in
          channel.close(promise: nil)
          return channel.eventLoop.makeFailedFuture(ChannelError.eof)
        }))
    try channel.pipeline.syncOperations.configureUpgradableHTTPClientPipeline(configuration: configuration)
      .whenComplete { result in
        switch result {
        // What is written while the pipeline changes would go the way of HTTP.
        case .success: box.value.opened(channel)
        case .failure(let error):
          box.value.couldNotConnect(error)
          channel.close(promise: nil)
        }
      }
  }
}

/// The end of a device's pipeline.
private final class LoadDeviceHandler: ChannelInboundHandler {
  typealias InboundIn = TransportFrame
  typealias OutboundOut = TransportFrame

  private let device: LoadDevice
  private var opensWhenActive: Bool

  init(_ device: LoadDevice, opensWhenActive: Bool) {
    self.device = device
    self.opensWhenActive = opensWhenActive
  }

  func handlerAdded(context: ChannelHandlerContext) {
    if context.channel.isActive { open(context) }
  }

  func channelActive(context: ChannelHandlerContext) {
    open(context)
    context.fireChannelActive()
  }

  private func open(_ context: ChannelHandlerContext) {
    guard opensWhenActive else { return }
    opensWhenActive = false
    device.opened(context.channel)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    device.received(unwrapInboundIn(data))
  }

  func channelInactive(context: ChannelHandlerContext) {
    device.closed(context.channel)
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }
}
