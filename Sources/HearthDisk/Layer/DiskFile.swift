internal import Foundation
internal import GRDBSQLite

/// An open file of a disk. The memory that SQLite gives the layer for a file:
///
///     0   sqlite3_file: the address of the layer's methods
///     8   this object, retained; nil for a file of no disk
///     16  the file of the system below
final class DiskFile {
  private let disk: SimulatedDisk
  private let name: String
  /// Why the last write was refused.
  private var lastError: Int32 = 0

  static let realOffset = 16
  private static let ownOffset = 8

  init(disk: SimulatedDisk, name: String) {
    self.disk = disk
    self.name = name
  }

  /// The file of the system below.
  static func real(_ file: UnsafeMutablePointer<sqlite3_file>) -> UnsafeMutablePointer<sqlite3_file> {
    (UnsafeMutableRawPointer(file) + realOffset).assumingMemoryBound(to: sqlite3_file.self)
  }

  static func begin(_ file: UnsafeMutablePointer<sqlite3_file>, _ own: DiskFile?) {
    UnsafeMutableRawPointer(file).storeBytes(
      of: own.map { Unmanaged.passRetained($0).toOpaque() }, toByteOffset: ownOffset, as: UnsafeMutableRawPointer?.self)
    file.pointee.pMethods = UnsafePointer(methods)
  }

  private static func own(_ file: UnsafeMutablePointer<sqlite3_file>) -> Unmanaged<DiskFile>? {
    UnsafeMutableRawPointer(file).load(fromByteOffset: ownOffset, as: UnsafeMutableRawPointer?.self)
      .map { Unmanaged<DiskFile>.fromOpaque($0) }
  }

  private static func of(_ file: UnsafeMutablePointer<sqlite3_file>) -> DiskFile? { own(file)?.takeUnretainedValue() }

  private static func end(_ file: UnsafeMutablePointer<sqlite3_file>) { own(file)?.release() }

  // MARK: Calls

  /// An error of SQLite's with its second part, which Swift does not import: https://www.sqlite.org/rescode.html.
  private static func ioError(_ detail: Int32) -> Int32 { SQLITE_IOERR | detail << 8 }

  private func refusal(_ call: DiskFault.Call, _ code: Int32) -> Int32? {
    guard case .fails(let reason, _) = disk.asks(call) else { return nil }
    errno = reason.code
    return code
  }

  private func write(
    _ real: UnsafeMutablePointer<sqlite3_file>, _ bytes: UnsafeRawPointer, _ count: Int32, _ offset: Int64
  ) -> Int32 {
    var length = count
    var failure: DiskFault.Reason?
    if case .fails(let reason, let isTorn) = disk.asks(.write) {
      (failure, length) = (reason, isTorn ? count / 2 : 0)
    }
    if length > 0 {
      let code = real.pointee.pMethods.pointee.xWrite(real, bytes, length, offset)
      guard code == SQLITE_OK else { return code }
      let copy = Array(UnsafeRawBufferPointer(start: bytes, count: Int(length)))
      disk.add(.write(name, offset: Int(offset), bytes: copy))
    }
    guard let failure else { return SQLITE_OK }
    (lastError, errno) = (failure.code, failure.code)
    // As `unixWrite` answers: "if( wrote<0 && pFile->lastErrno!=ENOSPC ) return SQLITE_IOERR_WRITE".
    return failure == .full ? SQLITE_FULL : Self.ioError(3)
  }

  private func truncate(_ real: UnsafeMutablePointer<sqlite3_file>, _ size: Int64) -> Int32 {
    if let code = refusal(.truncate, Self.ioError(6)) { return code }
    let code = real.pointee.pMethods.pointee.xTruncate(real, size)
    if code == SQLITE_OK { disk.add(.truncate(name, size: Int(size))) }
    return code
  }

  private func sync(_ real: UnsafeMutablePointer<sqlite3_file>, _ flags: Int32) -> Int32 {
    if case .fails(let reason, _) = disk.asks(.sync) {
      guard reason != .ignored else { return SQLITE_OK }
      disk.add(.failedSync(name))
      errno = reason.code
      return Self.ioError(4)
    }
    // The file comes first, then, within the call below, the folder.
    disk.add(.sync(name))
    return real.pointee.pMethods.pointee.xSync(real, flags)
  }

  private nonisolated(unsafe) static let methods: UnsafeMutablePointer<sqlite3_io_methods> = {
    let methods = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
    methods.initialize(
      to: sqlite3_io_methods(
        iVersion: 2,  // without xFetch, so that no page is written through a memory map, which nobody would see
        xClose: { file in
          defer { DiskFile.end(file!) }
          return real(file!).pointee.pMethods.pointee.xClose(real(file!))
        },
        xRead: { file, bytes, count, offset in
          if let code = of(file!)?.refusal(.read, ioError(1)) { return code }
          return real(file!).pointee.pMethods.pointee.xRead(real(file!), bytes, count, offset)
        },
        xWrite: { file, bytes, count, offset in
          guard let own = of(file!) else {
            return real(file!).pointee.pMethods.pointee.xWrite(real(file!), bytes, count, offset)
          }
          return own.write(real(file!), bytes!, count, offset)
        },
        xTruncate: { file, size in
          guard let own = of(file!) else { return real(file!).pointee.pMethods.pointee.xTruncate(real(file!), size) }
          return own.truncate(real(file!), size)
        },
        xSync: { file, flags in
          guard let own = of(file!) else { return real(file!).pointee.pMethods.pointee.xSync(real(file!), flags) }
          return own.sync(real(file!), flags)
        },
        xFileSize: { real($0!).pointee.pMethods.pointee.xFileSize(real($0!), $1) },
        xLock: { real($0!).pointee.pMethods.pointee.xLock(real($0!), $1) },
        xUnlock: { real($0!).pointee.pMethods.pointee.xUnlock(real($0!), $1) },
        xCheckReservedLock: { real($0!).pointee.pMethods.pointee.xCheckReservedLock(real($0!), $1) },
        xFileControl: { file, operation, argument in
          let code = real(file!).pointee.pMethods.pointee.xFileControl(real(file!), operation, argument)
          if operation == SQLITE_FCNTL_LAST_ERRNO, let own = of(file!), own.lastError != 0 {
            argument?.storeBytes(of: own.lastError, as: Int32.self)
          }
          return code
        },
        xSectorSize: { real($0!).pointee.pMethods.pointee.xSectorSize(real($0!)) },
        xDeviceCharacteristics: { real($0!).pointee.pMethods.pointee.xDeviceCharacteristics(real($0!)) },
        xShmMap: { file, region, size, grows, address in
          if grows != 0, let code = of(file!)?.refusal(.index, ioError(19)) { return code }  // SQLITE_IOERR_SHMSIZE
          return real(file!).pointee.pMethods.pointee.xShmMap(real(file!), region, size, grows, address)
        },
        xShmLock: { real($0!).pointee.pMethods.pointee.xShmLock(real($0!), $1, $2, $3) },
        xShmBarrier: { real($0!).pointee.pMethods.pointee.xShmBarrier(real($0!)) },
        xShmUnmap: { real($0!).pointee.pMethods.pointee.xShmUnmap(real($0!), $1) },
        xFetch: nil, xUnfetch: nil))
    return methods
  }()
}
