import Foundation
import Testing

/// Files and folders that are not as they should be: what is said, and that nothing is left behind.
@Suite(.serialized) struct FilesTests {
  private static let pack = "fixtures/famquest/schema.yaml"

  @Test func `a settings file that is not there`() async throws {
    let run = try await Workplace().hearth("serve", "--config", "hub.yaml")
    #expect(run.status == 2 && run.errors.hasPrefix("E4101 unreadable: `hub.yaml` cannot be read"), "\(run.errors)")
  }

  @Test func `a settings file that is no text`() async throws {
    let place = try Workplace()
    try Data([0xff, 0xfe, 0x00]).write(to: place.folder.appending(path: "hub.yaml"))
    let run = try await place.hearth("serve", "--config", "hub.yaml")
    #expect(run.status == 2 && run.errors.hasPrefix("E4101 unreadable: `hub.yaml`"), "\(run.errors)")
  }

  @Test func `a variable names the settings file`() async throws {
    let place = try Workplace()
    try place.write("tcp-prot: 1\n", to: "hub.yaml")
    let run = try await place.hearth(["serve"], environment: ["HEARTH_CONFIG": "hub.yaml"])
    #expect(run.status == 2 && run.errors.contains("hub.yaml:1:1: `tcp-prot`"), "\(run.errors)")
  }

  @Test func `a data folder below a file`() async throws {
    let place = try Workplace()
    try place.write("", to: "file")
    let run = try await place.hearth("serve", "--data", "file/data")
    #expect(run.status == 2 && run.errors.hasPrefix("E4102 unwritable: The data folder `file/data`"), "\(run.errors)")
  }

  @Test func `a folder without packs`() async throws {
    let run = try await Workplace().hearth("serve", "--packs", "nowhere")
    #expect(run.status == 2 && run.errors.hasPrefix("E4103 noPack: `nowhere` has no pack"), "\(run.errors)")
  }

  @Test func `a wrong pack, with file and line, and no data folder made`() async throws {
    let place = try Workplace()
    let text = try Repository.text(Self.pack)
    let line = text.split(separator: "\n", omittingEmptySubsequences: false).firstIndex { $0.contains("ref users") }!
    try place.write(
      text.replacing("ref users", with: "ref usres", maxReplacements: 1), to: "packs/famquest/schema.yaml")
    let run = try await place.hearth("serve", "--packs", "packs")
    #expect(run.status == 2)
    #expect(run.errors.hasPrefix("packs/famquest/schema.yaml:\(line + 1):"), "\(run.errors)")
    #expect(run.errors.contains("error P104: `usres` is no collection of this pack. Did you mean `users`?"))
    #expect(!FileManager.default.fileExists(atPath: place.folder.appending(path: "hearth-data").path))
  }

  @Test func `a database that is none`() async throws {
    let place = try Workplace()
    try place.write("not a database, whatever it is called", to: "hearth-data/hearth.db")
    let run = try await place.hearth("serve", "--tcp-port", "0", "--http-port", "0")
    #expect(run.status == 2 && run.errors.hasPrefix("E4205 storeClosed: "), "\(run.errors)")
  }

  @Test func `an output that nobody reads ends the command quietly`() async throws {
    let place = try Workplace()
    _ = try await place.serve()
    // A client of the hub ignores SIGPIPE, so it has to see for itself that the reader has gone.
    let run = try await place.shell("hearth household list | true; echo ${PIPESTATUS[0]}")
    #expect(run.output == "141\n" && run.errors.isEmpty, "\(run.output)\(run.errors)")
  }

  @Test func `an output that is full is said`() async throws {
    guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
    let run = try await Workplace().shell("hearth error > /dev/full")
    #expect(run.status == 2)
    #expect(run.errors == "E4102 unwritable: Standard output cannot be written: No space left on device.\n")
    let closed = try await Workplace().shell("hearth error >&-")
    #expect(closed.status == 2 && closed.errors.hasPrefix("E4102 unwritable: Standard output"), "\(closed.errors)")
  }

  @Test func `a device without a credential`() async throws {
    let run = try await Workplace().hearth("device", "nobody")
    #expect(run.status == 2)
    #expect(run.errors.hasPrefix("E4104 noCredential: `hearth-devices` has no credential of `nobody`. Make some"))
  }

  @Test func `a credential that is none`() async throws {
    let place = try Workplace()
    try place.write("{}", to: "hearth-devices/noah.json")
    let run = try await place.hearth("device", "noah")
    #expect(
      run.status == 2 && run.errors.hasPrefix("E4105 wrongCredential: `hearth-devices/noah.json`"), "\(run.errors)")
  }

  @Test(arguments: ["../etc/passwd", "a/b", ""]) func `a device is no path`(_ name: String) async throws {
    let run = try await Workplace().hearth("device", name)
    #expect(run.status == 2 && run.errors.hasPrefix("E4104 noCredential"), "\(run.errors)")
  }

  @Test func `a demo does not clear a folder of others`() async throws {
    let place = try Workplace()
    try place.write("mine", to: "stuff/letter.txt")
    let run = try await place.hearth("demo", "--folder", "stuff")
    #expect(run.status == 2 && run.errors.hasPrefix("E4108 notEmpty: `stuff` holds other files."), "\(run.errors)")
    #expect(try place.text("stuff/letter.txt") == "mine")
  }

  @Test func `an empty file with the name of the demo's folder stays`() async throws {
    let place = try Workplace()
    try place.write("", to: "hearth-demo")
    let run = try await place.hearth("demo")
    #expect(run.status == 2, "\(run.errors)")
    #expect(try place.text("hearth-demo").isEmpty)
  }
}
