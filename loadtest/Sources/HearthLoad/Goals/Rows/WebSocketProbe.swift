/// What WebSocket costs the hub beyond what TCP does.
final class WebSocketProbe: GoalProbe {
  func measure(_ bench: GoalBench) async throws -> GoalSample {
    let plan = try bench.plan([.closedLoop])
    let tcp = try await bench.figures(HearthHub(transport: .tcp), plan)[0]
    let webSocket = try await bench.figures(HearthHub(transport: .webSocket), plan)[0]
    return GoalSample([
      .webSocketExtra: try percentMore(webSocket.cpuMicroseconds, than: tcp.cpuMicroseconds, "a change set over TCP")
    ])
  }
}
