#!/usr/bin/env python3
"""Runs the vectors beside this file with a second implementation; standard library only.

    protocol/vectors/run.py            all vectors
    protocol/vectors/run.py merges     one folder
    protocol/vectors/run.py --write    fills in bytes, hashes and results from the rest of each case

It shares nothing with the Swift code: wire.py is made from hearth.proto and wire.md, merge.py from merge.md. README.md
describes the files.
"""
import json, pathlib, sys

import merge, wire

HERE = pathlib.Path(__file__).resolve().parent

def frame_name(case):
    return {"device to hub": "DeviceFrame", "hub to device": "HubFrame"}[case["direction"]]

def read_input(case, codec):
    """What the frame of a case says, a list when it is a Deflated; None when it is not complete."""
    if "text" in case or "textHex" in case:
        data = case["text"].encode("utf-8", "surrogatepass") if "text" in case else bytes.fromhex(case["textHex"])
        return codec.read(frame_name(case), data, is_text=True)
    frame = codec.cut(bytes.fromhex(case["hex"]))
    if frame is None:
        return None
    inner = codec.inflate(frame_name(case), frame)
    if inner is not None:
        return [codec.read(frame_name(case), frame, is_text=False) for frame in inner]
    return codec.read(frame_name(case), frame, is_text=False)

def run_frame(case, codec):
    name = frame_name(case)
    try:
        message = read_input(case, codec)
    except wire.Fault as fault:
        assert case.get("fault") == str(fault), f"it is refused with {fault}: {fault.__cause__}"
        return
    assert "fault" not in case, "it is read"
    assert (message is None) == case.get("incomplete", False), "it is complete, or not"
    if message is None:
        return
    if isinstance(message, list):
        found = [codec.to_json(name, codec.readable(name, codec.compact(name, inner))) for inner in message]
        assert found == case["frames"], f"it says {json.dumps(found, ensure_ascii=False)}"
        return
    assert codec.rejections(message.get("push", {})) == case.get("rejected", {}), "other change sets are rejected"
    if "rejected" in case:
        return
    if "action" in case:
        known = message["error"].get("action", "GIVE_UP")
        assert case["action"] == ("GIVE_UP" if isinstance(known, int) else known), f"the action is {known}"
        return
    compact = codec.compact(name, message)
    found = codec.to_json(name, codec.readable(name, compact))
    expected = case.get("json", case.get("reads"))
    assert found == expected, f"it says {json.dumps(found, ensure_ascii=False)}"
    if "json" in case:
        written = codec.to_bytes(name, codec.compact(name, codec.from_json(name, case["json"])))
        assert (len(written).to_bytes(4, "big") + written).hex() == case["hex"], f"the bytes are {written.hex()}"
    if "blinded" in case:
        found = [codec.blinded(*record) for record in case["blinded"]]
        assert found == message["catchUp"]["forget"], f"the blinded ids are {found}"
    hashes = [codec.content_hash(change_set) for change_set in compact.get("push", {}).get("changeSets", [])]
    assert hashes == case.get("contentHashes", []), f"the hashes are {hashes}"

def write_frame(case, codec):
    if "json" in case:
        name = frame_name(case)
        compact = codec.compact(name, codec.from_json(name, case["json"]))
        written = codec.to_bytes(name, compact)
        case["hex"] = (len(written).to_bytes(4, "big") + written).hex()
    elif "reads" in case:
        compact = codec.compact(frame_name(case), read_input(case, codec))
    else:
        return
    if hashes := [codec.content_hash(change_set) for change_set in compact.get("push", {}).get("changeSets", [])]:
        case["contentHashes"] = hashes

def dump(content):
    """JSON with one line for each part of a case."""
    line = lambda value: json.dumps(value, ensure_ascii=False)
    def block(case):
        parts = []
        for key, value in case.items():
            if key in ("changeSets", "results"):
                named = isinstance(value, dict)
                items = value.items() if named else enumerate(value)
                inner = [f"     {line(name) + ': ' if named else ''}{line(item)}" for name, item in items]
                brackets = "{}" if named else "[]"
                parts.append(f"    {line(key)}: {brackets[0]}\n" + ",\n".join(inner) + f"\n    {brackets[1]}")
            else:
                parts.append(f"    {line(key)}: {line(value)}")
        return "   {\n" + ",\n".join(parts) + "\n   }"
    head = [f" {line(key)}: {line(value)}" for key, value in content.items() if key != "cases"]
    cases = ' "cases": [\n' + ",\n".join(block(case) for case in content["cases"]) + "\n ]"
    return "{\n" + ",\n".join(head + [cases]) + "\n}\n"

def main():
    writes = "--write" in sys.argv
    folders = [argument for argument in sys.argv[1:] if argument != "--write"] or ["frames", "merges"]
    pack = json.loads((HERE / "pack.json").read_text())
    codec = wire.Wire((HERE.parent / "hearth.proto").read_text(), pack["collections"])
    run_case = {"frames": lambda case: run_frame(case, codec), "merges": merge.run}
    write_case = {"frames": lambda case: write_frame(case, codec), "merges": merge.write}
    count, failures = 0, []
    for folder in folders:
        for path in sorted((HERE / folder).glob("*.json")):
            content = json.loads(path.read_text())
            for case in content["cases"]:
                count += 1
                try:
                    if writes:
                        write_case[folder](case)
                    run_case[folder](case)
                except Exception as fault:
                    failures.append(f"{folder}/{path.name}: {case['name']}: {type(fault).__name__}: {fault}")
            if writes:
                path.write_text(dump(content))
    print("\n".join(failures + [f"{count - len(failures)} passed, {len(failures)} failed"]))
    sys.exit(1 if failures or not count else 0)

if __name__ == "__main__":
    main()
