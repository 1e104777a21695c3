import Foundation
import HearthEngine
import HearthMemory
import HearthPack
import HearthServer
import HearthTesting
import Testing

@Suite("Answers to founding")
struct FoundingAnswerTests {
  private static let pack = """
    pack: tiny
    version: 1
    language: 1
    open: true
    household: homes
    members: people
    zone: household.zone
    roles:
      ranked: [parent]
    collections:
      homes: { fields: { zone: zone = UTC } }
      people: { fields: { role: enum(parent) } }
    """

  private func answer(_ body: String) throws -> (status: UInt, error: String?) {
    let pack = try PackLoader.load(Self.pack, file: "schema.yaml")
    let administration = Administration(engine: Engine(packs: ["tiny": pack]) { _, _ in nil })
    let answer = administration.reply(toFounding: Array(body.utf8), in: MemoryStore())
    let json = try JSONSerialization.jsonObject(with: Data(answer.body.utf8)) as? [String: Any]
    return (answer.status, json?["error"] as? String)
  }

  @Test func `a seed with two mistakes is answered with JSON that names both`() throws {
    let answer = try answer(#"{ "app": "tiny", "seed": "app: tony\nhouseholds: {}\n" }"#)
    #expect(answer.status == 422)
    #expect(answer.error?.contains("S101") == true && answer.error?.contains("P005") == true)
  }

  @Test func `a name with a control character is answered with JSON`() throws {
    let answer = try answer(#"{ "app": "t\u0000\u001b\"\\", "seed": "" }"#)
    #expect(answer.status == 422)
    #expect(answer.error?.contains("no pack") == true)
  }
}
