/// Why a change set was rejected; the number is the one on the wire and in `hearth help E<number>`.
///
/// protocol/errors.md says for each what it means and what to do.
public enum RejectionCode: UInt16, Hashable, Sendable, CaseIterable {
  // What the device sent cannot be read or does not fit the pack.
  /// The change set cannot be read.
  case malformed = 2001
  /// The pack has no such collection.
  case unknownCollection = 2002
  /// The collection has no such field.
  case unknownField = 2003
  /// The value does not fit the field's type or limits, or the action does not fit its merge rule.
  case wrongType = 2004
  /// A required field has no value.
  case required = 2005
  /// The field is not the device's to write, or not any more.
  case notWritable = 2006
  /// The change set is too large.
  case tooLarge = 2007
  /// The same record or field stands in it twice, or a group is not complete.
  case inconsistent = 2008
  /// The record's id does not follow from its key.
  case keyMismatch = 2009
  /// The change set speaks a shape of the pack that the hub does not serve any more.
  case schemaTooOld = 2010

  // What it refers to is not there.
  /// There is no such record in the household.
  case recordUnknown = 2101
  /// The record exists already.
  case recordExists = 2102
  /// A reference points to no record of the household.
  case referenceMissing = 2103
  /// The record, or one it depends on, is deleted.
  case gone = 2104
  /// The record was deleted and is not kept any more.
  case recordGone = 2105

  // The hub's order decided otherwise.
  /// The field takes one write and has it.
  case alreadySet = 2201
  /// Somebody else holds the field.
  case alreadyClaimed = 2202
  /// The record changed since the writer saw it.
  case staleVersion = 2203
  /// A record still points to the one that should be deleted.
  case restricted = 2204
  /// A number, a set or a document would grow over its limit.
  case limitExceeded = 2205
  /// The field does not go from where it stands to the value written.
  case transitionRefused = 2206
  /// Another record has the value already.
  case uniqueViolation = 2207
  /// A rule of the pack would not hold.
  case checkFailed = 2208
  /// There is not enough left.
  case insufficientBalance = 2209
  /// References would form a circle.
  case cycle = 2210
  /// It came too late.
  case expired = 2211

  // Who the writer is.
  /// The writer may not do this.
  case forbidden = 2301
  /// The household is deleted.
  case householdGone = 2302
  /// A consent is missing.
  case consentMissing = 2303
  /// The account is suspended.
  case suspended = 2304

  /// The name on the wire and in scenarios.
  public var name: String { String(describing: self) }
}

/// Why a change set was rejected, and where.
public struct Rejection: Error, Hashable, Sendable {
  /// The reason.
  public let code: RejectionCode
  /// The collection at fault; nil when the change set as a whole is.
  public let collection: CollectionNumber?
  /// The record at fault.
  public let record: RecordID?
  /// The field at fault.
  public let field: FieldNumber?
  /// One sentence for a person: what was expected, what came, what to do.
  public let message: String
  /// Who stands in the way, as the holder of a claim or the author of a delete.
  public let holder: Write?
  /// The name of the pack's rule that refused, as `tasks.hand_in`; nil when no rule of the pack did.
  public let rule: String?
  /// The names of all conditions of the rule that did not hold.
  public let failed: [String]

  /// Makes a rejection.
  public init(
    _ code: RejectionCode, collection: CollectionNumber? = nil, record: RecordID? = nil, field: FieldNumber? = nil,
    message: String, holder: Write? = nil, rule: String? = nil, failed: [String] = []
  ) {
    self.code = code
    self.collection = collection
    self.record = record
    self.field = field
    self.message = message
    self.holder = holder
    self.rule = rule
    self.failed = failed
  }
}
