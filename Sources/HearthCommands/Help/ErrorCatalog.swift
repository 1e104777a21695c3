internal import HearthModel
internal import HearthProtocol

/// Every number that a person can be shown, and what to do about it.
///
/// The switches have no default: a new error does not compile before it has its page (G07).
enum ErrorCatalog {
  struct Page: Encodable {
    let number: String
    let name: String
    let meaning: String
    let remedy: String
    let document: String
  }

  static let pages: [Page] =

    FaultCode.allCases.map(page) + RejectionCode.allCases.map(page) + devicePages + CommandFault.allCases.map(page)
    + filePages

  static func page(_ number: String) -> Page? {
    let wanted = number.uppercased()
    return pages.first { $0.number == wanted || $0.number == "E" + wanted }
  }

  private static func page(_ code: FaultCode) -> Page {
    let (meaning, remedy) = words(code)
    return Page("E\(code.rawValue)", code.name, meaning, remedy)
  }

  private static func page(_ code: RejectionCode) -> Page {
    let (meaning, remedy) = words(code)
    return Page("E\(code.rawValue)", code.name, meaning, remedy)
  }

  private static func page(_ fault: CommandFault) -> Page {
    let (meaning, remedy) = fault.words
    return Page("E\(fault.rawValue)", fault.name, meaning, remedy)
  }

  private static func words(_ code: FaultCode) -> (String, String) {
    switch code {
    case .malformedFrame: ("A frame could not be read.", "Fix the sender; the message says what was expected.")
    case .frameTooLarge: ("A frame is larger than the hub takes.", "Send less in a frame; Welcome tells the limit.")
    case .unsupportedVersion: ("The two ends speak different versions.", "Update the older one.")
    case .unexpectedMessage: ("A message came when it may not.", "Fix the sender; protocol/wire.md has the order.")
    case .helloTimeout: ("No Hello came in time.", "Nothing: the device comes back by itself.")
    case .unauthorized: ("The token opens no household here.", "Pair the device again: hearth household create.")
    case .packMismatch: ("Device and hub have different apps, or versions of one.", "Update the older one.")
    case .replaced: ("Another install with its identity has connected.", "Nothing: it goes on as a new install.")
    case .householdGone: ("The household is deleted or not at this hub.", "Remove the account from the device.")
    case .evicted: ("The member may not come in at present.", "Ask a parent; what was not sent yet is kept.")
    case .gap: ("Change sets are missing before this one.", "Nothing: the device sends them again.")
    case .forked: ("Two installs have used one device's counters.", "Nothing: the device goes on as a new install.")
    case .windowExceeded:
      ("More change sets are on their way than allowed.", "Fix the sender; Welcome tells the window.")
    case .idle: ("The connection was silent for too long.", "Nothing: the device comes back by itself.")
    case .slowReader: ("The device reads more slowly than the hub writes.", "Nothing: it resumes from its cursor.")
    case .overloaded: ("The hub has too much to do.", "Nothing: the device comes back later.")
    case .readOnly: ("The hub's disk is full.", "Make space on the hub; devices keep their changes meanwhile.")
    case .storeFailed: ("The hub's store has failed.", "Look at the hub's log, check its disk, start it again.")
    case .viewChanged: ("What the member may see has changed.", "Nothing: the device comes back and takes it anew.")
    }
  }

  private static func words(_ code: RejectionCode) -> (String, String) {
    switch code {
    case .malformed: ("The change set could not be read.", "Fix the sender; the message says what was expected.")
    case .unknownCollection: ("The pack has no such collection.", "Check the name and the pack's version.")
    case .unknownField: ("The collection has no such field.", "Check the name and the pack's version.")
    case .wrongType: ("A value does not fit its field.", "Give a value of the type and within the limits named.")
    case .required: ("A required field has no value.", "Give it one.")
    case .notWritable: ("The field or record is not the device's to write.", "Leave it out.")
    case .tooLarge: ("The change set is too large.", "Split it.")
    case .inconsistent: ("The change set contradicts itself.", "Write each record and field once, and groups whole.")
    case .keyMismatch: ("The record's id does not follow from its key.", "Leave the id out.")
    case .schemaTooOld: ("The device speaks a shape that the hub does not serve any more.", "Update the app.")
    case .recordUnknown: ("There is no such record in the household.", "Check the id.")
    case .recordExists: ("The record exists already.", "Change it, or create one with another id.")
    case .referenceMissing:
      ("A reference points to no record of the household.", "Create the target first, or in the same change set.")
    case .gone: ("The record, or one it needs, is deleted.", "Restore it first.")
    case .recordGone: ("The record was deleted and is not kept any more.", "Make another one, if it is still wanted.")
    case .alreadySet: ("The field takes one value and has it.", "Nothing: the first value stays.")
    case .alreadyClaimed: ("Somebody else was first.", "Ask the holder, who is named, to release it.")
    case .staleVersion: ("The record changed since the device saw it.", "Look at it again and repeat the edit.")
    case .restricted: ("Another record still points to it.", "Change or delete that one first.")
    case .limitExceeded: ("A number, set or document would leave its limits.", "Write less, or remove something first.")
    case .transitionRefused: ("The field does not go from where it stands to that value.", "Look at it again.")
    case .uniqueViolation: ("Another record has the value already.", "Choose another value.")
    case .checkFailed: ("A rule of the app would not hold.", "Do what the rule asks; it is named.")
    case .insufficientBalance: ("There is not enough left.", "Wait until there is, or take something cheaper.")
    case .cycle: ("References would form a circle.", "Point to another record.")
    case .expired: ("It came too late.", "Nothing: its time is over.")
    case .forbidden: ("The member may not do this.", "Ask somebody who may.")
    case .householdGone: ("The household is deleted.", "Remove the account from the device.")
    case .consentMissing: ("A consent is missing.", "Ask for it, then send the change again.")
    case .suspended: ("The account is suspended.", "Ask a parent.")
    }
  }

  private static let devicePages = [
    Page(
      "E3001", "storage", "The replica's file cannot be used.",
      "Check its folder's space and permissions; a damaged file can be moved away, the hub has the household."),
    Page("E3002", "address", "The address is not one of a hub.", "Write tcp://host:port or ws://host:port."),
    Page(
      "E3003", "timeout", "The hub did not answer in time.",
      "Check that it runs and can be reached: hearth device NAME -c status."),
    Page(
      "E3004", "refused", "What answers at the address is no hub.", "Check the address, the port and the path."),
    Page(
      "E3005", "offline", "Only the hub can answer, and there is no connection to it.",
      "Connect, wait until the device is live, and ask again."),
  ]
}

extension ErrorCatalog.Page {
  /// A number of docs/reference/errors.md.
  fileprivate init(_ number: String, _ name: String, _ meaning: String, _ remedy: String) {
    self.init(
      number: number, name: name, meaning: meaning, remedy: remedy,
      document: "docs/reference/errors.md#\(number.lowercased())")
  }
}
