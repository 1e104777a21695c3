package import HearthEngine
package import HearthProtocol

extension ProtocolFault {
  /// What devices are told when the store could not write: their change sets wait with them.
  package init(answering fault: StoreFault) {
    switch fault.kind {
    case .diskFull:
      self.init(.readOnly, "The hub's disk is full; it takes nothing in for now.", retryAfterMilliseconds: 5000)
    default: self.init(.storeFailed, "The hub's store has failed; it restarts.", retryAfterMilliseconds: 5000)
    }
  }
}
