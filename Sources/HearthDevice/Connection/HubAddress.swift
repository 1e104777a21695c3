/// Where a hub is and how to talk to it.
struct HubAddress: Hashable, Sendable {
  enum Transport: Hashable, Sendable {
    case tcp
    case webSocket(path: String)
  }

  let transport: Transport
  let host: String
  let port: Int

  /// Reads `tcp://host:port` or `ws://host:port/path`.
  init(_ text: String) throws(DeviceError) {
    let parts = text.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0] == "tcp" || parts[0] == "ws" else { throw Self.fault(text) }
    let rest = parts[1]
    let authority = rest.prefix { $0 != "/" }
    let path = rest.dropFirst(authority.count)
    guard let colon = authority.lastIndex(of: ":"), colon > authority.startIndex,
      let port = Int(authority[authority.index(after: colon)...]), (1...65_535).contains(port)
    else { throw Self.fault(text) }
    var host = String(authority[..<colon])
    if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
    self.host = host
    self.port = port
    if parts[0] == "tcp" {
      guard path.isEmpty || path == "/" else { throw Self.fault(text) }
      transport = .tcp
    } else {
      transport = .webSocket(path: path.isEmpty || path == "/" ? "/v1/sync" : String(path))
    }
  }

  private static func fault(_ text: String) -> DeviceError {
    DeviceError(
      .address, "`\(text)` is no address of a hub. Expected tcp://host:port or ws://host:port, as tcp://127.0.0.1:7171."
    )
  }
}
