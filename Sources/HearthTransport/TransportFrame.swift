package import HearthWire

/// A frame on its way between a socket and the cores: a message's bytes, and in which form they are.
package struct TransportFrame: Sendable {
  package let bytes: [UInt8]
  package let form: WireCodec.Form

  package init(bytes: [UInt8], form: WireCodec.Form) {
    self.bytes = bytes
    self.form = form
  }
}
