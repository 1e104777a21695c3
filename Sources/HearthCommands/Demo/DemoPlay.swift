internal import Foundation
internal import HearthConsole
internal import HearthDevice
internal import HearthModel
internal import HearthReplica

/// What the demo saw, for machines.
struct DemoOutcome: Encodable {
  let converged: Bool
  let title: String
  let description: String
  let decisions: [String]
}

/// The play: two people edit the same tasks without knowing of each other, and meet again.
struct DemoPlay {
  let library: PackLibrary
  let credentials: [CredentialFile]
  let running: DataFolder.Running
  let folder: String
  let output: Output

  private static let patience = Duration.seconds(15)

  func perform() async throws -> DemoOutcome {
    let eva = try session("eva-phone", hub: running.tcp)
    let sam = try session("sam-phone", hub: running.webSocket)
    for session in [eva, sam] {
      await session.goOnline()
      try await session.device.waitUntilSynced(timeout: Self.patience)
    }
    let tasks = try await sam.device.records(in: "tasks").count
    say("3", "Two devices catch up", "Eva's phone over TCP, Sam's phone over WebSocket; both have \(tasks) tasks")
    for session in [eva, sam] { await session.device.disconnect() }
    try await editOffline(eva, sam)
    try await show("5", "Offline, each sees its own", eva, sam)
    await sam.goOnline()
    try await sam.device.waitUntilSynced(timeout: Self.patience)
    await eva.goOnline()
    try await eva.device.waitUntilSynced(timeout: Self.patience)
    try await waitUntilEqual(eva, sam)
    try await show("6", "Connected again, both see the same", eva, sam)
    let outcome = try await explain(eva, sam)
    for session in [eva, sam] { await session.end() }
    return outcome
  }

  private func session(_ name: String, hub: String) throws -> DeviceSession {
    guard let credential = credentials.first(where: { $0.name == name }) else {
      throw CommandFailure(.demo, "The seed of FamQuest has no device `\(name)`.")
    }
    return try DeviceSession(
      credential: credential, library: library, hub: hub, folder: "\(folder)/devices", clock: AdjustableClock(),
      readableFrames: false, output: output)
  }

  // MARK: Scenes

  private static let dishes = RecordID(name: "dishes")

  private func editOffline(_ eva: DeviceSession, _ sam: DeviceSession) async throws {
    try await eva.device.edit {
      $0.set("tasks", Self.dishes, "title", .text("Afwassen en afdrogen"))
      $0.insert("tasks", Self.dishes, "assignees", .id(RecordID(name: "luna")))
    }
    sam.clock.move(by: 62 * 60_000)
    try await sam.device.edit {
      $0.set("tasks", Self.dishes, "title", .text("Vaatwasser inruimen"))
      $0.set("tasks", Self.dishes, "description", .text("Meteen na het eten"))
    }
    say("4", "Both go offline and edit the task `dishes`", "Sam's clock is 62 minutes ahead, so his edit looks later")
  }

  private func waitUntilEqual(_ eva: DeviceSession, _ sam: DeviceSession) async throws {
    let deadline = ContinuousClock.now + Self.patience
    while try await content(eva) != content(sam) {
      guard ContinuousClock.now < deadline else { throw CommandFailure(.demo, "The two devices did not converge.") }
      try await Task.sleep(for: .milliseconds(5))
    }
  }

  private func content(_ session: DeviceSession) async throws -> [Value] {
    try await session.device.record("tasks", Self.dishes)?.content.values ?? []
  }

  private func show(_ number: String, _ title: String, _ eva: DeviceSession, _ sam: DeviceSession) async throws {
    guard !output.isJSON else { return }
    say(number, title, "")
    var table = Table(["", "Eva's phone", "Sam's phone"])
    for field in ["title", "description", "assignees"] {
      var row = [field]
      for session in [eva, sam] {
        let record = try await session.device.record("tasks", Self.dishes)
        row.append(record?[field].map { session.text($0) } ?? "")
      }
      table.add(row, styles: [.name, row[1] == row[2] ? .good : .warning, row[1] == row[2] ? .good : .warning])
    }
    output.text(table.text(output.terminal).split(separator: "\n").map { "    \($0)\n" }.joined())
  }

  private func explain(_ eva: DeviceSession, _ sam: DeviceSession) async throws -> DemoOutcome {
    let explanation = await eva.explanation()
    let record = try await eva.device.record("tasks", Self.dishes)
    let sentences = (record?.content.conflicts ?? []).flatMap { conflict in
      record.map { explanation.sentences(conflict, in: $0.collection) } ?? []
    }
    if !output.isJSON {
      say("7", "What the hub decided, and why", "")
      for sentence in sentences { output.line("    \(sentence.printable)") }
      output.line(
        "    \(output.styled("Nothing is lost: `restore-value tasks/dishes title 1` on a device brings Sam's title back.", .quiet))"
      )
    }
    let isEqual = try await content(eva) == content(sam)
    return DemoOutcome(
      converged: isEqual, title: record?["title"]?.text ?? "",
      description: record?["description"]?.text ?? "", decisions: sentences)
  }

  private func say(_ number: String, _ title: String, _ text: String) {
    guard !output.isJSON else { return }
    let tail = text.isEmpty ? "" : ": \(text)"
    output.line("\(output.styled(number, .strong)) \(output.styled(title, .strong))\(tail)")
  }
}
