import Foundation

/// A terminal that is none: what a program writes to it can be read, and what is written to it the program reads.
final class PseudoTerminal: @unchecked Sendable {
  private let main: Int32
  private let side: Int32
  private let lock = NSLock()
  private var seen = [UInt8]()

  init() throws {
    main = open("/dev/ptmx", O_RDWR | O_NOCTTY)
    guard main >= 0, let name = Self.name(of: main) else { throw CocoaError(.featureUnsupported) }
    side = open(name, O_RDWR | O_NOCTTY)
    guard side >= 0 else { throw CocoaError(.featureUnsupported) }
    var size = winsize(ws_row: 40, ws_col: 120, ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(side, UInt(TIOCSWINSZ), &size)
    let descriptor = main
    Thread.detachNewThread { [weak self] in
      var buffer = [UInt8](repeating: 0, count: 4096)
      while true {
        let count = read(descriptor, &buffer, buffer.count)
        guard count > 0, let self else { return }
        self.lock.withLock { self.seen += buffer[..<count] }
      }
    }
  }

  /// The other end of a terminal, opened for use.
  private static func name(of main: Int32) -> String? {
    #if os(Linux)
      // `TIOCSPTLCK` and `TIOCGPTN` of ioctl_tty(2): Glibc's module does not show `ptsname`.
      var (lock, number): (Int32, UInt32) = (0, 0)
      guard ioctl(main, 0x4004_5431, &lock) == 0, ioctl(main, 0x8004_5430, &number) == 0 else { return nil }
      return "/dev/pts/\(number)"
    #else
      guard grantpt(main) == 0, unlockpt(main) == 0, let name = ptsname(main) else { return nil }
      return String(cString: name)
    #endif
  }

  deinit {
    close(side)
    close(main)
  }

  /// The end that a program gets.
  var handle: FileHandle { FileHandle(fileDescriptor: side, closeOnDealloc: false) }

  /// Everything that was written so far.
  var text: String { lock.withLock { String(decoding: seen, as: UTF8.self) } }

  func type(_ text: String) {
    let bytes = Array(text.utf8)
    _ = bytes.withUnsafeBytes { write(main, $0.baseAddress, $0.count) }
  }
}
