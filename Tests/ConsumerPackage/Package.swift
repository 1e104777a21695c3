// swift-tools-version:6.2
import PackageDescription

// A package as an app developer has it: it depends on Hearth and uses what is public, nothing else. It is built in the
// Swift 6 language mode with warnings as errors (scripts/consumer-package), so that an app can be.

let package = Package(
  name: "family-app",
  platforms: [.macOS(.v15), .iOS(.v18)],
  dependencies: [.package(name: "hearth", path: "../..")],
  targets: [
    .executableTarget(
      name: "FamilyApp", dependencies: [.product(name: "HearthDevice", package: "hearth")],
      swiftSettings: [.treatAllWarnings(as: .error)])
  ],
  swiftLanguageModes: [.v6]
)
