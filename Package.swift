// swift-tools-version:6.2
import PackageDescription

// The dependency arrow is the architecture: values at the bottom, then decisions, then shells that touch sockets,
// disks and clocks, then programs. `scripts/test` builds with `--explicit-target-dependency-import-check error`, so an
// import that is not an arrow here does not compile. Each target's purpose is one line in docs/internals/architecture.md.

let package = Package(
  name: "hearth",
  platforms: [.macOS(.v15), .iOS(.v18)],
  products: [
    .library(name: "HearthDevice", targets: ["HearthDevice", "HearthModel", "HearthPack"]),
    .executable(name: "hearth", targets: ["hearth"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/CoreOffice/XMLCoder", from: "0.18.2"),
  ],
  targets: [
    // values
    .target(name: "HearthModel", dependencies: [.product(name: "Crypto", package: "swift-crypto")]),
    .target(name: "HearthPack", dependencies: ["HearthModel", "Yams"]),
    // protocol
    .target(name: "HearthProtocol", dependencies: ["HearthModel"]),

    // bytes
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    .target(
      name: "HearthWire",
      dependencies: [
        "CZlib", "HearthModel", "HearthProtocol", .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ]),

    // decisions
    .target(name: "HearthEngine", dependencies: ["HearthModel", .product(name: "Crypto", package: "swift-crypto")]),
    .target(
      name: "HearthHub",
      dependencies: [
        "HearthEngine", "HearthModel", "HearthPack", "HearthProtocol", "HearthWire",
        .product(name: "Crypto", package: "swift-crypto"),
      ]),
    .target(
      name: "HearthReplica",
      dependencies: [
        "HearthModel", "HearthProtocol", "HearthWire",
        .product(name: "HashTreeCollections", package: "swift-collections"),
      ]),

    // shells
    .target(name: "HearthMemory", dependencies: ["HearthEngine", "HearthModel", "HearthProtocol", "HearthReplica"]),
    .target(
      name: "HearthSQLite",
      dependencies: [
        "HearthEngine", "HearthModel", .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "GRDBSQLite", package: "GRDB.swift"),
      ]),
    .target(
      name: "HearthTransport",
      dependencies: [
        "HearthProtocol", "HearthWire", .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOWebSocket", package: "swift-nio"),
      ]),
    .target(
      name: "HearthServer",
      dependencies: [
        "HearthEngine", "HearthHub", "HearthModel", "HearthPack", "HearthProtocol", "HearthTransport", "HearthWire",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"), .product(name: "NIOWebSocket", package: "swift-nio"),
        .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
      ]),
    .target(
      name: "HearthDevice",
      dependencies: [
        "HearthModel", "HearthPack", "HearthProtocol", "HearthReplica", "HearthTransport", "HearthWire",
        .product(name: "GRDB", package: "GRDB.swift"), .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOWebSocket", package: "swift-nio"),
      ]),
    .target(
      name: "HearthScenario",
      dependencies: [
        "HearthConsole", "HearthDevice", "HearthEngine", "HearthHub", "HearthMemory", "HearthModel", "HearthPack",
        "HearthProtocol", "HearthReplica",
        "HearthWire",
      ]),

    .target(
      name: "HearthSimulator",
      dependencies: [
        "HearthEngine", "HearthHub", "HearthMemory", "HearthModel", "HearthPack", "HearthProtocol", "HearthReplica",
        "HearthScenario", "HearthWire", "Yams", .product(name: "HeapModule", package: "swift-collections"),
      ]),

    // programs
    .target(name: "HearthConsole"),
    .target(
      name: "HearthCommands",
      dependencies: [
        "HearthConsole", "HearthDevice", "HearthEngine", "HearthHub", "HearthModel", "HearthPack", "HearthProtocol",
        "HearthReplica", "HearthScenario", "HearthServer", "HearthSimulator", "HearthSQLite", "HearthTransport",
        "HearthWire", "XMLCoder",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ]),
    .executableTarget(name: "hearth", dependencies: ["HearthCommands"]),
    .target(
      name: "HearthFuzzing",
      dependencies: [
        "HearthCommands", "HearthEngine", "HearthHub", "HearthMemory", "HearthModel", "HearthPack", "HearthProtocol",
        "HearthReplica", "HearthScenario", "HearthServer", "HearthTesting", "HearthTransport", "HearthWire",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOEmbedded", package: "swift-nio"),
        .product(name: "NIOWebSocket", package: "swift-nio"),
      ]),
    .target(
      name: "HearthDisk",
      dependencies: [
        "HearthEngine", "HearthHub", "HearthMemory", "HearthModel", "HearthPack", "HearthSQLite", "HearthTesting",
        .product(name: "GRDB", package: "GRDB.swift"), .product(name: "GRDBSQLite", package: "GRDB.swift"),
      ]),
    .target(name: "CHearthCounting"),
    .target(
      name: "HearthDevTools",
      dependencies: [
        "CHearthCounting", "HearthConsole", "HearthDevice", "HearthDisk", "HearthEngine", "HearthFuzzing", "HearthHub",
        "HearthMemory", "HearthModel", "HearthPack", "HearthProtocol", "HearthReplica", "HearthScenario",
        "HearthServer", "HearthSQLite", "HearthTesting", "HearthTransport", "HearthWire",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "GRDB", package: "GRDB.swift"), .product(name: "GRDBSQLite", package: "GRDB.swift"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOWebSocket", package: "swift-nio"),
      ]),
    .executableTarget(
      name: "hearth-dev",
      dependencies: ["HearthDevTools", .product(name: "ArgumentParser", package: "swift-argument-parser")]),

    // the load tester
    .target(
      name: "HearthLoad",
      dependencies: [
        "HearthCommands", "HearthConsole", "HearthEngine", "HearthHub", "HearthModel", "HearthPack", "HearthProtocol",
        "HearthReplica", "HearthServer", "HearthSQLite", "HearthTransport", "HearthWire", "Yams",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
        .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"), .product(name: "NIOWebSocket", package: "swift-nio"),
      ], path: "loadtest/Sources/HearthLoad"),
    .executableTarget(
      name: "loadtest",
      dependencies: ["HearthLoad", .product(name: "ArgumentParser", package: "swift-argument-parser")],
      path: "loadtest/Sources/loadtest"),

    .target(name: "HearthTesting", path: "Tests/HearthTesting"),
    .testTarget(name: "HearthSourceTests"),
    .testTarget(name: "HearthModelTests", dependencies: ["HearthModel", "HearthTesting"]),
    .testTarget(name: "HearthPackTests", dependencies: ["HearthModel", "HearthPack", "HearthTesting"]),
    .testTarget(name: "HearthProtocolTests", dependencies: ["HearthModel", "HearthProtocol", "HearthTesting"]),
    .testTarget(
      name: "HearthWireTests",
      dependencies: [
        "HearthEngine", "HearthHub", "HearthMemory", "HearthModel", "HearthPack", "HearthProtocol", "HearthReplica",
        "HearthTesting", "HearthWire", .product(name: "Crypto", package: "swift-crypto"),
      ]),
    .testTarget(
      name: "HearthEngineTests",
      dependencies: [
        "HearthEngine", "HearthHub", "HearthMemory", "HearthModel", "HearthPack", "HearthTesting",
      ]),
    .testTarget(
      name: "HearthRulesTests",
      dependencies: [
        "HearthEngine", "HearthHub", "HearthMemory", "HearthModel", "HearthPack", "HearthProtocol", "HearthReplica",
        "HearthScenario", "HearthSimulator", "HearthTesting", "HearthWire",
      ]),
    .testTarget(
      name: "HearthStoreTests",
      dependencies: [
        "HearthDisk", "HearthEngine", "HearthHub", "HearthMemory", "HearthModel", "HearthPack", "HearthSQLite",
        "HearthTesting",
        .product(name: "GRDB", package: "GRDB.swift"), .product(name: "GRDBSQLite", package: "GRDB.swift"),
      ]),
    .testTarget(
      name: "HearthReplicaTests",
      dependencies: [
        "HearthEngine", "HearthHub", "HearthMemory", "HearthModel", "HearthPack", "HearthProtocol", "HearthReplica",
        "HearthScenario", "HearthWire",
      ]),
    .testTarget(
      name: "HearthScenarioTests",
      dependencies: [
        "HearthEngine", "HearthModel", "HearthPack", "HearthProtocol", "HearthReplica", "HearthScenario",
        "HearthTesting", "HearthWire",
      ]),
    .testTarget(
      name: "HearthSimulatorTests",
      dependencies: [
        "HearthEngine", "HearthModel", "HearthPack", "HearthSimulator", "HearthTesting",
      ]),
    .testTarget(
      name: "HearthTransportTests",
      dependencies: [
        "HearthProtocol", "HearthTesting", "HearthTransport", "HearthWire",
        .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOEmbedded", package: "swift-nio"),
        .product(name: "NIOWebSocket", package: "swift-nio"),
      ]),
    .testTarget(
      name: "HearthServerTests",
      dependencies: [
        "HearthDevice", "HearthEngine", "HearthHub", "HearthMemory", "HearthModel", "HearthPack", "HearthProtocol",
        "HearthReplica", "HearthScenario", "HearthServer", "HearthSQLite", "HearthTesting", "HearthTransport",
        "HearthWire", .product(name: "Logging", package: "swift-log"),
      ]),
    .testTarget(
      name: "HearthDeviceTests",
      dependencies: [
        "HearthCommands", "HearthDevice", "HearthEngine", "HearthHub", "HearthMemory", "HearthModel", "HearthPack",
        "HearthProtocol", "HearthReplica", "HearthServer", "HearthTesting",
        .product(name: "GRDB", package: "GRDB.swift"), .product(name: "Logging", package: "swift-log"),
      ]),
    .testTarget(
      name: "HearthFuzzingTests", dependencies: ["HearthFuzzing", "HearthScenario"]),
    .testTarget(name: "HearthConsoleTests", dependencies: ["HearthConsole"]),
    .testTarget(name: "HearthDevToolsTests", dependencies: ["HearthConsole", "HearthDevTools", "HearthModel"]),
    .testTarget(
      name: "HearthLoadTests",
      dependencies: [
        "HearthConsole", "HearthLoad", .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "NIOCore", package: "swift-nio"),
      ]),
    .testTarget(
      name: "HearthCommandsTests",
      dependencies: [
        "HearthCommands", "HearthConsole", "HearthDevice", "HearthModel", "HearthPack", "HearthProtocol",
        "HearthScenario", "HearthServer", "HearthTesting",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], exclude: ["Fixtures", "Golden"]),
  ],
  swiftLanguageModes: [.v6]
)

for target in package.targets where target.type != .system {
  target.swiftSettings = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
  ]
}

// The program that libFuzzer drives needs its runtime; `scripts/fuzz` alone builds it. Our own code is instrumented and
// the libraries are not: what it has reached is then what of Hearth was reached.
if Context.environment["HEARTH_FUZZ"] != nil {
  let fuzzed = package.targets.filter { $0.type == .regular }
  let program = Target.executableTarget(
    name: "hearth-fuzz", dependencies: ["HearthFuzzing", "HearthScenario"],
    swiftSettings: fuzzed.first?.swiftSettings, linkerSettings: [.unsafeFlags(["-sanitize=fuzzer"])])
  package.targets.append(program)
  for target in fuzzed + [program] { target.swiftSettings?.append(.unsafeFlags(["-sanitize=fuzzer"])) }
}
