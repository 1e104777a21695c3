/// pycrdt's server: Yrs, the port of Yjs to Rust, under Python; documents are in memory.
struct Pycrdt: PythonPeer {
  let name = "pycrdt"
  let about = "Yrs in Rust under Python, in memory"
  let isDurable = false
  let merges = true
  let feelsSlowSync = true
  let script = "pycrdt_hub.py"
  let modules = ["pycrdt.websocket", "uvicorn", "websockets", "uvloop"]
  let packages = "pycrdt-websocket uvicorn websockets uvloop"

  func wire(_ seat: Seat) -> any Wire { YjsWire(seat) }
}
