package import Foundation

/// A C program of `loadtest/reference`, compiled when it is first needed and whenever its source changes.
package struct CProgram: Sendable {
  private let source: URL
  private let options: [String]
  private let libraries: [String]
  private let compiler: String

  private init(_ source: URL, _ options: [String], _ libraries: [String], compiler: String) {
    self.source = source
    self.options = ["-std=c11", "-O2", "-Wall", "-Wextra", "-Werror"] + options
    self.libraries = libraries
    self.compiler = compiler
  }

  /// The reference hub.
  package static func referenceHub(in folder: URL, compiler: String = "cc") -> CProgram {
    CProgram(folder.appending(path: "reference-hub.c"), ["-pthread"], ["-lsqlite3"], compiler: compiler)
  }

  /// What makes syncs slow, to be preloaded.
  package static func slowSync(in folder: URL, compiler: String = "cc") -> CProgram {
    CProgram(folder.appending(path: "slow-sync.c"), ["-shared", "-fPIC"], ["-ldl"], compiler: compiler)
  }

  /// What Debian's packages are called.
  package static let installation = "apt install gcc libc6-dev libsqlite3-dev"

  /// The compiled program.
  ///
  /// - Parameter cache: made when it is missing.
  /// - Throws: ``LoadFault`` that says what to install.
  package func built(in cache: URL) throws -> URL {
    guard let text = FileManager.default.contents(atPath: source.path) else {
      throw LoadFault("There is no `\(source.path)`. Name the folder of the C programs with --reference.")
    }
    let name = source.deletingPathExtension().lastPathComponent
    let words = options + libraries + [compiler]
    let key = Self.hash(text + Data(words.joined(separator: " ").utf8))
    let result = cache.appending(path: "\(name)-\(String(key, radix: 16))")
    guard !FileManager.default.isExecutableFile(atPath: result.path) else { return result }
    guard let program = SearchPath().program(compiler) else {
      throw LoadFault("There is no C compiler `\(compiler)`. On Debian: \(Self.installation)")
    }
    try FileManager.default.createDirectory(at: cache, withIntermediateDirectories: true)
    try compile(with: program, to: result)
    return result
  }

  /// Under another name first: who looks meanwhile finds nothing, or all of it.
  private func compile(with program: URL, to result: URL) throws {
    let draft = result.appendingPathExtension(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: draft) }
    let arguments = options + ["-o", draft.path, source.path] + libraries
    let (status, output) = try Self.run(program, arguments)
    guard status == 0 else {
      throw LoadFault(
        "`\(source.lastPathComponent)` cannot be compiled. On Debian: \(Self.installation)\n\(output.suffix(1000))")
    }
    try? FileManager.default.removeItem(at: result)
    try FileManager.default.moveItem(at: draft, to: result)
  }

  private static func run(_ program: URL, _ arguments: [String]) throws -> (status: Int32, output: String) {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = program
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = (try? pipe.fileHandleForReading.readToEnd()).flatMap { $0 } ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }

  /// FNV-1a: tells one text of the source from the next, no more.
  private static func hash(_ bytes: Data) -> UInt64 {
    bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0100_0000_01b3 }
  }

  /// Where compiled programs are kept: `hearth-loadtest` in the caches of whoever runs it.
  package static var cache: URL {
    let caches = FileManager.default.urls(for: .cachesDirectory, in: .userDomainMask).first
    return (caches ?? FileManager.default.temporaryDirectory).appending(path: "hearth-loadtest")
  }
}

/// Where programs are looked for.
struct SearchPath {
  private let folders: [URL]

  /// - Parameter first: a folder to look into before those of `PATH`.
  init(first: URL? = nil) {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    folders = (first.map { [$0] } ?? []) + path.split(separator: ":").map { URL(filePath: String($0)) }
  }

  /// - Parameter name: a name, or a path with a `/`, which is taken as it is.
  func program(_ name: String) -> URL? {
    let candidates = name.contains("/") ? [URL(filePath: name)] : folders.map { $0.appending(path: name) }
    return candidates.first { FileManager.default.isExecutableFile(atPath: $0.path) }
  }
}
