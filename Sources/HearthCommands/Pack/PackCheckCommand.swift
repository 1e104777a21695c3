package import ArgumentParser
internal import Foundation
internal import HearthConsole
internal import HearthModel
internal import HearthPack

/// `hearth pack check`: all mistakes of a pack, what its rules add up to, and the proof of its sentences.
package struct PackCheckCommand: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Find all mistakes of a pack, rules that cannot be meant, and prove its sentences.",
    discussion: """
      Example: hearth pack check fixtures/famquest
      Every mistake comes with file, line and column; hearth error A101 says more.
      Exit code: 0 no errors, 1 errors (with --strict also warnings), 2 the file cannot be read.
      """)

  @OptionGroup var pack: PackOption
  @Flag(help: "Warnings count as errors.") var strict = false
  @Flag(help: "Check again whenever the file changes, until interrupted.") var watch = false
  @Flag(help: "Print JSON.") var json = false

  package init() {}

  package mutating func run() async throws {
    let output = Output(isJSON: json)
    let file = try PackFile(pack.path)
    var last = try file.text()
    var isGood = try show(last, file, output)
    while watch {
      try await Task.sleep(for: .milliseconds(300))
      // An editor may be half-way through writing: what cannot be read now is read in a moment.
      guard let text = try? file.text(), text != last else { continue }
      last = text
      if !json { output.line() }
      isGood = try show(text, file, output)
    }
    if !isGood { throw ExitCode(1) }
  }

  /// Checks the text once; false when it has errors.
  private func show(_ text: String, _ file: PackFile, _ output: Output) throws -> Bool {
    let report = PackCheckReport(
      text, file: file.name, catalogue: { try? PackLibrary.catalogue(beside: file.url, of: $0) })
    if json { try output.json(report) } else { output.text(PackCheckText(output.terminal).text(report)) }
    return report.errors == 0 && !(strict && report.warnings > 0)
  }
}

/// What `hearth pack check` found; with `--json` as it stands here.
struct PackCheckReport: Encodable {
  let file: String
  let errors: Int
  let warnings: Int
  let findings: [Item]
  let pack: Summary?
  let expect: [Sentence]
  let order: [Order]
  let not_analysed: [String]

  struct Item: Encodable {
    let severity: String
    let code: String
    let file: String
    let line: Int
    let column: Int
    let message: String
  }

  struct Summary: Encodable {
    let name: String
    let version: Int
    let collections: Int
    let fields: Int
    let rules: Int
    let moves: Int
    let effects: Int
  }

  struct Sentence: Encodable {
    let text: String
    let result: String
    let example: String?
  }

  struct Order: Encodable {
    let rule: String
    let label: String
    let reason: String
  }

  /// - Parameter catalogue: the file with the rows of the pack's shared collections, when there is one.
  init(_ text: String, file: String, catalogue: (Pack) -> (file: String, text: String)? = { _ in nil }) {
    self.file = file
    do throws(Diagnostics) {
      let pack = try PackLoader.load(text, file: file)
      if let catalogue = catalogue(pack) {
        _ = try CatalogueLoader.load(catalogue.text, file: catalogue.file, pack: pack)
      }
      let review = try PackReview(pack, text: text, file: file)
      findings = review.findings.map(Item.init)
      self.pack = Summary(pack)
      expect = review.proofs.map(Sentence.init)
      order = OrderReport(pack).lines.map { Order(rule: $0.rule, label: $0.label.rawValue, reason: $0.reason) }
      not_analysed = review.notAnalysed
    } catch {
      findings = error.list.map(Item.init)
      (pack, expect, order, not_analysed) = (nil, [], [], [])
    }
    errors = findings.count { $0.severity == Finding.Severity.error.rawValue }
    warnings = findings.count - errors
  }
}

extension PackCheckReport.Item {
  init(_ diagnostic: Diagnostic) {
    self.init(
      severity: Finding.Severity.error.rawValue, code: diagnostic.code, file: diagnostic.file, line: diagnostic.line,
      column: diagnostic.column, message: diagnostic.message)
  }

  init(_ finding: Finding) {
    self.init(
      severity: finding.code.severity.rawValue, code: finding.code.rawValue, file: finding.file,
      line: finding.mark.line,
      column: finding.mark.column, message: finding.message)
  }
}

extension PackCheckReport.Summary {
  init(_ pack: Pack) {
    let behaviors = pack.collections.map(\.behavior)
    self.init(
      name: pack.name, version: pack.version, collections: pack.collections.count,
      fields: pack.collections.reduce(0) { $0 + $1.fields.count },
      rules: behaviors.reduce(0) { $0 + $1.checks.count + $1.uniques.count + $1.acyclics.count },
      moves: behaviors.reduce(0) { $0 + $1.moves.count }, effects: behaviors.reduce(0) { $0 + $1.effects.count })
  }
}

extension PackCheckReport.Sentence {
  init(_ proof: PackReview.Proof) {
    switch proof.result {
    case .proved: self.init(text: proof.text, result: "proved", example: nil)
    case .refuted(let example): self.init(text: proof.text, result: "refuted", example: example)
    case .open(let reason): self.init(text: proof.text, result: "open", example: reason)
    }
  }
}

/// What `hearth pack check` prints for people.
struct PackCheckText {
  let terminal: Terminal

  init(_ terminal: Terminal) {
    self.terminal = terminal
  }

  func text(_ report: PackCheckReport) -> String {
    var text = ""
    for item in report.findings {
      let severity = terminal.styled(item.severity, item.severity == "error" ? .bad : .warning)
      let place = "\(item.file):\(item.line):\(item.column)"
      text += "\(place): \(severity) \(item.code): \(item.message.printable)\n"
    }
    if let pack = report.pack {
      if !text.isEmpty { text += "\n" }
      text += self.text(pack, report)
    }
    let counts = "\(count(report.errors, "error")), \(count(report.warnings, "warning"))"
    let isGood = report.findings.isEmpty
    return text + terminal.styled(isGood ? "No mistakes found." : "\(counts).", isGood ? .good : .warning) + "\n"
  }

  private func text(_ pack: PackCheckReport.Summary, _ report: PackCheckReport) -> String {
    var text =
      "\(terminal.styled(pack.name, .strong)), version \(pack.version): \(pack.collections) collections, "
      + "\(pack.fields) fields, \(pack.rules) rules, \(pack.moves) moves, \(pack.effects) effects\n\n"
    if !report.expect.isEmpty {
      for sentence in report.expect {
        let style: Terminal.Style = sentence.result == "proved" ? .good : .bad
        text += "\(terminal.styled(sentence.result, style))  \(sentence.text)\n"
      }
      text += "\n"
    }
    if !report.order.isEmpty {
      var table = Table(["rule", "offline", "because"])
      for line in report.order { table.add([line.rule, line.label, line.reason], styles: [.name]) }
      text += table.text(terminal) + "\n"
    }
    for name in report.not_analysed {
      text += "Not analysed, more than \(Situations.max) situations: \(name)\n"
    }
    return text
  }

  private func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
