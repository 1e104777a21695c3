import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A TCP connection that does nothing but what a test asks for: it reads when it is told to, and never before.
///
/// Used by one task at a time.
final class Socket: @unchecked Sendable {
  private var descriptor: Int32
  /// All bytes that were read.
  private(set) var bytesRead = 0
  /// All bytes that were written.
  private(set) var bytesWritten = 0
  /// Whether the other end has closed, or the connection broke.
  private(set) var isAtEnd = false
  /// Whether the connection ended with a reset.
  private(set) var wasReset = false
  private var buffer: [UInt8] = []

  /// - Parameter receiveBuffer: how many bytes the system may keep for a reader that does not read.
  init(port: Int, receiveBuffer: Int32? = nil) throws {
    #if canImport(Glibc)
      descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #else
      descriptor = socket(AF_INET, SOCK_STREAM, 0)
    #endif
    if var size = receiveBuffer {
      setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
    }
    var on: Int32 = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    // On the loopback a connection is there at once or refused at once.
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) }
    }
    guard result == 0 else {
      let reason = String(cString: strerror(errno))
      close()
      throw WaitedInVain(description: "no connection to port \(port): \(reason)")
    }
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
  }

  deinit { close() }

  func close() {
    guard descriptor >= 0 else { return }
    #if canImport(Glibc)
      _ = Glibc.close(descriptor)
    #else
      _ = Darwin.close(descriptor)
    #endif
    descriptor = -1
  }

  /// Says that nothing more will be written.
  func closeOutput() {
    shutdown(descriptor, Int32(SHUT_WR))
  }

  // MARK: Writing

  /// Writes what the system takes at once.
  ///
  /// - Returns: how many bytes that were; 0 when the other end does not read, nil when the connection is gone.
  func writeSome(_ bytes: ArraySlice<UInt8>) -> Int? {
    let count = bytes.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    if count >= 0 {
      bytesWritten += count
      return count
    }
    return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : nil
  }

  /// Writes all bytes, while the other end reads.
  func write(_ bytes: [UInt8]) async throws {
    var rest = bytes[...]
    try await eventually("\(bytes.count) bytes are written") {
      while !rest.isEmpty {
        guard let count = writeSome(rest) else { throw WaitedInVain(description: "the connection is gone") }
        guard count > 0 else { return false }
        rest = rest.dropFirst(count)
      }
      return true
    }
  }

  /// Writes what can be written, without caring whether the other end still listens.
  func writeAnyway(_ bytes: [UInt8]) async throws {
    var rest = bytes[...]
    try await eventually("\(bytes.count) bytes are written or refused") {
      while !rest.isEmpty {
        guard let count = writeSome(rest) else { return true }
        guard count > 0 else { return false }
        rest = rest.dropFirst(count)
      }
      return true
    }
  }

  // MARK: Reading

  /// Reads what is there.
  private func readSome() {
    guard !isAtEnd else { return }
    var chunk = [UInt8](repeating: 0, count: 64 * 1024)
    while true {
      let count = chunk.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
      if count > 0 {
        buffer += chunk.prefix(count)
        bytesRead += count
        continue
      }
      if count == 0 {
        isAtEnd = true
      } else if errno != EAGAIN, errno != EWOULDBLOCK {
        isAtEnd = true
        wasReset = errno == ECONNRESET
      }
      return
    }
  }

  /// Exactly so many bytes; nil when the connection ends before.
  func read(_ count: Int) async throws -> [UInt8]? {
    try await eventually("\(count) bytes came") {
      if buffer.count < count { readSome() }
      return buffer.count >= count || isAtEnd
    }
    guard buffer.count >= count else { return nil }
    defer { buffer.removeFirst(count) }
    return Array(buffer.prefix(count))
  }

  /// Everything up to and with a mark; nil when the connection ends before.
  func read(through mark: String) async throws -> [UInt8]? {
    let mark = Array(mark.utf8)
    var end: Int?
    try await eventually("\(mark) came") {
      readSome()
      end = buffer.firstRange(of: mark)?.upperBound
      return end != nil || isAtEnd
    }
    guard let end else { return nil }
    defer { buffer.removeFirst(end) }
    return Array(buffer.prefix(end))
  }

  /// Everything until the other end closes.
  func readToEnd(within bound: Duration = patience) async throws -> [UInt8] {
    try await eventually("the connection ends", within: bound) {
      readSome()
      return isAtEnd
    }
    defer { buffer = [] }
    return buffer
  }
}
