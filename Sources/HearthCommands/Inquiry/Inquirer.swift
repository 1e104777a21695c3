internal import ArgumentParser
internal import Foundation
internal import HearthDevice
internal import HearthModel
internal import HearthPack
internal import HearthProtocol

/// Who asks a hub, and which.
struct InquiryOptions: ParsableArguments {
  @Option(
    name: .customLong("as"), help: "The device that asks: the name of a credential; needed when there are several.")
  var name: String?
  @Option(help: "Folder of the credentials.") var devices = CredentialFile.defaultFolder
  @Option(help: "Folder with a sub-folder for each app.") var packs = PackLibrary.defaultFolder
  @Option(help: "The hub: tcp://host:port or ws://host:port; that of the credential when left out.") var hub: String?
  @Flag(help: "Print JSON.") var json = false

  /// The credential to ask with.
  func credential() throws -> CredentialFile {
    if let name { return try CredentialFile.read(name, folder: devices) }
    let files = (try? FileManager.default.contentsOfDirectory(atPath: devices)) ?? []
    let names = files.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
    guard names.count != 1 else { return try CredentialFile.read(names[0], folder: devices) }
    let known = names.isEmpty ? "`\(devices)` has no credential." : "It may be \(names.joined(separator: ", "))."
    throw CommandFailure(.noCredential, "Say who asks with --as. \(known)")
  }
}

/// A device that asks a hub what was decided, and brings back what lost.
///
/// It keeps a replica of its own beside that of `hearth device`, so that both may run: an install that connects twice
/// would be sent away.
struct Inquirer {
  let session: DeviceSession
  let options: InquiryOptions
  let name: String

  /// Opens the replica and connects.
  static func open(_ options: InquiryOptions) async throws -> Inquirer {
    let credential = try options.credential()
    let session = try DeviceSession(
      credential: credential, library: try PackLibrary(folder: options.packs), hub: options.hub,
      folder: options.devices, clock: AdjustableClock(), readableFrames: false, output: Output(isJSON: options.json),
      replica: credential.inquiryFile)
    await session.device.connect()
    await session.waitUntilLive(DeviceSession.patience)
    switch try await session.device.status().link {
    case .live: break
    case .refused(let fault): throw CommandFailure(numbered: fault.description, exitCode: 1)
    case .offline, .waiting, .connecting, .catchingUp:
      throw CommandFailure(.noHub, "No hub answers at \(options.hub ?? credential.hub). Does it run?")
    }
    return Inquirer(session: session, options: options, name: credential.name)
  }

  var device: Device { session.device }
  var output: Output { session.output }
  var pack: Pack { session.pack }

  func end() async { await session.end() }

  // MARK: Names

  /// A record as `tasks/dishes`, and perhaps a field of it.
  func address(_ word: String) async throws -> (schema: CollectionSchema, id: RecordID) {
    let (schema, id) = try await DeviceVerbs(session: session).existing(word)
    return (schema, id)
  }

  /// A record as people name it.
  func name(_ collection: CollectionNumber, _ id: RecordID) -> String {
    "\(pack.collection(collection)?.name ?? "?")/\(session.shortName(id))"
  }

  /// What an answer says, in words, with the members' names as they are.
  func narration(_ answer: Answer) async -> Narration {
    var names = session.names
    for member in Set(answer.accounts.compactMap(\.member)) { names[member] = await session.memberName(member) }
    let known = names
    return Narration(
      answer, pack: pack, memberName: { known[$0] ?? String($0.description.prefix(8)) },
      text: { DeviceSession.text($0, known) })
  }

  /// A command for the reader to type.
  func command(_ words: String) -> String {
    let folder = options.devices == CredentialFile.defaultFolder ? "" : " --devices \(options.devices)"
    return "hearth \(words) --as \(name)\(folder)"
  }

  /// That the member sees no such record, or that there is none: nobody can tell which.
  func unknown(_ word: String) -> CommandFailure {
    CommandFailure(.unknownRecord, "The hub knows no `\(word)` that `\(name)` may see.")
  }
}

extension CredentialFile {
  /// The replica with which the hub is asked.
  var inquiryFile: String { "\(name).\(household.prefix(8)).asks.db" }
}
