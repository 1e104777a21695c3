internal import Crypto
package import Foundation
internal import HearthModel
internal import HearthPack
internal import HearthScenario
internal import HearthWire

/// The inputs to begin with: what the repository holds anyway, and what fuzzing has found and kept.
package struct FuzzCorpus {
  /// An input and where it is from.
  package struct Entry: Sendable {
    package let name: String
    package let bytes: [UInt8]
  }

  /// Where found inputs and crashers are kept, a folder for each target.
  package static let folder = "fixtures/fuzz"
  /// What the name of a crasher's file begins with.
  package static let crashPrefix = "crash-"

  /// The name of an input's file: the beginning of its SHA-256.
  package static func name(of input: [UInt8]) -> String {
    SHA256.hash(data: input).prefix(8).map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
  }

  private let ground: FuzzGround
  private var root: URL { ground.root }

  package init(_ ground: FuzzGround) {
    self.ground = ground
  }

  /// All inputs of a target.
  package func entries(_ target: FuzzTarget) throws -> [Entry] { try seeds(target) + kept(target) }

  /// Writes the inputs that the repository holds anyway into a folder, a file for each.
  package func write(_ target: FuzzTarget, to folder: URL) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for entry in try seeds(target) {
      try Data(entry.bytes).write(to: folder.appending(path: Self.name(of: entry.bytes)))
    }
  }

  /// What was found and kept, crashers too.
  package func kept(_ target: FuzzTarget) throws -> [Entry] {
    try files(in: "\(Self.folder)/\(target.rawValue)")
  }

  /// What the repository holds anyway: vectors, packs, scenarios, and talks that follow from them.
  package func seeds(_ target: FuzzTarget) throws -> [Entry] {
    switch target {
    case .frames: try VectorFrames(root).frames.map { Entry(name: $0.name, bytes: [3] + $0.bytes) }
    case .websocket: Self.webSocketTalks
    case .deflated: try VectorFrames(root).deflatedBodies
    case .deviceBinary: try VectorFrames(root).messages(.binary, ofDevice: true)
    case .deviceText: try VectorFrames(root).messages(.text, ofDevice: true)
    case .hubBinary: try VectorFrames(root).messages(.binary, ofDevice: false)
    case .hubText: try VectorFrames(root).messages(.text, ofDevice: false)
    case .hubCoreBinary: try hubTalks(.binary)
    case .hubCoreText: try hubTalks(.text)
    case .deviceCoreBinary: try deviceTalks(.binary)
    case .deviceCoreText: try deviceTalks(.text)
    case .pack: try packFiles()
    case .seed: try famQuestSeed() + files(in: "fixtures/packs/broken") { $0.contains("seed") || $0.hasPrefix("S") }
    case .catalogue:
      try files(in: "fixtures/packs/academy") { $0 == "catalogue.yaml" }
        + files(in: "fixtures/packs/broken") { $0.contains("catalogue") }
    case .scenario: try files(in: "fixtures/famquest/scenarios")
    case .expression: try texts { (try? PackLoader.expression($0, in: tasks, of: ground.famQuest)) != nil }
    case .value: try texts { $0.count <= 60 }
    case .settings: Self.settings
    case .founding: try foundings()
    }
  }

  // MARK: Files

  private func files(in path: String, _ isWanted: (String) -> Bool = { _ in true }) throws -> [Entry] {
    let folder = root.appending(path: path)
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path) else { return [] }
    return try names.filter { !$0.hasPrefix(".") && isWanted($0) }.sorted().map { name in
      Entry(name: "\(path)/\(name)", bytes: Array(try Data(contentsOf: folder.appending(path: name))))
    }
  }

  private func packFiles() throws -> [Entry] {
    let isPack = { (name: String) in !name.hasPrefix("S") && !name.contains("seed") && !name.contains("catalogue") }
    return try files(in: "fixtures/famquest") { $0 == "schema.yaml" }
      + ["academy", "library", "workshop"].flatMap { try files(in: "fixtures/packs/\($0)") { $0 == "schema.yaml" } }
      + files(in: "fixtures/packs/broken", isPack) + files(in: "protocol/vectors") { $0 == "pack.yaml" }
  }

  private func famQuestSeed() throws -> [Entry] { try files(in: "fixtures/famquest") { $0 == "seed.yaml" } }

  private var tasks: CollectionNumber {
    ground.famQuest.collection(named: "tasks")?.number ?? CollectionNumber(rawValue: 1)
  }

  /// Scalars of FamQuest's pack and seed.
  private func texts(_ isWanted: (String) -> Bool) throws -> [Entry] {
    var found = Set<String>()
    for file in ["schema.yaml", "seed.yaml"] {
      let text = try FuzzGround.text(root, "fixtures/famquest/\(file)")
      found.formUnion(try YAMLNode.read(text, file: file).scalars.filter(isWanted))
    }
    return found.sorted().map { Entry(name: "fixtures/famquest: \($0)", bytes: Array($0.utf8)) }
  }

  private func foundings() throws -> [Entry] {
    let text = try FuzzGround.text(root, "fixtures/famquest/seed.yaml")
    let bodies: [[String: Any]] = [
      ["app": "famquest", "seed": text, "fresh": true],
      [
        "app": "famquest", "seed": "app: famquest\nhouseholds: []\n", "household": "x", "devices": [[String: String]](),
      ],
      [
        "app": "famquest", "seed": text, "household": RecordID(name: "eva-family").description,
        "devices": [["name": "phone", "member": RecordID(name: "eva").description]],
      ],
    ]
    return try bodies.enumerated().map { number, body in
      let bytes = try JSONSerialization.data(withJSONObject: body, options: [.sortedKeys, .withoutEscapingSlashes])
      return Entry(name: "founding \(number)", bytes: Array(bytes))
    }
  }

  // MARK: Talks

  /// Some of the scenarios: to play one takes a while, and many say the same in other words.
  private func scenarios() throws -> [(name: String, scenario: Scenario)] {
    let files = try files(in: "fixtures/famquest/scenarios").enumerated().filter { $0.offset % 4 == 0 }.map(\.element)
    return files.compactMap { entry in
      let text = String(decoding: entry.bytes, as: UTF8.self)
      let scenario = try? ScenarioLoader.load(
        text, file: entry.name, pack: ground.famQuest, seed: ground.famQuestSeed)
      return scenario.map { (entry.name, $0) }
    }
  }

  private func hubTalks(_ form: WireCodec.Form) throws -> [Entry] {
    let recorder = Recorder(ground, form)
    var entries = [Entry]()
    for (name, scenario) in try scenarios() {
      let said = try recorder.toHub(scenario)
      if entries.isEmpty {
        entries.append(Entry(name: "\(name), from Hello", bytes: [0] + Frames.join([said.hello] + said.frames, form)))
      }
      if !said.frames.isEmpty { entries.append(Entry(name: name, bytes: [1] + Frames.join(said.frames, form))) }
      if form == .binary, entries.count == 2 {
        entries.append(Entry(name: "\(name), deflated", bytes: [1] + Frames.deflated(said.frames)))
      }
    }
    return entries
  }

  private func deviceTalks(_ form: WireCodec.Form) throws -> [Entry] {
    let recorder = Recorder(ground, form)
    var entries = [Entry(name: "a new connection", bytes: [1] + Frames.join(try recorder.welcome(), form))]
    for (name, scenario) in try scenarios() {
      let frames = try recorder.toDevice(recorder.toHub(scenario).frames)
      if !frames.isEmpty { entries.append(Entry(name: name, bytes: [0] + Frames.join(frames, form))) }
      if form == .binary, entries.count == 2 {
        entries.append(Entry(name: "\(name), deflated", bytes: [0] + Frames.deflated(frames)))
      }
    }
    return entries
  }

  // MARK: Written by hand

  private static let webSocketTalks: [Entry] = [
    ("a text", [0, 0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69]),
    ("a binary message in two fragments", [0, 0x02, 0x81, 1, 2, 3, 4, 5, 0x80, 0x81, 1, 2, 3, 4, 6]),
    (
      "a ping between fragments",
      [0, 0x01, 0x81, 0, 0, 0, 0, 0xc3, 0x89, 0x81, 0, 0, 0, 0, 1, 0x80, 0x81, 0, 0, 0, 0, 0xa9]
    ),
    ("a close with a reason", [0, 0x88, 0x84, 0, 0, 0, 0, 0x03, 0xe8, 0x6f, 0x6b]),
    ("to a device", [1, 0x81, 0x02, 0x68, 0x69, 0x89, 0x00, 0x8a, 0x00, 0x88, 0x02, 0x03, 0xe9]),
    ("a length in 16 bits", [0, 0x82, 0xfe, 0, 126, 0, 0, 0, 0] + [UInt8](repeating: 7, count: 126)),
    ("a length in 64 bits", [1, 0x82, 0x7f, 0, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3]),
  ].map { Entry(name: $0.0, bytes: $0.1) }

  private static let settings: [Entry] = [
    "tcp-port: 7171\nhttp-port: 0\nhost: 0.0.0.0\ndata: ./hearth-data\nlog-level: debug\n",
    "connections-max: 1\nframe-bytes: 67108864\npush-window: 65536\nidle-seconds: 86400\nqueue-max: 8192\n",
    "--tcp-port=65535\nHEARTH_HTTP_PORT=1\nHEARTH_DRAIN_SECONDS=3600\n--batch-max=100000\nHEARTH_CONFIG=x\n",
  ].enumerated().map { Entry(name: "settings \($0.offset)", bytes: Array($0.element.utf8)) }
}

extension YAMLNode {
  /// All texts below it.
  fileprivate var scalars: [String] {
    switch content {
    case .scalar(let text, _): [text]
    case .sequence(let elements): elements.flatMap(\.scalars)
    case .mapping(let pairs): pairs.flatMap { [$0.key] + $0.value.scalars }
    }
  }
}
