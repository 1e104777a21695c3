internal import HearthCommands

@main
struct Main {
  static func main() async {
    await HearthCommand.main()
  }
}
