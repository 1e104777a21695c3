internal import HearthEngine
internal import HearthModel

extension RecordState {
  /// Reads the column `_state`.
  ///
  /// - Throws: `.corrupt` for bytes that are no state of the collection: what the engine relies on is checked here, so
  ///   that a damaged row is a fault of one request and not the end of the process.
  init(column bytes: [UInt8], of table: CollectionTable, _ record: RecordID) throws(StoreFault) {
    let state: RecordState
    do {
      state = try RecordState(encoded: bytes)
    } catch {
      throw .corrupt(table.name, "record \(record)", "\(error)")
    }
    guard state.fits(table.schema) else {
      let expected = "expected a state of \(table.schema.slots.count) slots as the pack has them"
      throw .corrupt(table.name, "record \(record)", expected)
    }
    self = state
  }

  private func fits(_ schema: CollectionSchema) -> Bool {
    slots.count == schema.slots.count && zip(slots, schema.slots).allSatisfy { $0.fits($1) }
  }
}

extension SlotState {
  fileprivate func fits(_ slot: CollectionSchema.Slot) -> Bool {
    switch (self, slot.rule) {
    case (.empty, _), (.counter, .counter), (.extreme, .extreme), (.set, .set), (.document, .json), (.hub, .hub): true
    case (.register(let register), .register):
      !slot.isGroup
        || register.allSatisfy { write in write.value.map { $0.elements?.count == slot.fields.count } ?? true }
    case (.register, _), (.counter, _), (.extreme, _), (.set, _), (.document, _), (.hub, _): false
    }
  }
}

extension StoreFault {
  /// A row that cannot be read.
  static func corrupt(_ table: String, _ row: String, _ reason: String) -> StoreFault {
    let advice = "Keep a copy of the database and restore the last backup; \(devicesHelp)"
    return StoreFault(.corrupt, "The table `\(table)` is damaged at \(row): \(reason). \(advice)")
  }
}
