internal import HearthModel
internal import HearthProtocol
internal import SwiftProtobuf

/// Writes Updates and CatchUp in binary frames without the library's messages in between: of these a hub writes one for
/// every device that is told of a change set, and the library's passes over a tree of objects cost more than the merge
/// (docs/performance.md).
///
/// What is rare in them, a rejection, the library encodes.
struct RecordEncoder {
  let names: WireNames

  /// A frame of Updates.
  ///
  /// - Throws: what the library throws.
  func frame(_ updates: [Update]) throws -> [UInt8] {
    var writer = ProtobufWriter(capacity: 256)
    try writer.message(5) { frame in
      for update in updates {
        try frame.message(1) { message in
          switch update {
          case .patch(let patch): try message.message(1) { try write(patch, to: &$0) }
          case .outcome(let outcome): try message.message(2) { try write(outcome, to: &$0) }
          }
        }
      }
    }
    return writer.bytes
  }

  /// A frame of CatchUp.
  ///
  /// - Throws: what the library throws.
  func frame(_ records: [RecordPatch], forget: [UInt64], through: Revision) throws -> [UInt8] {
    var writer = ProtobufWriter(capacity: 64 + records.count * 256)
    try writer.message(3) { frame in
      for record in records { try frame.message(1) { try write(record, to: &$0) } }
      frame.number(2, through.rawValue)
      frame.packed(3, fixed: forget)
    }
    return writer.bytes
  }

  private func write(_ patch: Patch, to writer: inout ProtobufWriter) throws {
    writer.number(1, patch.revision.rawValue)
    if patch.dot.counter > 0 { writer.message(2) { write(patch.dot, to: &$0) } }
    writer.signed(3, patch.at.milliseconds)
    for record in patch.records { try writer.message(4) { try write(record, to: &$0) } }
  }

  private func write(_ outcome: Outcome, to writer: inout ProtobufWriter) throws {
    writer.number(1, outcome.counter)
    writer.number(2, outcome.revision.rawValue)
    writer.signed(3, outcome.at.milliseconds)
    switch outcome.verdict {
    case .accepted: break
    case .merged(let decisions):
      writer.number(4, UInt64(Hearth_V1_Outcome.Verdict.merged.rawValue))
      for decision in decisions { writer.message(5) { write(decision, to: &$0) } }
    case .rejected(let rejection):
      writer.number(4, UInt64(Hearth_V1_Outcome.Verdict.rejected.rawValue))
      writer.always(6, bytes: try names.rejection(rejection).serializedBytes())
    }
    for record in outcome.records { try writer.message(7) { try write(record, to: &$0) } }
  }

  // MARK: Records

  private func write(_ patch: RecordPatch, to writer: inout ProtobufWriter) throws {
    writer.always(1, UInt64(patch.collection.rawValue))
    writer.always(3, patch.record)
    writer.flag(5, patch.isWhole)
    if let versions = patch.versions { writer.message(6) { write(versions, to: &$0) } }
    switch patch.life {
    case .live: break
    case .hidden: writer.number(7, UInt64(Hearth_V1_RecordPatch.Life.hidden.rawValue))
    case .deleted(let author):
      writer.number(7, UInt64(Hearth_V1_RecordPatch.Life.deleted.rawValue))
      writer.message(8) { write(author, to: &$0) }
    }
    for field in patch.fields {
      writer.message(9) { message in
        message.always(1, UInt64(field.field.rawValue))
        message.message(3) { write(field.value, to: &$0) }
      }
    }
    for conflict in patch.conflicts {
      writer.message(10) { write(conflict, to: &$0) }
    }
    writer.flag(11, patch.isForgotten)
  }

  // MARK: Conflicts

  private func write(_ decision: Decision, to writer: inout ProtobufWriter) {
    writer.always(1, UInt64(decision.collection.rawValue))
    writer.always(3, decision.record)
    writer.message(5) { write(decision.conflict, to: &$0) }
  }

  private func write(_ conflict: Conflict, to writer: inout ProtobufWriter) {
    for field in conflict.subject.fields { writer.message(1) { $0.always(1, UInt64(field.rawValue)) } }
    switch conflict.subject {
    case .record, .fields: break
    case .element(_, let element): writer.message(2) { write(element, to: &$0) }
    case .path(_, let path): for key in path { writer.always(3, text: key) }
    }
    writer.text(4, conflict.rule)
    writer.message(5) { write(conflict.winner, to: &$0) }
    for loser in conflict.losers {
      writer.message(6) { message in
        message.message(1) { write(loser.write, to: &$0) }
        message.number(2, UInt64(loser.reason.rawValue))
      }
    }
  }

  private func write(_ write: Write, to writer: inout ProtobufWriter) {
    writer.message(1) { self.write(write.author, to: &$0) }
    if let value = write.value { writer.message(2) { self.write(value, to: &$0) } }
  }

  // MARK: Causality and values

  private func write(_ versions: VersionVector, to writer: inout ProtobufWriter) {
    writer.packed(1, versions.entries.lazy.map { UInt64($0.replica.rawValue) })
    writer.packed(2, versions.entries.lazy.map(\.counter))
  }

  private func write(_ dot: Dot, to writer: inout ProtobufWriter) {
    writer.number(1, UInt64(dot.replica.rawValue))
    writer.number(2, dot.counter)
  }

  private func write(_ author: Authorship, to writer: inout ProtobufWriter) {
    writer.message(1) { write(author.dot, to: &$0) }
    writer.fixed(2, author.stamp.rawValue)
    writer.number(3, UInt64(author.rank.rawValue))
  }

  private func write(_ value: Value, to writer: inout ProtobufWriter) {
    switch value {
    case .null: writer.always(1, 1)
    case .bool(let flag): writer.always(2, flag ? 1 : 0)
    case .int(let number): writer.always(3, signed: number)
    case .decimal(let number):
      writer.message(4) { message in
        message.signed(1, number.units)
        message.number(2, UInt64(number.scale))
      }
    case .float(let number): writer.always(5, fixed: number.bitPattern)
    case .text(let text): writer.always(6, text: text)
    case .id(let id): writer.always(7, id)
    case .day(let day): writer.always(9, signed: Int64(day.rawValue))
    case .instant(let instant): writer.always(11, signed: instant.milliseconds)
    case .list(let values):
      writer.message(13) { list in
        for value in values { list.message(1) { write(value, to: &$0) } }
      }
    case .object(let object):
      writer.message(14) { message in
        for member in object.members {
          message.message(1) { entry in
            entry.text(1, member.key)
            entry.message(2) { write(member.value, to: &$0) }
          }
        }
      }
    }
  }
}
