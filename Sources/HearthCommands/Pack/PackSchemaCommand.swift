package import ArgumentParser
internal import HearthModel
internal import HearthPack

/// `hearth pack schema`: what editors need to help with packs.
package struct PackSchemaCommand: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "schema", abstract: "Print a JSON Schema of packs, with which editors complete and check them.",
    discussion: """
      Example: hearth pack schema > hearth-pack.schema.json
      Begin a pack with `# yaml-language-server: $schema=hearth-pack.schema.json`; see docs/guides/write-a-pack.md.
      """)

  package init() {}

  package mutating func run() async throws {
    Output(isJSON: true).line(PackVocabulary.schema.json)
  }
}
