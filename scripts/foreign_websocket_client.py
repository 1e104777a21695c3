"""A WebSocket client that is not Hearth's: Hello, a push and a patch in JSON text frames (protocol/wire.md).

Two connections of the Python package `websockets`: Eva pushes a new title, Noah sees the patch. Nothing here knows
protobuf; the frames are the JSON mapping with readable names.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request

import websockets

HEARTH = sys.argv[1]


def check(condition, what, seen):
    if not condition:
        raise SystemExit(f"FAILED: expected {what}, saw {seen}")
    print(f"ok: {what}")


def start_hub(folder):
    hub = subprocess.Popen(
        [HEARTH, "serve", "--data", f"{folder}/hub", "--tcp-port", "0", "--http-port", "0", "--log-level", "warning"],
        stdout=subprocess.DEVNULL)
    for _ in range(200):
        try:
            with open(f"{folder}/hub/hub.json") as file:
                return hub, json.load(file)
        except (FileNotFoundError, json.JSONDecodeError):
            time.sleep(0.05)
    raise SystemExit("FAILED: the hub did not start")


def found_household(folder, running):
    with open(f"{folder}/hub/admin-token") as file:
        token = file.read().strip()
    with open("fixtures/famquest/seed.yaml") as file:
        body = json.dumps({"app": "famquest", "seed": file.read()}).encode()
    request = urllib.request.Request(
        running["http"] + "/v1/households", data=body, headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)[0]


def hello(token):
    return {"hello": {
        "protocolVersion": 1, "token": token, "app": "famquest", "packVersion": 2, "incarnation": "7",
        "nextCounter": "1", "clock": str(int(time.time() * 1000)), "software": "python websockets"}}


async def receive(socket):
    frame = await asyncio.wait_for(socket.recv(), 10)
    check(isinstance(frame, str), "a text frame", type(frame).__name__)
    return json.loads(frame)


async def open_session(url, token):
    socket = await websockets.connect(url, subprotocols=["hearth.v1"])
    check(socket.subprotocol == "hearth.v1", "the subprotocol hearth.v1", socket.subprotocol)
    await socket.send(json.dumps(hello(token)))
    records, welcome = {}, None
    while True:
        message = await receive(socket)
        if "welcome" in message:
            welcome = message["welcome"]
        for record in message.get("catchUp", {}).get("records", []):
            records[(record["collectionName"], record["uuid"])] = record
        if "caughtUp" in message:
            return socket, welcome, records
        check("error" not in message, "no error", message)


async def play(url, tokens):
    eva, welcome, records = await open_session(url, tokens["eva-phone"])
    noah, _, _ = await open_session(url, tokens["noah-tablet"])
    check(welcome["role"] == "parent", "Welcome with the role parent", welcome)
    task = next(record for (collection, _), record in records.items() if collection == "tasks")
    title = next(field["value"]["text"] for field in task["fields"] if field["name"] == "title")
    print(f"ok: caught up with {len(records)} records, among them the task {title!r}")
    await eva.send(json.dumps({"push": {"changeSets": [{
        "counter": "1", "stamp": str(int(time.time() * 1000) << 16),
        "changes": [{"collectionName": "tasks", "uuid": task["uuid"], "context": task["versions"],
                     "edits": [{"name": "title", "set": {"text": "Gezien door Python"}}]}]}]}}))
    outcome = (await updates(eva))[0]["outcome"]
    check(outcome.get("verdict", "ACCEPTED") == "ACCEPTED", "the outcome ACCEPTED", outcome)
    patch = (await updates(noah))[0]["patch"]
    fields = {field["name"]: field["value"] for field in patch["records"][0]["fields"]}
    check(fields["title"] == {"text": "Gezien door Python"}, "the patch with the title at the other device", fields)
    await eva.send('{"push": {"changeSets": [{"counter": "2", "changes": [{"collectionName": "tusks", "uuid": "%s"}]}]}}'
                   % task["uuid"])
    outcome = (await updates(eva))[0]["outcome"]
    check(outcome["rejection"]["code"] == "unknownCollection", "a typed rejection of an unknown collection", outcome)
    await eva.send('{"goodbye": {"reason": "done"}}')
    await eva.wait_closed()
    check(eva.close_code == 1000, "close code 1000 after Goodbye", eva.close_code)
    await noah.send("{ this is not JSON")
    message = await receive(noah)
    check(message["error"]["number"] == 1001, "error 1001 for what is not JSON", message)
    await noah.wait_closed()
    check(noah.close_code == 4001, "close code 4001", noah.close_code)


async def updates(socket):
    while True:
        message = await receive(socket)
        if "updates" in message:
            return message["updates"]["updates"]


def main():
    with tempfile.TemporaryDirectory() as folder:
        hub, running = start_hub(folder)
        try:
            household = found_household(folder, running)
            tokens = {device["name"]: device["token"] for device in household["devices"]}
            asyncio.run(play(running["webSocket"], tokens))
        finally:
            hub.terminate()
            hub.wait()
    print("A foreign WebSocket client completed Hello, a push and a patch in JSON text frames.")


if __name__ == "__main__":
    os.environ["PYTHONUNBUFFERED"] = "1"
    main()
