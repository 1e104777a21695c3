internal import CHearthCounting

/// Runs what is to be counted between two marks: what its thread asks memory for is counted, and callgrind counts the
/// instructions of nothing else.
enum CountedBody {
  /// Whether calls for memory are counted on this system.
  static var countsAllocations: Bool { hearth_counts_allocations() }

  /// The calls for memory in all counted bodies of this thread so far.
  static var allocations: UInt64 { hearth_allocations() }

  static func run(_ body: () throws -> Void) throws {
    try withoutActuallyEscaping(body) { body in
      let call = Call(body)
      hearth_counted(
        { Unmanaged<Call>.fromOpaque($0!).takeUnretainedValue().run() }, Unmanaged.passUnretained(call).toOpaque())
      let error = call.end()
      if let error { throw error }
    }
  }

  /// Tells callgrind to write down what it has counted since the last time.
  static func writeDown() { hearth_counted_all() }

  /// A body on its way through C, which knows neither closures nor errors.
  private final class Call {
    private var body: (() throws -> Void)?
    private var error: (any Error)?

    init(_ body: @escaping () throws -> Void) { self.body = body }

    func run() {
      do { try body?() } catch { self.error = error }
    }

    func end() -> (any Error)? {
      body = nil
      return error
    }
  }
}
