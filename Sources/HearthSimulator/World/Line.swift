internal import HearthHub
internal import HearthWire

/// One connection between a device and the hub: two streams of bytes that keep their order, until something breaks.
final class Line {
  let id: HubCore.ConnectionID
  let device: Int
  /// Nothing arrives any more in either direction, and nobody is told.
  var isDead = false
  /// Until when each direction stands still.
  var stillToHub: Int64 = 0
  var stillToDevice: Int64 = 0
  /// When the last bytes of each direction arrive.
  var lastToHub: Int64 = 0
  var lastToDevice: Int64 = 0
  /// Bytes that the hub has written and the device has not read.
  var unread = 0
  /// Whether the hub may deflate what it says.
  var deflates = false
  var cutterAtHub: FrameCutter
  var cutterAtDevice: FrameCutter

  init(id: HubCore.ConnectionID, device: Int, frameBytesMax: UInt32) {
    self.id = id
    self.device = device
    cutterAtHub = FrameCutter(frameBytesMax: frameBytesMax)
    cutterAtDevice = FrameCutter(frameBytesMax: frameBytesMax)
  }
}
