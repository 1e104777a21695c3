/// A relay on uWebSockets under Python: passes on, keeps nothing.
struct UWebSockets: PythonPeer {
  let name = "uwebsockets"
  let about = "a relay on uWebSockets under Python"
  let isDurable = false
  let merges = false
  let feelsSlowSync = true
  let script = "uwebsockets_relay.py"
  let modules = ["socketify"]
  let packages = "socketify"
  var installation: String { "apt install libuv1, pip install \(packages), and name that Python with --python" }

  func wire(_ seat: Seat) -> any Wire { RelayWire(seat) }
}
