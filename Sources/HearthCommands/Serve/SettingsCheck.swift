/// Puts settings together and takes none of them: what `hearth serve` says of a configuration before it starts.
package enum SettingsCheck {
  /// - Parameters:
  ///   - flags: what the command line says, by setting.
  ///   - environment: all variables of the process.
  ///   - file: the configuration file's name and text.
  /// - Returns: what the command would say and end; nil when it would go on.
  package static func refusal(
    flags: [String: String], environment: [String: String], file: (name: String, text: String)?
  ) throws -> String? {
    do {
      _ = try SettingsResolver.resolve(flags: flags, environment: environment, file: file)
      return nil
    } catch let failure as CommandFailure {
      return failure.text
    }
  }
}
