internal import ArgumentParser
internal import HearthDevTools

@main
struct Main {
  static func main() async {
    await DevCommand.main()
  }
}
