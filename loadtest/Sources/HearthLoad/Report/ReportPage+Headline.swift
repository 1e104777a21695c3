private typealias Markup = ReportPage.Markup
private typealias Quantity = ReportPage.Quantity

extension ReportPage.Section {
  /// What was measured and what came out, in plain words.
  var headline: ReportPage.Markup {
    "<p class=\"headline\">\(load) \(latency) \(cost)\(end)</p>"
  }

  private var load: Markup {
    let setup = report.setup
    let households = Quantity.counted(setup.households, "household")
    let devices = Quantity.counted(setup.devicesPerHousehold, "device")
    let time = Quantity.seconds(setup.seconds).text
    let decided: Markup = "<strong>\(Quantity.rate(report.decidedPerSecond).text)</strong>"
    let who: Markup = "Together, <strong>\(households)</strong> with <strong>\(devices)</strong> each"
    guard let rate = setup.rate else {
      return """
        \(who) wrote over \(transport) for \(time) as fast as the hub decided: \(decided) change sets a second.
        """
    }
    return """
      \(who) were to write <strong>\(Quantity.rate(rate).text)</strong> change sets a second over \(transport) for \
      \(time), and the hub decided \(decided) a second.
      """
  }

  private var latency: Markup {
    guard report.delivery.count > 0 else { return "No change set arrived at another device." }
    let median = Quantity.milliseconds(report.delivery.p50).text
    let most = Quantity.milliseconds(report.delivery.p99).text
    return """
      Another device had a change set after <strong>\(median)</strong> in the median, and <strong>99\u{a0}%</strong> \
      arrived within <strong>\(most)</strong>.
      """
  }

  private var cost: Markup {
    guard let hub = report.hub else { return "" }
    let used = Quantity.microseconds(hub.cpuMicrosecondsPerChangeSet).text
    return "The hub spent <strong>\(used)</strong> of CPU on each. "
  }

  private var end: Markup {
    let devices = report.convergence.devices
    guard report.convergence.faults.isEmpty else {
      return "In the end, <strong class=\"bad long\">devices and hub did not agree</strong>."
    }
    guard devices > 0 else { return "Nobody compared the devices with the hub." }
    let all = devices == 1 ? "the only device has" : "all \(Quantity.count(devices).number) devices have"
    return "In the end, <strong class=\"good long\">\(all) what the hub has</strong>."
  }

  /// The transport by its usual name.
  var transport: String {
    ["tcp": "TCP", "webSocket": "WebSocket"][report.setup.transport] ?? report.setup.transport
  }
}
