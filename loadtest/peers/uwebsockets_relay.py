"""A relay on uWebSockets: a message goes to all others of its household. Usage: uwebsockets_relay.py PORT

The path names the household. A message is a `C`, 12 bytes that say who wrote it and which of his it is, and whatever
else; these 12 bytes come back to him behind an `A`.

pip install socketify
"""

import sys

from socketify import App, CompressOptions, OpCode

HEADER = slice(1, 13)


def upgrade(response, request, context):
    keys = [request.get_header("sec-websocket-" + name) for name in ("key", "protocol", "extensions")]
    response.upgrade(*keys, context, request.get_url())


def opened(socket):
    socket.subscribe(socket.get_user_data())


def received(socket, message, kind):
    socket.publish(socket.get_user_data(), message, OpCode.BINARY)
    socket.send(b"A" + message[HEADER], OpCode.BINARY)


app = App()
app.ws("/*", {
    "compression": CompressOptions.DISABLED, "max_payload_length": 1 << 20, "idle_timeout": 120,
    "upgrade": upgrade, "open": opened, "message": received})
app.listen(int(sys.argv[1]), lambda _: None)
app.run()
