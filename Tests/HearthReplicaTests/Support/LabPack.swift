import Foundation
import HearthModel
import HearthPack

/// Packs for tests, small enough to know by heart.
enum LabPack {
  /// One field for each merge rule, each kind of default and each mark, and one collection for each delete policy.
  static let everything = load(
    """
    pack: lab
    version: 1
    language: 1
    open: true
    household: homes
    members: people
    zone: household.zone
    roles: { ranked: [parent, child] }
    types:
      Rungs:
        '*':
          best: int(0..1000), max
          begun_by: text(30), first
    traits:
      stamped:
        fields:
          made_at: time, stamp created
          changed_at: time, stamp changed
          version: int, version
    collections:
      homes:
        fields:
          name: text(50) = home
          zone: zone = UTC
      people:
        fields:
          name: text(50)
          role: enum(parent, child)
      things:
        use: [stamped]
        fields:
          title: text(1..20), guardian
          note: text(20)?
          owner: ref people? = member, setNull
          home: ref homes = household, immutable, cascade
          born: date = today
          at: time = now
          count: int(-1000000..1000000) = 0, counter
          money: decimal(9,2) = 1.50, counter
          high: int(0..1000)?, max
          low: date?, min
          tags: set(text(10), 4) = {}
          friends: set(ref people, 5) = {}, guardian, setNull
          parent: ref things?, cascade
          peer: ref things?, setNull
          starts: time?, group when
          ends: time?, group when
          all_day: bool = false, group when
          held_by: ref people?, claim, group claim, setNull
          held_at: time?, claim, group claim
          first_by: ref people?, first
          extra: json = {}
          state: enum(open, doing, done) = open, precedence done > doing > open
          place: text(30) = m, order
          secret: text(30)?, private
          local: text(30)?, device
          inner: int = 7, system
          ladder: json(Rungs) = {}
      # Nothing that the hub writes, so that an outcome may say nothing at all.
      plain:
        deletes: editWins
        fields:
          text: text(20)?
          count: int = 0, counter
          tags: set(text(10), 4) = {}
          extra: json = {}
      ranked:
        deletes: guardian
        fields:
          text: text(20)?, guardian
      strict:
        strict: true
        fields:
          text: text(20)?
          count: int = 0, counter
      logs:
        append: true
        use: [stamped]
        fields:
          thing: ref things, immutable, cascade
          what: enum(made, done), immutable
      badges:
        use: [stamped]
        key: [person, code]
        fields:
          person: ref people, immutable, cascade
          code: slug(10), immutable
          at: time = now, min
          note: text(20)?
          by: ref people? = member, setNull
      boxes:
        fields:
          name: text(20)
      lids:
        fields:
          box: ref boxes, restrict
    """)

  /// One counter, and nothing at all that could be refused: the sum says exactly which change sets are in it.
  static let counter = load(
    """
    pack: tally
    version: 1
    language: 1
    open: true
    household: homes
    members: people
    zone: household.zone
    roles: { ranked: [parent, child] }
    collections:
      homes:
        fields:
          zone: zone = UTC
      people:
        fields:
          role: enum(parent, child)
      tallies:
        fields:
          count: int = 0, counter
    """)

  static let famquest: (pack: Pack, seed: Seed) = {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appending(path: "fixtures/famquest")
    do {
      let text = { (name: String) in try String(contentsOf: folder.appending(path: name), encoding: .utf8) }
      let pack = try PackLoader.load(text("schema.yaml"), file: "schema.yaml").withoutRules
      return (pack, try SeedLoader.load(text("seed.yaml"), file: "seed.yaml", pack: pack))
    } catch {
      preconditionFailure("the fixture cannot be read: \(error)")
    }
  }()

  static func load(_ text: String) -> Pack {
    do {
      return try PackLoader.load(text, file: "lab.yaml")
    } catch {
      preconditionFailure("the pack cannot be read: \(error)")
    }
  }

  /// A household of a parent and a child, with what the tests build on.
  static func home(_ pack: Pack) -> Seed.Household {
    let records =
      pack.name == "lab"
      ? """
            homes: [{ id: home, name: Home }]
            people:
              - { id: eva, name: Eva, role: parent }
              - { id: noah, name: Noah, role: child }
            things: [{ id: chair, title: Chair }, { id: table, title: Table, parent: chair }]
            plain: [{ id: pin, text: pin }]
            boxes: [{ id: box, name: Box }]
      """
      : """
            homes: [{ id: home }]
            people: [{ id: eva, role: parent }, { id: noah, role: child }]
            tallies: [{ id: apples, count: 0 }, { id: pears, count: 0 }]
      """
    let text = "app: \(pack.name)\nhouseholds:\n  - id: home\n    records:\n\(records)"
    do {
      return try SeedLoader.load(text, file: "lab-seed.yaml", pack: pack).households[0]
    } catch {
      preconditionFailure("the seed cannot be read: \(error)")
    }
  }
}
