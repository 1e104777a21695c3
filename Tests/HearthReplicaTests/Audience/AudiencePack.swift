import HearthModel
import HearthPack

/// A pack with every kind of read right: by role, by relation, through a reference, through an id, by the member's own
/// record and the household's, masks that differ, and a collection that nobody reads.
enum AudiencePack {
  static let pack = LabPack.load(text).withRights()

  private static let text = """
    pack: sights
    version: 1
    language: 1
    household: homes
    members: people
    zone: household.zone
    open: true
    roles: { ranked: [parent, child], beside: [helper] }
    collections:
      homes:
        fields:
          zone: zone = UTC
          motto: text(60)?
          is_open: bool = false
      people:
        fields:
          name: text(60)
          role: enum(parent, child, helper)
          is_active: bool = true
          team: text(60)?
          pin: text(60)?
      tasks:
        fields:
          title: text(60), guardian
          assignee: ref people?, setNull
          claimable: bool = false
          price: text(60)?
          diary: text(60)?
          note: text(60)?
          hidden: text(60)?, private
          local: text(60)?, device
          labels: set(text(60), 20) = {}
          extra: json = {}
          taker: text(60)?, claim
      comments:
        fields:
          task: ref tasks, cascade
          text: text(60)
      logs:
        fields:
          context: uuid
          text: text(60)
      letters:
        fields:
          text: text(60)
      journals:
        fields:
          owner: ref people = member, immutable, cascade
          text: text(60)
      plans:
        fields:
          team: text(60)?
          text: text(60)
      notices:
        fields:
          text: text(60)
      walls:
        fields:
          text: text(60)
    """

  /// A household of a parent, two children and a helper.
  static let home: Seed.Household = {
    let text = """
      app: sights
      households:
        - id: home
          records:
            homes: [{ id: home }]
            people:
              - { id: eva, name: Eva, role: parent }
              - { id: noah, name: Noah, role: child }
              - { id: luna, name: Luna, role: child }
              - { id: marie, name: Marie, role: helper }
      """
    do {
      return try SeedLoader.load(text, file: "sights-seed.yaml", pack: pack).households[0]
    } catch {
      preconditionFailure("the seed cannot be read: \(error)")
    }
  }()
}

extension Pack {
  /// The pack with the rights that its text cannot say.
  fileprivate func withRights() -> Pack {
    let make = RightsMaker(pack: self)
    return Pack(
      name: name, version: version, collections: collections.map { make.withRights($0) },
      householdCollection: householdCollection, memberCollection: memberCollection, zoneField: zoneField,
      roleField: roleField,
      roles: Roles(
        ranked: roles.ranked, beside: roles.beside, service: roles.service, groups: roles.groups,
        session: make.own("is_active", is: .bool(true))))
  }
}

private struct RightsMaker {
  let pack: Pack

  func withRights(_ collection: CollectionSchema) -> CollectionSchema {
    guard collection.name != "walls" else { return collection.with(Behavior(access: .open)) }
    let everyone = Grant(to: who("parent", "child", "helper"), fields: FieldSet(collection.fields.map(\.number)))
    return collection.with(
      Behavior(access: Access(read: read(collection), create: [everyone], update: [everyone], delete: [everyone])))
  }

  private func read(_ collection: CollectionSchema) -> [Grant] {
    let all = FieldSet(collection.fields.map(\.number))
    let parent = Grant(to: who("parent"), fields: all)
    let (children, everyone) = (who("child"), who("parent", "child", "helper"))
    func fields(_ names: String...) -> FieldSet { FieldSet(names.map { collection.field(named: $0)!.number }) }
    switch collection.name {
    case "homes": return [parent, Grant(to: everyone, fields: fields("zone", "is_open"))]
    case "people": return [parent, Grant(to: everyone, fields: fields("name", "role", "is_active", "team"))]
    case "tasks":
      let isTheirs = isMember([.field(number(collection, "assignee"))])
      let isOffered = holds(.init(.record, [.field(number(collection, "claimable"))]), .bool(true))
      return [
        parent,
        Grant(
          to: children, condition: isTheirs,
          fields: fields("title", "assignee", "claimable", "price", "note", "hidden", "local", "labels", "extra")),
        Grant(to: children, condition: isOffered, fields: fields("title", "claimable", "note", "taker")),
        Grant(to: who("helper"), condition: isOffered, fields: fields("title", "claimable")),
      ]
    case "comments": return [parent, Grant(to: everyone, condition: reaches(collection, "task"), fields: all)]
    case "logs": return [parent, Grant(to: everyone, condition: reaches(collection, "context"), fields: all)]
    case "letters": return []
    case "journals":
      let owner = Who(name: "owner", roles: nil, relation: isMember([.field(number(collection, "owner"))]))
      return [Grant(to: owner, fields: all)]
    case "plans":
      let team = compare(
        .init(.member, [.field(number(people, "team"))]), .init(.record, [.field(number(collection, "team"))]))
      return [parent, Grant(to: everyone, condition: team, fields: all)]
    default:
      let home = pack.collection(pack.householdCollection)!
      let isOpen = holds(.init(.household, [.field(number(home, "is_open"))]), .bool(true))
      return [parent, Grant(to: everyone, condition: isOpen, fields: all)]
    }
  }

  private var people: CollectionSchema { pack.collection(named: "people")! }

  private func who(_ roles: String...) -> Who { Who(name: roles.joined(), roles: Set(roles), relation: nil) }

  private func number(_ collection: CollectionSchema, _ name: String) -> FieldNumber {
    collection.field(named: name)!.number
  }

  /// `task_id.assignee == member`, or the same through an id.
  private func reaches(_ collection: CollectionSchema, _ reference: String) -> Expression {
    let tasks = pack.collection(named: "tasks")!
    return isMember([
      .field(number(collection, reference)), .follow(tasks.number), .field(number(tasks, "assignee")),
    ])
  }

  func own(_ field: String, is value: Value) -> Expression {
    holds(.init(.member, [.field(number(people, field))]), value)
  }

  private func isMember(_ steps: [Expression.Input.Step]) -> Expression {
    compare(.init(.member), .init(.record, steps))
  }

  private func compare(_ left: Expression.Input, _ right: Expression.Input) -> Expression {
    Expression(nodes: [.input(0), .input(1), .compare(.equal, 0, 1)], inputs: [left, right], text: "", cost: 3)
  }

  private func holds(_ input: Expression.Input, _ value: Value) -> Expression {
    Expression(nodes: [.input(0), .constant(value), .compare(.equal, 0, 1)], inputs: [input], text: "", cost: 3)
  }
}
