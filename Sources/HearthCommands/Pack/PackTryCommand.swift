package import ArgumentParser
internal import Foundation
internal import HearthConsole
internal import HearthModel
internal import HearthPack

/// `hearth pack try`: one change judged without a hub.
package struct PackTryCommand: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "try", abstract: "Judge one change to one record, and show the value of every part of every rule.",
    discussion: """
      Example: hearth pack try fixtures/famquest/trials/finish-without-photo.yaml
      The file says who (`member`), the `record` before, and the `change`; see docs/guides/write-a-pack.md.
      Exit code: 0 accepted, 1 refused or for the hub to decide, 2 a file cannot be read.
      """)

  @Argument(help: "The file of the trial.") var file: String
  @Option(help: "Folder or file of the pack; else the file's own `pack:`, else the folder above.") var pack: String?
  @Flag(help: "Show the questions without the parts of their expressions.") var brief = false
  @Flag(help: "Print JSON.") var json = false

  package init() {}

  package mutating func run() async throws {
    let output = Output(isJSON: json)
    let url = URL(filePath: file)
    let text = try PackLibrary.read(url)
    let report: TrialReport
    let trial: Trial
    do {
      let pack = try packFile(text, url).load()
      let now = Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
      trial = try Trial.load(text, file: url.relativeToHere, pack: pack, now: now)
      report = try TrialJudge.judge(trial, dayInZone: ZoneCalendar.day)
    } catch let diagnostics as Diagnostics {
      throw CommandFailure(diagnostics)
    }
    if json {
      try output.json(TrialDocument(trial, report))
    } else {
      output.text(TrialText(output.terminal, isBrief: brief).text(trial, report))
    }
    if report.answer != .accepted { throw ExitCode(1) }
  }

  /// The pack that the command or the file names, or the one in the folder of the file or above it.
  private func packFile(_ text: String, _ url: URL) throws -> PackFile {
    if let pack { return try PackFile(pack) }
    let folder = url.deletingLastPathComponent()
    if let path = try Trial.packPath(text, file: url.relativeToHere) {
      return try PackFile(path.hasPrefix("/") ? path : folder.appending(path: path).path)
    }
    for folder in [folder, folder.appending(path: "..").standardizedFileURL] {
      let file = folder.appending(path: "schema.yaml")
      if FileManager.default.fileExists(atPath: file.path) { return try PackFile(file.path) }
    }
    return try PackFile(nil)
  }
}

/// What `hearth pack try` prints for people.
struct TrialText {
  let terminal: Terminal
  let isBrief: Bool

  init(_ terminal: Terminal, isBrief: Bool) {
    self.terminal = terminal
    self.isBrief = isBrief
  }

  func text(_ trial: Trial, _ report: TrialReport) -> String {
    var text = terminal.styled(Self.title(trial), .strong) + "\n\n"
    for line in report.lines {
      text += self.line(line)
      if !isBrief { for step in line.steps { text += parts(of: step, depth: 1) } }
    }
    return text + "\n" + answer(report.answer) + "\n"
  }

  static func title(_ trial: Trial) -> String {
    let verb =
      switch trial.kind {
      case .create: "creates"
      case .update: "updates"
      case .delete: "deletes"
      case .restore: "restores"
      }
    let name = { (id: RecordID) in trial.names[id] ?? id.description }
    let fields = trial.edits.compactMap { trial.collection.field($0.field)?.name }
    var known = Set<String>()
    let list = fields.filter { known.insert($0).inserted }.joined(separator: ", ")
    return "\(name(trial.member.id)) (\(trial.role)) \(verb) \(trial.collection.name)/\(name(trial.id))"
      + (list.isEmpty ? "" : ": \(list)")
  }

  private func line(_ line: TrialReport.Line) -> String {
    let isQuestion: Bool
    switch line.kind {
    case .session, .shape, .sight, .grant, .move, .by, .need, .check, .effect: isQuestion = true
    case .sets, .later, .writes: isQuestion = false
    }
    let (mark, style): (String, Terminal.Style) =
      switch line.holds {
      case true?: ("yes", .good)
      case false?: ("no ", .bad)
      case nil: (isQuestion ? " ? " : "   ", .warning)
      }
    let kind = line.kind.rawValue.padding(toLength: 8, withPad: " ", startingAt: 0)
    let text = line.text.isEmpty ? line.name : "\(line.name): \(line.text)"
    return "\(terminal.styled(mark, style)) \(terminal.styled(kind, .quiet)) \(text.printable)\n"
  }

  /// The parts of an expression, each on a line with its value.
  private func parts(of step: TrialReport.Step, depth: Int) -> String {
    var text = ""
    for part in step.parts {
      let value = part.isAsked ? part.value ?? "the hub decides" : "not needed"
      let line = "\(part.text) -> \(value)".printable
      text += String(repeating: " ", count: 13 + 2 * (depth - 1)) + terminal.styled(line, .quiet) + "\n"
      text += parts(of: part, depth: depth + 1)
    }
    return text
  }

  private func answer(_ answer: TrialReport.Answer) -> String {
    switch answer {
    case .accepted: return terminal.styled("Accepted.", .good)
    case .undecided(let questions):
      return terminal.styled("The hub decides", .warning)
        + ": the file does not say enough for \(questions.joined(separator: ", "))."
    case .refused(let code, let rule, let message, let failed):
      let place = rule.map { " by \($0)" } ?? ""
      let needs = failed.isEmpty ? "" : " Not met: \(failed.joined(separator: ", "))."
      return terminal.styled("Refused", .bad) + "\(place), E\(code.rawValue) \(code.name): \(message)\(needs)"
    }
  }
}

/// What `hearth pack try --json` prints.
struct TrialDocument: Encodable {
  let change: String
  let accepted: Bool?
  let refusal: Refusal?
  let undecided: [String]?
  let lines: [Line]

  struct Refusal: Encodable {
    let number: String
    let code: String
    let rule: String?
    let message: String
    let failed: [String]
  }

  struct Line: Encodable {
    let kind: String
    let name: String
    let text: String
    let holds: Bool?
    let parts: [Part]
  }

  struct Part: Encodable {
    let text: String
    let value: String?
    let asked: Bool
    let parts: [Part]

    init(_ step: TrialReport.Step) {
      (text, value, asked, parts) = (step.text, step.value, step.isAsked, step.parts.map(Part.init))
    }
  }

  init(_ trial: Trial, _ report: TrialReport) {
    change = TrialText.title(trial)
    lines = report.lines.map {
      Line(kind: $0.kind.rawValue, name: $0.name, text: $0.text, holds: $0.holds, parts: $0.steps.map(Part.init))
    }
    switch report.answer {
    case .accepted: (accepted, refusal, undecided) = (true, nil, nil)
    case .undecided(let questions): (accepted, refusal, undecided) = (nil, nil, questions)
    case .refused(let code, let rule, let message, let failed):
      (accepted, undecided) = (false, nil)
      refusal = Refusal(
        number: "E\(code.rawValue)", code: code.name, rule: rule, message: message, failed: failed)
    }
  }
}
