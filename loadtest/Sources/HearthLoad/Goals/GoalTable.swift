/// What good looks like in numbers: all goals, in the order in which they are shown.
package enum GoalTable {
  package static let all: [Goal] = [
    goal(.cpu, .cpuRatio, "hub CPU for a change set over TCP, to the C reference's", .times, 1.7, 1.2),
    goal(.webSocket, .webSocketExtra, "hub CPU for a change set over WebSocket, more than over TCP", .percent, 25),
    goal(.steady, .steadyP50, "1,000 change sets/s, write -> other device, p50", .milliseconds, 0.6, 0.4),
    goal(.steady, .steadyP99, "1,000 change sets/s, write -> other device, p99", .milliseconds, 3, 2),
    goal(.slowFlush, .slowFlushP99, "the same with flushes 2 ms slower, p99", .milliseconds, 10, 7),
    goal(.slowFlush, .slowFlushPeakLoss, "peak rate with flushes 2 ms slower, less than without", .percent, 5, 2),
    goal(.halfPeak, .halfPeakP99, "half the peak rate, write -> other device, p99", .milliseconds, 25, 10),
    goal(.idle, .idleConnection, "hub memory for an idle connection, 10,000 held", .kibibytes, 6, 2),
    goal(.coldStart, .coldStartBytes, "new device, 10,000 change sets over 1,000 tasks: bytes", .kilobytes, 200, 175),
    goal(.coldStart, .coldStartReceived, "the same, until received", .milliseconds, 10, 3),
    goal(.coldStart, .coldStartApplied, "the same, until applied", .milliseconds, 25, 10),
    goal(.offlinePair, .offlinePairTime, "two devices, 1,000 offline edits each, 500 tasks", .milliseconds, 35, 10),
    goal(.offlinePair, .offlinePairBytes, "the same, bytes both ways", .kilobytes, 300, 260),
    goal(.scale, .householdsCPU, "50,000 households stored, not 1,000: more CPU for a change set", .percent, 10),
    goal(.scale, .householdsQuery, "the same: more CPU for a hot query", .percent, 10),
    goal(.scale, .historyCPU, "100 times the history: more CPU for a change set", .percent, 10),
    goal(.scale, .historyQuery, "the same: more CPU for a hot query", .percent, 10),
    goal(.memory, .memory, "hub memory with 1,000 x 3 under load", .megabytes, 200),
    goal(.storm, .stormTime, "5,000 devices, the hub restarts: until all have caught up", .seconds, 20),
    goal(.storm, .stormFullest, "the same, share of the attempts in the fullest 100 ms", .percent),
    goal(.baseline, .baselineGrowth, "hub memory when all have left, second round over first", .percent, 25),
    goal(.simulated, .simulated, "1,000,000 simulated change sets under faults, every promise checked", .times),
  ]

  private static func goal(
    _ row: GoalRow, _ figure: GoalFigure, _ what: String, _ unit: Goal.Unit, _ goal: Double? = nil,
    _ beyond: Double? = nil
  ) -> Goal {
    Goal(row, figure, what, unit, goal: goal, beyond: beyond)
  }
}
