"""A hub on pycrdt-websocket: each path is a document, kept in memory. Usage: pycrdt_hub.py PORT

pip install pycrdt-websocket uvicorn websockets uvloop
"""

import asyncio
import sys

import uvicorn
import uvloop
from pycrdt.websocket import ASGIServer, WebsocketServer


class Hub(WebsocketServer):
    """Opens one room after the other: two devices that open the same one at once would both start it."""

    def __init__(self):
        super().__init__(auto_clean_rooms=False)
        self.opening = asyncio.Lock()

    async def start_room(self, room):
        if room.started.is_set():
            return
        async with self.opening:
            await super().start_room(room)


async def serve(port):
    hub = Hub()
    config = uvicorn.Config(
        ASGIServer(hub), host="127.0.0.1", port=port, log_level="error", access_log=False, lifespan="off",
        loop="none", ws="websockets-sansio", ws_per_message_deflate=False, backlog=4096)
    async with hub:
        await uvicorn.Server(config).serve()


uvloop.run(serve(int(sys.argv[1])))
