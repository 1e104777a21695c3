internal import HearthWire

/// A parser of what strangers send, as a pure function of bytes (docs/internals/fuzzing.md).
package enum FuzzTarget: String, CaseIterable, Sendable {
  case frames
  case websocket
  case deflated
  case deviceBinary = "device-binary"
  case deviceText = "device-text"
  case hubBinary = "hub-binary"
  case hubText = "hub-text"
  case hubCoreBinary = "hub-core-binary"
  case hubCoreText = "hub-core-text"
  case deviceCoreBinary = "device-core-binary"
  case deviceCoreText = "device-core-text"
  case pack
  case seed
  case catalogue
  case scenario
  case expression
  case value
  case settings
  case founding

  /// What it parses, for people.
  package var parses: String {
    switch self {
    case .frames: "a TCP stream, cut into frames"
    case .websocket: "a WebSocket stream at a hub and at a device"
    case .deflated: "the body of a Deflated"
    case .deviceBinary: "a device's message, protobuf"
    case .deviceText: "a device's message, JSON"
    case .hubBinary: "a hub's message, protobuf"
    case .hubText: "a hub's message, JSON"
    case .hubCoreBinary: "frames to a hub's core, protobuf"
    case .hubCoreText: "frames to a hub's core, JSON"
    case .deviceCoreBinary: "frames to a device's core, protobuf"
    case .deviceCoreText: "frames to a device's core, JSON"
    case .pack: "schema.yaml"
    case .seed: "seed.yaml"
    case .catalogue: "catalogue.yaml"
    case .scenario: "a scenario file"
    case .expression: "an expression of the pack language"
    case .value: "a value as people type it"
    case .settings: "the configuration of hearth serve"
    case .founding: "the body of POST /v1/households"
    }
  }

  /// What an input is made of, which is what the generator keeps while it changes the rest.
  package var shape: Shape {
    switch self {
    case .frames, .websocket, .deflated: .bytes
    case .deviceBinary, .hubBinary: .protobuf
    case .hubCoreBinary, .deviceCoreBinary: .frames
    case .hubCoreText, .deviceCoreText: .lines
    case .deviceText, .hubText, .pack, .seed, .catalogue, .scenario, .expression, .value, .settings, .founding: .text
    }
  }

  /// How the bytes of an input hang together.
  package enum Shape: Sendable {
    /// Bytes without a structure that the generator knows.
    case bytes
    /// One protobuf message.
    case protobuf
    /// A byte for the beginning, then protobuf messages, each with its length in four bytes.
    case frames
    /// A byte for the beginning, then one JSON message a line.
    case lines
    /// Words, numbers and signs.
    case text
  }

  /// The form of a core's frames; nil of what is no core.
  var coreForm: WireCodec.Form? {
    switch self {
    case .hubCoreBinary, .deviceCoreBinary: .binary
    case .hubCoreText, .deviceCoreText: .text
    default: nil
    }
  }

  /// Bytes that an input may have: what is longer is cut off, so that no run takes long.
  package var bytesMax: Int {
    switch self {
    case .pack, .seed: 64 << 10
    case .hubCoreBinary, .hubCoreText, .deviceCoreBinary, .deviceCoreText, .scenario, .catalogue, .founding: 32 << 10
    case .expression, .value: 2 << 10
    case .frames, .websocket, .deflated, .deviceBinary, .deviceText, .hubBinary, .hubText, .settings: 8 << 10
    }
  }
}

/// What became of an input that broke nothing.
package enum FuzzVerdict: Sendable {
  /// It was understood, at least in part.
  case accepted
  /// It was refused, with words for whoever sent it.
  case refused
}

/// A broken promise: what was expected of any input, and what this one did.
package struct FuzzFinding: Error, Sendable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) {
    self.description = description
  }
}

extension FuzzTarget {
  /// Runs an input.
  ///
  /// - Throws: ``FuzzFinding`` when a promise is broken; a trap ends the process, which is a finding too.
  @discardableResult
  package func run(_ input: some Collection<UInt8>, on ground: FuzzGround) throws(FuzzFinding) -> FuzzVerdict {
    let input = Array(input.prefix(bytesMax))
    do {
      return try unchecked(input, ground)
    } catch let finding as FuzzFinding {
      throw finding
    } catch {
      throw FuzzFinding("an error that nobody awaits came out: \(error)")
    }
  }

  private func unchecked(_ input: [UInt8], _ ground: FuzzGround) throws -> FuzzVerdict {
    switch self {
    case .frames: try FrameTarget.run(input)
    case .websocket: try WebSocketTarget.run(input)
    case .deflated: try DeflatedTarget.run(input)
    case .deviceBinary: try MessageTarget(ground, .binary).device(input)
    case .deviceText: try MessageTarget(ground, .text).device(input)
    case .hubBinary: try MessageTarget(ground, .binary).hub(input)
    case .hubText: try MessageTarget(ground, .text).hub(input)
    case .hubCoreBinary: try HubTarget.run(input, .binary, ground)
    case .hubCoreText: try HubTarget.run(input, .text, ground)
    case .deviceCoreBinary: try DeviceTarget.run(input, .binary, ground)
    case .deviceCoreText: try DeviceTarget.run(input, .text, ground)
    case .pack: try FileTarget(input, ground).pack()
    case .seed: try FileTarget(input, ground).seed()
    case .catalogue: try FileTarget(input, ground).catalogue()
    case .scenario: try FileTarget(input, ground).scenario()
    case .expression: try FileTarget(input, ground).expression()
    case .value: try FileTarget(input, ground).value()
    case .settings: try FileTarget(input, ground).settings()
    case .founding: try FileTarget(input, ground).founding()
    }
  }
}

/// Throws a finding unless a promise holds.
func promise(_ holds: Bool, _ broken: @autoclosure () -> String) throws(FuzzFinding) {
  guard holds else { throw FuzzFinding(broken()) }
}
