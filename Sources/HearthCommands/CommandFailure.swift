internal import HearthPack

/// What keeps a command from doing what it was asked; the number is the one in `hearth help E<number>`.
enum CommandFault: Int, CaseIterable {
  // The command line.
  case usage = 4001
  case settings = 4002
  case unknownNumber = 4003
  // Files and folders.
  case unreadable = 4101
  case unwritable = 4102
  case noPack = 4103
  case noCredential = 4104
  case wrongCredential = 4105
  case noScenario = 4106
  case misplaced = 4107
  case notEmpty = 4108
  // The hub.
  case noHub = 4201
  case noAdminToken = 4202
  case refused = 4203
  case cannotListen = 4204
  case storeClosed = 4205
  case storeFailed = 4206
  case stillEnding = 4207
  case demo = 4208
  // What is typed at a device.
  case unknownCommand = 4301
  case wordsMissing = 4302
  case unknownCollection = 4303
  case unknownField = 4304
  case wrongValue = 4305
  case unknownRecord = 4306
  case wrongName = 4307
  case noSuchValue = 4308
  case quoting = 4309
  // Hearth itself.
  case own = 4999

  var name: String { String(describing: self) }

  /// What the process ends with (docs/reference/command-line.md).
  var exitCode: Int32 {
    switch self {
    case .usage: 64
    case .noScenario: 3
    case .storeFailed: 70
    case .own: 99
    case .settings, .unreadable, .unwritable, .noPack, .noCredential, .wrongCredential, .misplaced, .notEmpty, .noHub,
      .noAdminToken, .cannotListen, .storeClosed:
      2
    case .unknownNumber, .refused, .stillEnding, .demo, .unknownCommand, .wordsMissing, .unknownCollection,
      .unknownField, .wrongValue, .unknownRecord, .wrongName, .noSuchValue, .quoting:
      1
    }
  }
}

/// A command that could not do what it was asked: what was expected, what came, what to do.
struct CommandFailure: Error {
  /// As `E4201`; nil when the message has its numbers in its lines.
  let number: String?
  /// As `noHub`; those of the device library have none.
  let name: String?
  let message: String
  let exitCode: Int32

  init(_ fault: CommandFault, _ message: String) {
    number = "E\(fault.rawValue)"
    name = fault.name
    self.message = message
    exitCode = fault.exitCode
  }

  /// Mistakes in a file, each with its place and number.
  init(_ diagnostics: Diagnostics) {
    self.init(numbered: diagnostics.description, exitCode: 2)
  }

  /// A line of a script that failed.
  init(_ place: String, _ text: String) {
    self.init(numbered: "\(place): \(text)", exitCode: 1)
  }

  /// A text that has its numbers in it.
  init(numbered message: String, exitCode: Int32) {
    let parts = message.firstMatch(of: /\A(E[0-9]{4})(?:\ ([A-Za-z]+))?:\ /)
    number = parts.map { String($0.output.1) }
    name = parts?.output.2.map(String.init)
    self.message = parts.map { String(message[$0.range.upperBound...]) } ?? message
    self.exitCode = exitCode
  }

  /// The message behind its number.
  var text: String {
    guard let number else { return message }
    return "\(([number, name] as [String?]).compactMap { $0 }.joined(separator: " ")): \(message)"
  }
}

extension CommandFault {
  /// What it means, and what to do.
  var words: (meaning: String, remedy: String) {
    switch self {
    case .usage: ("The command line cannot be read.", "The message says what was expected; --help shows an example.")
    case .settings:
      ("A setting has a wrong value or name.", "Correct it where the message says; --show-settings helps.")
    case .unknownNumber: ("There is no error of this number.", "hearth error lists all.")
    case .unreadable: ("A file cannot be read.", "Check its name, its permissions, and that it is UTF-8 text.")
    case .unwritable: ("A file or folder cannot be written.", "Check the folder's permissions and its disk.")
    case .noPack: ("The folder has no such pack.", "Name the folder that holds <app>/schema.yaml with --packs.")
    case .noCredential: ("There is no credential of this device.", "hearth household create makes one for each device.")
    case .wrongCredential: ("The credential's file cannot be used.", "Make a new one: hearth household create --fresh.")
    case .noScenario: ("There is no scenario to run.", "Name a file, or a folder with *.yaml in `scenarios/`.")
    case .misplaced: ("The scenario has no pack or seed beside it.", "Put it into <app>/scenarios/.")
    case .notEmpty: ("The folder holds files that are not the demo's.", "Name another folder with --folder.")
    case .noHub: ("No hub answers.", "Start one with hearth serve, or name another with --hub or --data.")
    case .noAdminToken: ("The hub's admin token is not known.", "Give --admin-token, or the hub's folder with --data.")
    case .refused: ("The hub refused what was asked.", "The message has the hub's reason.")
    case .cannotListen: ("The hub cannot listen on its ports.", "Stop who uses them, or take others: --tcp-port 0.")
    case .storeClosed: ("The hub's database cannot be used.", "The message says why, and what to do about it.")
    case .storeFailed:
      ("The disk failed under a running hub, which ended to be safe.", "Check the disk, then start the hub again.")
    case .stillEnding: ("The hub has not ended yet.", "Ask again; --drain-seconds says how long devices have to leave.")
    case .demo: ("The demo could not be played.", "The message says which scene failed; hub.log has the hub's log.")
    case .unknownCommand: ("There is no such command at a device.", "Type help for all of them.")
    case .wordsMissing: ("Words of a command are missing, or too many.", "The message shows the form.")
    case .unknownCollection: ("The pack has no such collection.", "show lists all; the nearest right name is told.")
    case .unknownField: ("The collection has no such field.", "show COLLECTION/ID lists all of a record.")
    case .wrongValue: ("A value does not fit its field.", "Give a value of the type that the message names.")
    case .unknownRecord:
      ("The device knows no such record.", "show COLLECTION lists all; a device sees what it may see.")
    case .wrongName: ("This is no name of a record.", "A UUID, its first digits, or a name as dishes.")
    case .noSuchValue: ("The field has no such losing value.", "explain COLLECTION/ID field numbers them.")
    case .quoting: ("A line cannot be split into words.", "Close the quote, or put a backslash before it.")
    case .own: ("Hearth itself made a mistake.", "Please report the command and this message.")
    }
  }
}
