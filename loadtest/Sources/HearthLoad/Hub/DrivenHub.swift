internal import HearthModel

/// The hub of a run: one that the load tester starts for itself, or one that is already running.
protocol DrivenHub: AnyObject {
  /// Founds households of the app.
  ///
  /// - Parameters:
  ///   - members: whose devices each household has.
  ///   - progress: is told how many are there.
  func prepare(
    households count: Int, members: [RecordID], _ progress: (Int) -> Void
  ) async throws -> [[LoadDevice.Credentials]]

  /// Has it listen.
  func start() async throws -> HubAddresses

  /// Waits until it has done what it does for every household when it starts, as turning the day: that is no part of
  /// what devices cost.
  ///
  /// - Throws: ``LoadFault`` when that takes ten minutes.
  func rest() async throws

  func stop()

  /// The bytes of the database, and of its log; nil when nobody knows.
  var fileBytes: (database: Int, log: Int)? { get }
}

/// Where a hub listens.
struct HubAddresses: Decodable, Sendable {
  /// The process whose CPU and memory are the hub's; nil when nobody knows.
  let pid: Int32?
  /// Nil when nobody knows.
  let tcp: String?
  let webSocket: String
}
