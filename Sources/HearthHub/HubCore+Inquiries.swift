package import HearthEngine
package import HearthModel
internal import HearthProtocol

extension HubCore {
  /// A question and who asks it: the member and the household come from the session, not from the message (P7).
  package struct Question: Sendable {
    package let inquiry: Inquiry
    package let household: HouseholdID
    package let member: RecordID
    package let device: RecordID
    let audience: Audience

    init(_ inquiry: Inquiry, _ admitted: Doorkeeper.Admitted) {
      self.inquiry = inquiry
      household = admitted.device.household
      member = admitted.device.member
      device = admitted.device.id
      audience = admitted.view.audience
    }

    /// Answers it from one moment of a store; called beside the commit thread.
    package func answer(_ store: any StoreInquiries) throws -> Answer {
      try store.inquire { reader in
        let desk = InquiryDesk(
          household: household, member: member,
          sight: try InquirySight.of(member, device: device, in: household, audience, reader), reader: reader)
        return try desk.answer(inquiry)
      }
    }
  }

  /// A question has been answered.
  package mutating func answered(_ id: ConnectionID, _ answer: Answer) -> [Effect] {
    step(id) { $0.answered(answer) }
  }
}
