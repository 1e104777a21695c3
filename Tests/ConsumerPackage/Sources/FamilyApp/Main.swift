import Foundation

/// `FamilyApp` looks around offline; `FamilyApp SCHEMA CREDENTIAL REPLICA` goes through the quick start with a hub.
@main
enum Main {
  static func main() async throws {
    let arguments = CommandLine.arguments.dropFirst()
    guard arguments.count == 3, let schema = arguments.first, let replica = arguments.last else {
      try await PublicSurface.walk()
      return print("The public surface is complete.")
    }
    let credential = try JSONDecoder().decode(
      Credential.self, from: Data(contentsOf: URL(filePath: arguments[arguments.startIndex + 1])))
    try await quickStart(
      credential, schema: String(contentsOf: URL(filePath: schema), encoding: .utf8), replica: replica)
  }
}
