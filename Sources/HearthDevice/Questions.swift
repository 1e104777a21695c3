public import HearthModel

/// The questions that wait for the hub: it takes one at a time, the others follow in their order.
struct Questions {
  private struct Question {
    let id: UInt64
    let inquiry: Inquiry
    /// Nil when nobody waits any more; the hub's answer is then for nobody.
    var continuation: CheckedContinuation<Answer, any Error>?
  }

  private var queue: [Question] = []
  private var lastID: UInt64 = 0

  /// Puts a question at the end.
  ///
  /// - Returns: its id, and whether it is the one to send now.
  mutating func add(
    _ inquiry: Inquiry, _ continuation: CheckedContinuation<Answer, any Error>
  ) -> (id: UInt64, isFirst: Bool) {
    lastID &+= 1
    queue.append(Question(id: lastID, inquiry: inquiry, continuation: continuation))
    return (lastID, queue.count == 1)
  }

  /// The id that the next question gets.
  var nextID: UInt64 { lastID &+ 1 }

  /// Takes an answer in.
  ///
  /// - Returns: the next question to send; nil when there is none.
  mutating func answered(_ id: UInt64, _ answer: Answer) -> (id: UInt64, inquiry: Inquiry)? {
    guard let first = queue.first, first.id == id else { return nil }
    queue.removeFirst()
    first.continuation?.resume(returning: answer)
    // Nobody needs the answers to questions that were given up before they were sent.
    queue.removeAll { $0.continuation == nil }
    return queue.first.map { ($0.id, $0.inquiry) }
  }

  /// Nobody waits for an answer any more.
  mutating func giveUp(_ id: UInt64, _ error: any Error) {
    guard let position = queue.firstIndex(where: { $0.id == id }) else { return }
    queue[position].continuation?.resume(throwing: error)
    queue[position].continuation = nil
  }

  /// No answer will come to any of them.
  mutating func fail(_ error: any Error) {
    for question in queue { question.continuation?.resume(throwing: error) }
    queue = []
  }
}

extension DeviceError {
  static let offline = DeviceError(
    .offline, "Only the hub knows what was decided, and there is no connection to it. Connect, then ask again.")
}

extension Device {
  /// Asks the hub what was decided: one page of its answer.
  ///
  /// What the member may not see is not in it. Values are as the hub has them: changes of this device that it has not
  /// decided are not among them.
  /// - Parameters:
  ///   - page: ``HearthModel/Answer/next`` of the answer before; empty for the first page.
  ///   - timeout: how long to wait.
  /// - Throws: ``DeviceError`` `.offline` when there is no connection or it breaks; `.timeout` when no answer comes in
  ///   time; `CancellationError` when the task is cancelled.
  public func ask(
    _ subject: Inquiry.Subject, page: [UInt8] = [], timeout: Duration = .seconds(15)
  ) async throws -> Answer {
    try Task.checkCancellation()
    guard isLive else { throw DeviceError.offline }
    let id = questions.nextID
    let timer = Task { [weak self] in
      try? await Task.sleep(for: timeout)
      guard !Task.isCancelled else { return }
      await self?.giveUp(id, DeviceError(.timeout, "The hub did not answer within \(timeout)."))
    }
    defer { timer.cancel() }
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let inquiry = Inquiry(subject, page: page)
        let (id, isFirst) = questions.add(inquiry, continuation)
        if isFirst { send(id, inquiry) }
      }
    } onCancel: {
      Task { await self.giveUp(id, CancellationError()) }
    }
  }

  /// Asks the hub what was decided, page after page, until it has said all or so many parts.
  ///
  /// - Parameter limit: records, fields or change sets after which no further page is asked for.
  /// - Throws: what ``ask(_:page:timeout:)`` throws.
  public func askAll(_ subject: Inquiry.Subject, limit: Int = 1000) async throws -> Answer {
    var answer = try await ask(subject)
    while !answer.next.isEmpty, answer.count < limit {
      answer = answer.joined(with: try await ask(subject, page: answer.next))
    }
    return answer
  }

  private func giveUp(_ id: UInt64, _ error: any Error) {
    questions.giveUp(id, error)
  }

  func answered(_ id: UInt64, _ answer: Answer) {
    if let next = questions.answered(id, answer) { send(next.id, next.inquiry) }
  }

  private var isLive: Bool {
    if case .live? = try? status().link { true } else { false }
  }
}
