import ArgumentParser
import HearthDevice
import HearthModel
import Testing

@testable import HearthCommands

/// What the program makes of an error that ends it: a number, and an exit code (G07, G18).
@Suite struct FailureTests {
  private struct Odd: Error {}

  @Test func `an error that nobody foresaw is Hearth's own, and ends with 99`() throws {
    let failure = try #require(HearthCommand.failure(Odd()))
    #expect(failure.exitCode == 99 && failure.text == "E4999 own: Odd()")
  }

  @Test func `an exit code alone says nothing`() {
    #expect(HearthCommand.failure(ExitCode(1)) == nil)
    #expect(HearthCommand.failure(CleanExit.helpRequest()) == nil)
  }

  @Test func `a wrong value on the command line is one of usage`() throws {
    let failure = try #require(HearthCommand.failure(ValidationError("Not so.")))
    #expect(failure.exitCode == 64 && failure.text.hasPrefix("E4001 usage: Not so."), "\(failure.text)")
  }

  @Test func `errors of the device library keep their numbers`() throws {
    let failure = try #require(HearthCommand.failure(DeviceError(.timeout, "Too late.")))
    #expect(failure.number == "E3003" && failure.exitCode == 2 && failure.text == "E3003: Too late.")
    let rejection = try #require(HearthCommand.failure(Rejection(.gone, message: "It is deleted.")))
    #expect(rejection.number == "E2104" && rejection.name == "gone" && rejection.exitCode == 1)
    #expect(rejection.text == "E2104 gone: It is deleted.")
  }

  @Test func `a text with its numbers in its lines keeps them`() {
    let text = "a.yaml:1:1: error P001: x\na.yaml:2:1: error P003: y"
    let failure = CommandFailure(numbered: text, exitCode: 2)
    #expect(failure.number == nil && failure.text == text)
  }

  @Test(arguments: CommandFault.allCases) func `each fault has a number of its own, and words`(_ fault: CommandFault) {
    #expect((4001...4999).contains(fault.rawValue))
    #expect(ErrorCatalog.page("E\(fault.rawValue)")?.name == fault.name)
    #expect(CommandFailure(fault, "x").text == "E\(fault.rawValue) \(fault.name): x")
  }
}
