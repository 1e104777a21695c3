internal import Foundation
internal import GRDBSQLite
internal import Synchronization

/// The layer between SQLite and the file system, a "VFS shim" as https://www.sqlite.org/vfs.html calls it. All files of
/// the process that are opened after ``install()`` pass through it; those in no folder of a disk pass untouched.
///
/// The folder's own syncs are no call of a VFS. SQLite's layer for Unix opens the folder for each, through an entry of
/// its table of system calls, which a program may replace; that is where they are seen.
enum DiskLayer {
  private static let disks = Mutex<[SimulatedDisk]>([])

  static func attach(_ disk: SimulatedDisk) {
    install()
    disks.withLock { $0.append(disk) }
  }

  static func detach(_ disk: SimulatedDisk) { disks.withLock { $0.removeAll { $0 === disk } } }

  /// The disk under a path, and the rest of the path.
  private static func disk(of path: String) -> (disk: SimulatedDisk, name: String)? {
    guard let disk = disks.withLock({ $0.last { path.hasPrefix($0.folder) } }) else { return nil }
    return (disk, String(path.dropFirst(disk.folder.count)))
  }

  // MARK: Putting it in front of the system's

  private static func install() { _ = isInstalled }

  /// Set once, before any file is opened through the layer.
  nonisolated(unsafe) static var below: UnsafeMutablePointer<sqlite3_vfs>!

  private static let isInstalled: Bool = {
    guard let system = sqlite3_vfs_find(nil) else { preconditionFailure("SQLite has no layer for files") }
    let layer = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
    layer.initialize(to: system.pointee)
    layer.pointee.pNext = nil
    layer.pointee.zName = UnsafePointer(strdup("hearth-simulated-disk"))
    layer.pointee.szOsFile += Int32(DiskFile.realOffset)
    below = system
    layer.pointee.xOpen = { _, path, file, flags, outFlags in open(path, file!, flags, outFlags) }
    layer.pointee.xDelete = { _, path, syncsFolder in delete(path!, syncsFolder) }
    watchFolders()
    return sqlite3_vfs_register(layer, 1) == SQLITE_OK
  }()

  // MARK: Calls

  private static func open(
    _ path: UnsafePointer<CChar>?, _ file: UnsafeMutablePointer<sqlite3_file>, _ flags: Int32,
    _ outFlags: UnsafeMutablePointer<Int32>?
  ) -> Int32 {
    let found = path.flatMap { disk(of: String(cString: $0)) }
    file.pointee.pMethods = nil
    if let found, case .fails(let reason, _) = found.disk.asks(.open) {
      errno = reason.code
      return SQLITE_CANTOPEN
    }
    let isNew = found != nil && access(path!, F_OK) != 0
    let code = below.pointee.xOpen(below, path, DiskFile.real(file), flags, outFlags)
    guard code == SQLITE_OK else { return code }
    if let found, isNew { found.disk.add(.create(found.name)) }
    DiskFile.begin(file, found.map { DiskFile(disk: $0.disk, name: $0.name) })
    return SQLITE_OK
  }

  private static func delete(_ path: UnsafePointer<CChar>, _ syncsFolder: Int32) -> Int32 {
    guard let found = disk(of: String(cString: path)) else { return below.pointee.xDelete(below, path, syncsFolder) }
    if case .fails(let reason, _) = found.disk.asks(.delete) {
      errno = reason.code
      return SQLITE_IOERR | 10 << 8  // SQLITE_IOERR_DELETE
    }
    // The name goes first, the folder is synced within the call below.
    if access(path, F_OK) == 0 { found.disk.add(.delete(found.name)) }
    return below.pointee.xDelete(below, path, syncsFolder)
  }

  // MARK: Syncs of folders

  private typealias OpenFolder = @convention(c) (UnsafePointer<CChar>?, UnsafeMutablePointer<Int32>?) -> Int32

  /// Set once, before any folder is opened through the table.
  private nonisolated(unsafe) static var openFolder: OpenFolder?

  private static func watchFolders() {
    guard let unix = sqlite3_vfs_find("unix"), let original = unix.pointee.xGetSystemCall(unix, "openDirectory") else {
      return
    }
    openFolder = unsafeBitCast(original, to: OpenFolder.self)
    let watching: OpenFolder = { path, descriptor in
      // `openDirectory` in SQLite's `os_unix.c` gets the path of a file in the folder. It is called to sync the folder
      // and for nothing else; SQLite goes on when a folder cannot be opened, which spares the real sync.
      guard let path, let found = DiskLayer.disk(of: String(cString: path)) else {
        return DiskLayer.openFolder?(path, descriptor) ?? SQLITE_CANTOPEN
      }
      found.disk.add(.syncFolder)
      return SQLITE_CANTOPEN
    }
    _ = unix.pointee.xSetSystemCall(unix, "openDirectory", unsafeBitCast(watching, to: sqlite3_syscall_ptr.self))
  }
}

extension DiskFault.Reason {
  /// As the system says it.
  var code: Int32 {
    switch self {
    case .broken: EIO
    case .full: ENOSPC
    case .quota: EDQUOT
    case .ignored: 0
    }
  }
}
