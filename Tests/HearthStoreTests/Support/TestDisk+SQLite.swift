import Foundation
import GRDBSQLite
import Synchronization

// The layer between SQLite and the file system, as https://www.sqlite.org/vfs.html describes it: "The SQLite library
// comes with ... a VFS shim ... that sits on top of another VFS". All files of the process pass through it; those of no
// test disk pass untouched.
//
// A file of the shim in memory:
//
//   0   sqlite3_file: the address of the shim's methods
//   8   the test disk, not retained, or nil
//   16  the file's name, a C string that lives as long as the process
//   24  unused
//   32  the file of the system below

enum TestDiskSystem {
  /// The disks by folder.
  static let disks = Mutex<[(folder: String, disk: TestDisk)]>([])

  /// Puts the layer in front of the system's, once.
  static func install() { _ = isInstalled }

  private static let isInstalled: Bool = {
    let system = sqlite3_vfs_find(nil)!
    let shim = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
    shim.initialize(to: system.pointee)
    shim.pointee.pNext = nil
    shim.pointee.zName = UnsafePointer(strdup("hearth-test-disk"))
    shim.pointee.szOsFile += Int32(realOffset)
    below = system
    shim.pointee.xOpen = { _, path, file, flags, outFlags in open(path, file!, flags, outFlags) }
    shim.pointee.xDelete = { _, path, syncsFolder in delete(path!, syncsFolder) }
    return sqlite3_vfs_register(shim, 1) == SQLITE_OK
  }()

  fileprivate static let realOffset = 32
  fileprivate nonisolated(unsafe) static var below: UnsafeMutablePointer<sqlite3_vfs>!
  /// The disks live as long as the process: files hold them without retaining.
  private static let kept = Mutex<[TestDisk]>([])

  private static func disk(of path: String) -> (folder: String, disk: TestDisk)? {
    disks.withLock { $0.last { path.hasPrefix($0.folder) } }
  }

  private static func delete(_ path: UnsafePointer<CChar>, _ syncsFolder: Int32) -> Int32 {
    let code = below.pointee.xDelete(below, path, syncsFolder)
    let path = String(cString: path)
    if code == SQLITE_OK, let found = disk(of: path) { found.disk.deleted(String(path.dropFirst(found.folder.count))) }
    return code
  }

  private static func open(
    _ path: UnsafePointer<CChar>?, _ file: UnsafeMutablePointer<sqlite3_file>, _ flags: Int32,
    _ outFlags: UnsafeMutablePointer<Int32>?
  ) -> Int32 {
    let name = path.map { String(cString: $0) } ?? ""
    let found = disk(of: name)
    let isNew = found != nil && !FileManager.default.fileExists(atPath: name)
    var flags = flags
    if found?.disk.now.isReadOnly == true, flags & SQLITE_OPEN_READWRITE != 0 {
      flags = flags & ~(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) | SQLITE_OPEN_READONLY
    }
    let raw = UnsafeMutableRawPointer(file)
    file.pointee.pMethods = nil
    let code = below.pointee.xOpen(below, path, file.real, flags, outFlags)
    guard code == SQLITE_OK else { return code }
    let rest = found.map { String(name.dropFirst($0.folder.count)) } ?? ""
    if let found { kept.withLock { $0.append(found.disk) } }
    if isNew, flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL) != 0 { found?.disk.made(rest) }
    raw.storeBytes(
      of: found.map { Unmanaged.passUnretained($0.disk).toOpaque() }, toByteOffset: 8, as: UnsafeMutableRawPointer?.self
    )
    raw.storeBytes(of: strdup(rest), toByteOffset: 16, as: UnsafeMutablePointer<CChar>?.self)
    file.pointee.pMethods = UnsafePointer(methods)
    return SQLITE_OK
  }

  private nonisolated(unsafe) static let methods: UnsafeMutablePointer<sqlite3_io_methods> = {
    let methods = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
    methods.initialize(
      to: sqlite3_io_methods(
        iVersion: 2,
        xClose: { $0!.real.pointee.pMethods.pointee.xClose($0!.real) },
        xRead: { $0!.real.pointee.pMethods.pointee.xRead($0!.real, $1, $2, $3) },
        xWrite: { file, bytes, count, offset in
          guard file!.disk?.writes(file!.name) ?? true else { return SQLITE_FULL }
          return file!.real.pointee.pMethods.pointee.xWrite(file!.real, bytes, count, offset)
        },
        xTruncate: { $0!.real.pointee.pMethods.pointee.xTruncate($0!.real, $1) },
        xSync: { file, flags in
          guard file!.disk?.syncs(file!.name) ?? true else { return SQLITE_IOERR_FSYNC_CODE }
          let code = file!.real.pointee.pMethods.pointee.xSync(file!.real, flags)
          if code == SQLITE_OK { file!.disk?.synced(file!.name) }
          return code
        },
        xFileSize: { $0!.real.pointee.pMethods.pointee.xFileSize($0!.real, $1) },
        xLock: { $0!.real.pointee.pMethods.pointee.xLock($0!.real, $1) },
        xUnlock: { $0!.real.pointee.pMethods.pointee.xUnlock($0!.real, $1) },
        xCheckReservedLock: { $0!.real.pointee.pMethods.pointee.xCheckReservedLock($0!.real, $1) },
        xFileControl: { $0!.real.pointee.pMethods.pointee.xFileControl($0!.real, $1, $2) },
        xSectorSize: { $0!.real.pointee.pMethods.pointee.xSectorSize($0!.real) },
        xDeviceCharacteristics: { $0!.real.pointee.pMethods.pointee.xDeviceCharacteristics($0!.real) },
        xShmMap: { $0!.real.pointee.pMethods.pointee.xShmMap($0!.real, $1, $2, $3, $4) },
        xShmLock: { $0!.real.pointee.pMethods.pointee.xShmLock($0!.real, $1, $2, $3) },
        xShmBarrier: { $0!.real.pointee.pMethods.pointee.xShmBarrier($0!.real) },
        xShmUnmap: { $0!.real.pointee.pMethods.pointee.xShmUnmap($0!.real, $1) },
        xFetch: nil, xUnfetch: nil))
    return methods
  }()
}

/// `SQLITE_IOERR_FSYNC`, a macro that Swift cannot import.
private let SQLITE_IOERR_FSYNC_CODE = SQLITE_IOERR | 4 << 8

extension UnsafeMutablePointer<sqlite3_file> {
  /// The file of the system below.
  fileprivate var real: UnsafeMutablePointer<sqlite3_file> {
    (UnsafeMutableRawPointer(self) + TestDiskSystem.realOffset).assumingMemoryBound(to: sqlite3_file.self)
  }

  fileprivate var disk: TestDisk? {
    UnsafeMutableRawPointer(self).load(fromByteOffset: 8, as: UnsafeMutableRawPointer?.self)
      .map { Unmanaged<TestDisk>.fromOpaque($0).takeUnretainedValue() }
  }

  fileprivate var name: String {
    UnsafeMutableRawPointer(self).load(fromByteOffset: 16, as: UnsafeMutablePointer<CChar>?.self)
      .map { String(cString: $0) } ?? ""
  }
}
