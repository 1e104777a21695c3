internal import HearthTesting

/// What a disk holds for sure and what it may hold, at a point in the list of operations.
///
/// A file is what its last sync left, and behind it the writes that came since. At a power cut each of those may have
/// reached the disk or not, in any order and in part. A name that came or went is on the disk when its folder has been
/// synced since; before that it may be there or not, whatever has been synced in the file.
package struct DiskState: Sendable {
  /// A file, under whatever name.
  fileprivate struct File {
    var contents: [UInt8] = []
    var changes: [Change] = []
  }

  fileprivate struct Change {
    enum What {
      case write(offset: Int, bytes: [UInt8])
      case truncate(size: Int)
    }

    enum Standing {
      case written
      /// A sync failed over it.
      case doubtful
      /// A sync has succeeded over it, while one before it is in doubt.
      case synced
    }

    let what: What
    var standing = Standing.written
  }

  /// The files that a name stood for: at the last sync of the folder, and after each change since.
  fileprivate struct Name {
    var durable: Int?
    var changes: [Int?] = []

    var now: Int? { changes.last ?? durable }
  }

  private var files: [File] = []
  private var names: [String: Name] = [:]
  /// The file of the last operation when that was a write.
  private var lastWritten: Int?

  /// A disk with these files, all synced.
  package init(_ files: [String: [UInt8]] = [:]) {
    for (name, contents) in files.sorted(by: { $0.key < $1.key }) {
      names[name] = Name(durable: self.files.count)
      self.files.append(File(contents: contents))
    }
  }

  // MARK: Going on

  /// What the disk is after one more operation.
  package mutating func advance(_ operation: DiskOperation) {
    lastWritten = nil
    switch operation {
    case .create(let name):
      names[name, default: Name()].changes.append(files.count)
      files.append(File())
    case .delete(let name): names[name, default: Name()].changes.append(nil)
    case .write(let name, let offset, let bytes):
      guard let file = names[name]?.now else { return }
      files[file].changes.append(Change(what: .write(offset: offset, bytes: bytes)))
      lastWritten = file
    case .truncate(let name, let size):
      guard let file = names[name]?.now else { return }
      files[file].changes.append(Change(what: .truncate(size: size)))
    case .sync(let name):
      guard let file = names[name]?.now else { return }
      files[file].sync()
    case .failedSync(let name):
      guard let file = names[name]?.now else { return }
      for index in files[file].changes.indices where files[file].changes[index].standing == .written {
        files[file].changes[index].standing = .doubtful
      }
    case .syncFolder:
      for (name, entry) in names { names[name] = Name(durable: entry.now) }
    }
  }

  /// How many writes and names are neither on the disk for sure nor gone for sure.
  package var openCount: Int {
    files.reduce(0) { $0 + $1.changes.count } + names.values.reduce(0) { $0 + $1.changes.count }
  }

  // MARK: The power cut

  /// The files that a power cut leaves.
  package func image(_ survival: Survival) -> [String: [UInt8]] {
    var chance = SeededGenerator(seed: survival.seed)
    var image: [String: [UInt8]] = [:]
    for (name, entry) in names.sorted(by: { $0.key < $1.key }) {
      guard let file = entry.survivor(survival, &chance) else { continue }
      image[name] = files[file].contents(survival, isLast: file == lastWritten, &chance)
    }
    return image
  }
}

extension DiskState.Name {
  fileprivate func survivor(_ survival: Survival, _ chance: inout SeededGenerator) -> Int? {
    switch survival.kind {
    case .everything, .torn, .lost: now
    case .nothing: durable
    case .sectors, .noise: chance.pick([durable] + changes)
    }
  }
}

extension DiskState.File {
  /// Makes sure what can be made sure.
  fileprivate mutating func sync() {
    guard changes.contains(where: { $0.standing == .doubtful }) else {
      for change in changes { contents.apply(change.what) }
      changes = []
      return
    }
    for index in changes.indices where changes[index].standing == .written { changes[index].standing = .synced }
  }

  fileprivate func contents(_ survival: Survival, isLast: Bool, _ chance: inout SeededGenerator) -> [UInt8] {
    var contents = contents
    let uncertain = changes.indices.filter { changes[$0].standing != .synced }
    let lost = uncertain.isEmpty ? nil : chance.pick(uncertain)
    // From nearly nothing to nearly everything, so that long and short losses both come.
    let survivors = 1 + chance.below(15)
    for (index, change) in changes.enumerated() {
      guard change.standing != .synced else {
        contents.apply(change.what)
        continue
      }
      switch survival.kind {
      case .everything: contents.apply(change.what)
      case .nothing: break
      case .torn: contents.apply(isLast && index == changes.count - 1 ? change.what.torn(&chance) : change.what)
      case .lost: if index != lost { contents.apply(change.what) }
      case .sectors, .noise:
        for part in change.what.sectors {
          if chance.below(16) < survivors {
            contents.apply(part)
          } else if survival.kind == .noise, chance.oneIn(2) {
            contents.apply(part.noise(&chance))
          }
        }
      }
    }
    return contents
  }
}

extension DiskState.Change.What {
  /// https://www.sqlite.org/psow.html: what SQLite takes for the unit that a disk writes.
  private static var sectorBytes: Int { 512 }

  /// The parts that reach the disk each on its own.
  fileprivate var sectors: [Self] {
    guard case .write(let offset, let bytes) = self else { return [self] }
    var parts = [Self]()
    var start = 0
    while start < bytes.count {
      let end = min(bytes.count, ((offset + start) / Self.sectorBytes + 1) * Self.sectorBytes - offset)
      parts.append(.write(offset: offset + start, bytes: Array(bytes[start..<end])))
      start = end
    }
    return parts
  }

  /// The write up to some byte of it.
  fileprivate func torn(_ chance: inout SeededGenerator) -> Self {
    guard case .write(let offset, let bytes) = self, !bytes.isEmpty else { return self }
    let sectors = sectors
    // Most tear between sectors; some in the middle of one.
    guard sectors.count > 1, !chance.oneIn(4) else {
      return .write(offset: offset, bytes: Array(bytes.prefix(chance.below(bytes.count))))
    }
    let whole = sectors.prefix(chance.below(sectors.count)).reduce(0) { $0 + $1.count }
    return .write(offset: offset, bytes: Array(bytes.prefix(whole)))
  }

  private var count: Int {
    if case .write(_, let bytes) = self { bytes.count } else { 0 }
  }

  fileprivate func noise(_ chance: inout SeededGenerator) -> Self {
    guard case .write(let offset, let bytes) = self else { return self }
    return .write(offset: offset, bytes: bytes.map { _ in UInt8(truncatingIfNeeded: chance.next()) })
  }
}

extension [UInt8] {
  fileprivate mutating func apply(_ change: DiskState.Change.What) {
    switch change {
    case .write(let offset, let bytes):
      guard !bytes.isEmpty else { return }
      if count < offset + bytes.count { append(contentsOf: repeatElement(0, count: offset + bytes.count - count)) }
      replaceSubrange(offset..<offset + bytes.count, with: bytes)
    case .truncate(let size):
      if size <= count {
        removeLast(count - size)
      } else {
        append(contentsOf: repeatElement(0, count: size - count))
      }
    }
  }
}
