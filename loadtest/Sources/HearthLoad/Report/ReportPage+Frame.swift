extension ReportPage {
  /// A whole page around what it shows, in the style of all the load tester's pages.
  ///
  /// - Parameters:
  ///   - title: what a browser shows on the tab.
  ///   - heading: what stands above the content; the title when left out.
  ///   - footer: what stands below it.
  static func frame(
    title: String, heading: String? = nil, footer: Markup? = nil, _ content: () -> Markup
  ) -> String {
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
      <h1>\(heading ?? title)</h1>
      </header>
      <main>
      \(content())
      </main>
      \(footer)
      </body>
      </html>

      """
    return page.text
  }
}
