import HearthModel
import Testing

@Suite("Version vectors")
struct VersionVectorTests {
  /// Every vector of three replicas with counters up to 2.
  static let small: [VersionVector] = (0..<27).map { (number: UInt64) in
    VersionVector([Dot(1, number % 3), Dot(2, number / 3 % 3), Dot(3, number / 9)])
  }

  private func join(_ left: VersionVector, _ right: VersionVector) -> VersionVector {
    var joined = left
    joined.join(right)
    return joined
  }

  @Test func `the join is commutative, associative and idempotent, and the empty vector neutral`() {
    #expect(Set(Self.small).count == 27)
    #expect(JoinLaws.check(Self.small, empty: VersionVector(), join: join) == 27 * 27 * 27)
  }

  @Test func `one vector covers another when joining it changes nothing`() {
    for left in Self.small {
      for right in Self.small {
        #expect(left.covers(right) == (join(left, right) == left))
        #expect(left.isConcurrent(with: right) == (!left.covers(right) && !right.covers(left)))
        #expect(join(left, right).covers(left) && join(left, right).covers(right))
      }
    }
  }

  @Test func `a vector covers each dot up to its entry and no other`() {
    let vector = VersionVector([Dot(1, 3), Dot(5, 1)])
    #expect((1...3).allSatisfy { vector.covers(Dot(1, $0)) })
    #expect(!vector.covers(Dot(1, 4)))
    #expect(!vector.covers(Dot(2, 1)))
    #expect(vector[ReplicaNumber(rawValue: 5)] == 1)
    #expect(vector[ReplicaNumber(rawValue: 4)] == 0)
  }

  @Test func `entries stand in ascending order of replica, each once, whatever the order of the dots`() {
    let dots = [Dot(10, 1), Dot(9, 4), Dot(10, 3), Dot(9, 2), Dot(0, 1), Dot(.max, .max)]
    let vector = VersionVector(dots)
    #expect(vector.description == "{0:1 9:4 10:3 4294967295:18446744073709551615}")
    #expect(VersionVector(dots.reversed()) == vector)
  }

  @Test func `a counter of 0 adds nothing`() {
    #expect(VersionVector([Dot(1, 0)]).isEmpty)
    #expect(VersionVector().covers(Dot(1, 0)))
  }

  @Test func `a cut vector covers what both the vector and the limit cover`() {
    for vector in Self.small {
      for limit in Self.small {
        let cut = vector.cut { limit[$0] }
        for replica in UInt32(1)...3 {
          let number = ReplicaNumber(rawValue: replica)
          #expect(cut[number] == min(vector[number], limit[number]))
        }
        #expect(cut.entries.allSatisfy { $0.counter > 0 })
      }
    }
  }

  @Test func `dots are ordered by replica, then counter`() {
    OrderLaws.check([Dot(0, 1), Dot(1, 1), Dot(1, 2), Dot(2, 1), Dot(10, 1), Dot(9, 9)])
    #expect([Dot(10, 1), Dot(9, 9), Dot(9, 10)].sorted().map(\.description) == ["9.9", "9.10", "10.1"])
  }
}
