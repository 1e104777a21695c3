extension ReportPage {
  /// A whole page around what it shows, in the style of all the load tester's pages.
  static func frame(title: String, _ content: () -> Markup) -> String {
    let page: Markup = """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8"/>
      <meta name="viewport" content="width=device-width, initial-scale=1"/>
      <meta name="color-scheme" content="light dark"/>
      <link rel="icon" href="data:,"/>
      <title>\(title)</title>
      <style>
      \(style)
      </style>
      </head>
      <body>
      <header>
      <h1>\(title)</h1>
      </header>
      <main>
      \(content())
      </main>
      </body>
      </html>

      """
    return page.text
  }
}
