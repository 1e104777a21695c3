import Foundation
import Testing

/// What `hearth simulate` says to whoever asks for something that cannot be.
@Suite(.serialized) struct SimulateTests {
  private static let packs = Repository.file("fixtures").path

  private static func simulate(_ arguments: String) async throws -> Run {
    try await Workplace().hearth(["simulate", "--packs", packs] + arguments.split(separator: " ").map(String.init))
  }

  @Test(arguments: [
    ("--seeds 0", "--seeds takes 1 to"), ("--change-sets 0", "--change-sets takes 1 to"),
    ("--households 0", "--households takes 1 to 20"), ("--trace --seed 1 --seeds 2", "--trace shows one run, not 2"),
    ("--pack nope", "There is no pack `nope`. There are academy"), ("--faults nope", "There is no fault `nope`"),
    ("--profile nope", "There is no profile `nope`"),
  ])
  func `what cannot be run is refused, with what can`(_ arguments: String, _ words: String) async throws {
    let run = try await Self.simulate(arguments)
    #expect(run.status == 64)
    #expect(run.errors.contains(words), "\(run.errors)")
  }

  @Test func `a run is the same twice, with and without its trace`() async throws {
    let runs = try await [
      Self.simulate("--pack library --seed 3"), Self.simulate("--pack library --seed 3 --json"),
      Self.simulate("--pack library --seed 3 --trace"),
    ]
    #expect(runs.map(\.status) == [0, 0, 0])
    let mark = try #require(runs[1].output.firstMatch(of: /"mark":"([0-9a-f]+)"/)?.1)
    #expect(runs[0].output.contains("mark \(mark)"))
    #expect(runs[2].output.contains("mark "))
  }
}
