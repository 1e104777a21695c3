import HearthModel

extension CollectionSchema {
  /// A collection of fields that each merge alone, numbered from 1.
  static func of(
    _ fields: [(name: String, type: FieldType, rule: MergeRule)], deletes: DeletePolicy = .deleteWins,
    defaultValue: Field.DefaultValue? = nil, onDelete: Field.ReferencePolicy? = nil
  ) -> CollectionSchema {
    let numbered = fields.enumerated().map { (place: $0.offset, field: $0.element) }
    return CollectionSchema(
      number: CollectionNumber(rawValue: 1), name: "things",
      fields: numbered.map { place, field in
        Field.of(place + 1, field.name, field.type, slot: place, defaultValue: defaultValue, onDelete: onDelete)
      },
      slots: numbered.map { place, field in
        Slot(name: field.name, fields: [FieldNumber(rawValue: UInt16(place + 1))], rule: field.rule, isGroup: false)
      },
      deletes: deletes, isAppendOnly: false, isStrict: false, key: [], indexes: [])
  }

  /// A collection with one field, `f`.
  static func of(
    _ rule: MergeRule, _ type: FieldType = .anyText, deletes: DeletePolicy = .deleteWins,
    defaultValue: Field.DefaultValue? = nil, onDelete: Field.ReferencePolicy? = nil
  ) -> CollectionSchema {
    of([("f", type, rule)], deletes: deletes, defaultValue: defaultValue, onDelete: onDelete)
  }

  /// A collection with one group of two text fields.
  static func group(_ rule: RegisterRule) -> CollectionSchema {
    let fields = [Field.of(1, "left", .anyText, slot: 0), Field.of(2, "right", .anyText, slot: 0, place: 1)]
    let slot = Slot(name: "pair", fields: fields.map(\.number), rule: .register(rule), isGroup: true)
    return CollectionSchema(
      number: CollectionNumber(rawValue: 1), name: "things", fields: fields, slots: [slot], deletes: .deleteWins,
      isAppendOnly: false, isStrict: false, key: [], indexes: [])
  }

  /// The same collection under another delete policy.
  func with(_ deletes: DeletePolicy) -> CollectionSchema {
    CollectionSchema(
      number: number, name: name, fields: fields, slots: slots, deletes: deletes, isAppendOnly: isAppendOnly,
      isStrict: isStrict, key: key, indexes: indexes)
  }
}

extension Field {
  /// A nullable field.
  static func of(
    _ number: UInt16, _ name: String, _ type: FieldType, slot: Int, place: Int = 0, defaultValue: DefaultValue? = nil,
    onDelete: ReferencePolicy? = nil
  ) -> Field {
    Field(
      number: FieldNumber(rawValue: number), name: name, type: type, isNullable: type != .json(nil),
      defaultValue: defaultValue,
      slot: slot, place: place, marks: [], onDelete: onDelete, isHubWritten: false)
  }

  fileprivate static func of(
    _ number: Int, _ name: String, _ type: FieldType, slot: Int, defaultValue: DefaultValue?,
    onDelete: ReferencePolicy?
  ) -> Field {
    of(UInt16(number), name, type, slot: slot, place: 0, defaultValue: defaultValue, onDelete: onDelete)
  }
}

extension FieldType {
  static let anyText = FieldType.text(.plain, length: 0...10_000)
  static let anyInt = FieldType.int(.min ... .max)
  static let textSet = FieldType.set(.anyText, maximum: 100)
  static let object = FieldType.json(nil)
}
