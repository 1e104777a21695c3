internal import ArgumentParser
internal import HearthLoad

@main
struct Main {
  static func main() async {
    await LoadCommand.main()
  }
}
