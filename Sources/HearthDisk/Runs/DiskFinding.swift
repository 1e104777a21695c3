/// Something that a run found wrong, with what replays it.
package struct DiskFinding: Sendable {
  /// The options that replay it, beside the seed and the size of the run.
  package let replay: [String]
  package let what: String

  package init(replay: [String], what: String) {
    self.replay = replay
    self.what = what
  }
}
