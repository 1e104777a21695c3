internal import HearthFuzzing
internal import HearthScenario

@_cdecl("LLVMFuzzerInitialize")
func initialize(_ count: UnsafeMutableRawPointer?, _ arguments: UnsafeMutableRawPointer?) -> Int32 {
  _ = Setup.shared
  return 0
}

@_cdecl("LLVMFuzzerTestOneInput")
func testOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
  do {
    try Setup.shared.target.run(UnsafeBufferPointer(start: data, count: size), on: Setup.shared.ground)
  } catch {
    preconditionFailure("\(error)")
  }
  return 0
}

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<Int32>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
  _ test: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

/// SwiftPM links every program with `main` as another name of `<module>_main`, so that libFuzzer's own is not taken.
@_cdecl("hearth_fuzz_main")
func start(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> Int32 {
  var (count, arguments) = (count, arguments)
  return runDriver(&count, &arguments, testOneInput)
}

@_silgen_name("LLVMFuzzerMutate")
private func mutate(_ data: UnsafeMutablePointer<UInt8>, _ size: Int, _ sizeMax: Int) -> Int

/// Half of the changes are ours, which keep the shape of the input; the other half are libFuzzer's.
@_cdecl("LLVMFuzzerCustomMutator")
func customMutator(_ data: UnsafeMutablePointer<UInt8>, _ size: Int, _ sizeMax: Int, _ seed: UInt32) -> Int {
  guard seed & 1 == 0 else { return mutate(data, size, sizeMax) }
  var random = SplitMix64(seed: UInt64(seed))
  let bytes = Setup.shared.mutator.mutated(Array(UnsafeBufferPointer(start: data, count: size)), &random).prefix(
    sizeMax)
  guard !bytes.isEmpty else { return mutate(data, size, sizeMax) }
  for (position, byte) in bytes.enumerated() { data[position] = byte }
  return bytes.count
}
