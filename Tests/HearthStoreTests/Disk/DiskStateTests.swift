import HearthDisk
import Testing

/// The disk that the power cuts are worked out on, by hand.
@Suite("What a disk holds after a power cut")
struct DiskStateTests {
  private func disk(_ operations: DiskOperation...) -> DiskState {
    var disk = DiskState()
    for operation in operations { disk.advance(operation) }
    return disk
  }

  private func write(_ text: String, at offset: Int = 0) -> DiskOperation {
    .write("a", offset: offset, bytes: Array(text.utf8))
  }

  /// Everything that may be found in the file `a`; nil when there may be none.
  private func outcomes(_ disk: DiskState, _ kind: Survival.Kind) -> Set<String?> {
    Set(
      (0..<200).map { seed in disk.image(Survival(kind, seed: seed))["a"].map { String(decoding: $0, as: UTF8.self) } })
  }

  @Test func `what was synced is there, what was not may be`() {
    let disk = disk(.create("a"), write("one"), .sync("a"), .syncFolder, write("two"))
    #expect(outcomes(disk, .nothing) == ["one"])
    #expect(outcomes(disk, .everything) == ["two"])
    #expect(outcomes(disk, .sectors) == ["one", "two"])
  }

  @Test func `a later write may be there without the one before it`() {
    let disk = disk(.create("a"), .syncFolder, write("x"), write("y", at: 1))
    #expect(outcomes(disk, .sectors).isSuperset(of: ["", "x", "xy", "\0y"]))
    #expect(outcomes(disk, .lost) == ["x", "\0y"])
  }

  @Test func `a synced file without a synced name may be gone`() {
    let disk = disk(.create("a"), write("one"), .sync("a"))
    #expect(outcomes(disk, .nothing) == [nil])
    #expect(outcomes(disk, .sectors) == [nil, "one"])
  }

  @Test func `a deleted file may be back until the folder is synced`() {
    var disk = disk(.create("a"), write("one"), .sync("a"), .syncFolder, .delete("a"))
    #expect(outcomes(disk, .sectors) == [nil, "one"])
    disk.advance(.syncFolder)
    #expect(outcomes(disk, .sectors) == [nil])
  }

  @Test func `a file that was made again may be the old one`() {
    let disk = disk(
      .create("a"), write("old"), .sync("a"), .syncFolder, .delete("a"), .create("a"), write("new"), .sync("a"))
    #expect(outcomes(disk, .sectors) == ["old", nil, "new"])
  }

  @Test func `a write tears at the ends of sectors and within them`() {
    let text = String(repeating: "x", count: 1200)
    let found = outcomes(disk(.create("a"), .syncFolder, write(text, at: 100)), .torn).map { $0?.utf8.count ?? -1 }
    #expect(Set(found).isSuperset(of: [0, 512, 1024]))
    #expect(found.allSatisfy { $0 < 1300 })
    #expect(found.contains { $0 % 512 != 0 })
  }

  @Test func `no sync makes sure what a sync has failed over`() {
    var disk = disk(.create("a"), .syncFolder, write("x"), .failedSync("a"), write("y", at: 1), .sync("a"))
    #expect(outcomes(disk, .nothing) == ["\0y"])
    #expect(outcomes(disk, .sectors) == ["\0y", "xy"])
    // Written again, it is made sure again.
    disk.advance(write("z"))
    disk.advance(.sync("a"))
    #expect(outcomes(disk, .nothing) == ["zy"])
  }

  @Test func `noise stands only where something was written`() {
    let disk = disk(.create("a"), write("keep"), .sync("a"), .syncFolder, write("EP", at: 2))
    let found = outcomes(disk, .noise)
    #expect(found.count > 3)
    #expect(found.allSatisfy { $0?.utf8.starts(with: "ke".utf8) == true })
  }

  @Test func `a fault and a survival read what they wrote`() {
    let fault = DiskFault(.write, .quota, first: 17, count: 2, isTorn: true)
    #expect(DiskFault("\(fault)") == fault)
    #expect(Survival("\(Survival(.noise, seed: 9))") == Survival(.noise, seed: 9))
    for text in ["", "write", "write:full:0:1:torn", "write:full:1:1:half", "other:full:1:1:torn"] {
      #expect(DiskFault(text) == nil)
    }
    for text in ["", "noise", "noise:x", "all:1"] { #expect(Survival(text) == nil) }
  }
}
