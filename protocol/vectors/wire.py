"""The wire of protocol/wire.md a second time: protobuf, its JSON mapping, the readable forms, and what is refused.

It knows the messages from hearth.proto alone. A message is a dictionary: names as JSON has them, numbers as int, bytes
as bytes, enums as their names (or as a number that has none); what is not there has its default.
"""
import base64, datetime, hashlib, json, re, struct, uuid, zlib

FRAME_BYTES_MAX, LEVELS_MAX, VECTOR_ENTRIES_MAX = 1 << 20, 64, 1024
DEFLATED_BYTES_MAX, DEFLATED_FRAMES_MAX = {"DeviceFrame": 1 << 20, "HubFrame": 8 << 20}, 1024
RANGES = {"uint32": (0, 2**32 - 1), "uint64": (0, 2**64 - 1), "fixed64": (0, 2**64 - 1),
          "sint32": (-2**31, 2**31 - 1), "sint64": (-2**63, 2**63 - 1)}
DEFAULTS = {"string": "", "bytes": b"", "bool": False, "double": 0.0, **{kind: 0 for kind in RANGES}}
DAYS = (-719162, 2932896)  # of the years 1 to 9999
INSTANTS = (DAYS[0] * 86400000, (DAYS[1] + 1) * 86400000 - 1)

class Fault(Exception):
    """A fault of the connection, with its number."""

class Rejected(Exception):
    """What makes a change set unreadable, with the name of the rejection."""

def parse_proto(text):
    """Messages: full name -> {number: (JSON name, type, repeated, oneof)}; enums: full name -> {number: name}."""
    tokens = re.findall(r"[\w.\"]+|\S", re.sub(r"//.*", "", text))
    messages, enums, scope, at = {}, {}, [], 0
    while at < len(tokens):
        token, owner = tokens[at], ".".join(name for name, kind in scope if kind != "oneof")
        if token in ("message", "enum", "oneof"):
            scope.append((tokens[at + 1], token))
            if token != "oneof":
                (messages if token == "message" else enums)[".".join(filter(None, [owner, tokens[at + 1]]))] = {}
            at += 3
        elif token == "}":
            scope.pop()
            at += 1
        elif token in ("syntax", "package", "reserved"):
            at = tokens.index(";", at) + 1
        elif scope[-1][1] == "enum":
            enums[owner][int(tokens[at + 2])] = token
            at += 4
        else:
            repeated = token == "repeated"
            kind, name, _, number, _ = tokens[at + repeated:at + repeated + 5]
            json_name = re.sub(r"_(\w)", lambda match: match[1].upper(), name)
            oneof = scope[-1][0] if scope[-1][1] == "oneof" else None
            messages[owner][int(number)] = (json_name, kind, repeated, oneof)
            at += repeated + 5
    return messages, enums

def varint(number):
    return bytes([number]) if number < 128 else bytes([number & 127 | 128]) + varint(number >> 7)

def zigzag(number):
    return number << 1 if number >= 0 else -number * 2 - 1

def read_varint(data, at):
    value = shift = 0
    while shift < 70:
        value |= (data[at] & 127) << shift
        at, shift = at + 1, shift + 7
        if data[at - 1] < 128:
            return value & 2**64 - 1, at
    raise ValueError("a number of more than ten bytes")

class Wire:
    """Reads and writes frames; `pack` names collections and fields: name -> {number, fields: name -> number}."""

    def __init__(self, proto, pack):
        self.messages, self.enums = parse_proto(proto)
        self.pack = pack
        self.collections = {entry["number"]: name for name, entry in pack.items()}

    def kind_of(self, kind, scope):
        """The full name of a field's type; that of a scalar is itself."""
        if kind in DEFAULTS:
            return kind
        parts = scope.split(".")
        names = [".".join(parts[:length] + [kind]) for length in range(len(parts), -1, -1)]
        return next(name for name in names if name in self.messages or name in self.enums)

    def fields(self, name):
        return [(number, label, self.kind_of(kind, name), repeated, oneof)
                for number, (label, kind, repeated, oneof) in sorted(self.messages[name].items())]

    # ---------------------------------------------------------------------------------------------------- binary

    def to_bytes(self, name, message):
        out = b""
        for number, label, kind, repeated, oneof in self.fields(name):
            if label not in message:
                continue
            values = message[label] if repeated else [message[label]]
            if repeated and kind in RANGES:
                packed = b"".join(self.scalar_bytes(kind, value)[1] for value in values)
                out += varint(number << 3 | 2) + varint(len(packed)) + packed if values else b""
                continue
            for value in values:
                if not repeated and not oneof and value == self.default(kind):
                    continue
                wire, data = self.scalar_bytes(kind, value)
                out += varint(number << 3 | wire) + (varint(len(data)) + data if wire == 2 else data)
        return out

    def default(self, kind):
        return self.enums[kind][0] if kind in self.enums else DEFAULTS.get(kind)

    def scalar_bytes(self, kind, value):
        """Wire type and bytes of one value."""
        if kind in self.messages:
            return 2, self.to_bytes(kind, value)
        if kind in self.enums:
            numbers = {label: number for number, label in self.enums[kind].items()}
            return 0, varint(numbers.get(value, value))
        if kind == "string":
            return 2, value.encode()
        if kind == "bytes":
            return 2, value
        if kind == "double":
            return 1, struct.pack("<d", value)
        if kind == "fixed64":
            return 1, struct.pack("<Q", value)
        return 0, varint(zigzag(value) if kind.startswith("sint") else int(value))

    def from_bytes(self, name, data, level=1, into=None):
        if level > LEVELS_MAX:
            raise ValueError("nested too deep")
        by_number = {number: rest for number, *rest in self.fields(name)}
        result, at = {} if into is None else into, 0
        while at < len(data):
            key, at = read_varint(data, at)
            wire = key & 7
            if wire == 0:
                raw, at = read_varint(data, at)
            elif wire in (1, 2, 5):
                length, at = (8, at) if wire == 1 else (4, at) if wire == 5 else read_varint(data, at)
                raw, at = data[at:at + length], at + length
                if len(raw) != length:
                    raise ValueError("cut short")
            else:
                raise ValueError(f"wire type {wire}")
            if not 0 < key >> 3 < 2**29:
                raise ValueError("no field has this number")
            if key >> 3 in by_number:
                self.take(result, by_number, by_number[key >> 3], wire, raw, level)
        return result

    def take(self, result, by_number, field, wire, raw, level):
        label, kind, repeated, oneof = field
        is_long = kind in self.messages or kind in ("string", "bytes")
        natural = 2 if is_long else 1 if kind in ("fixed64", "double") else 0
        if repeated and not is_long and kind not in self.enums and wire == 2:
            at = 0
            while at < len(raw):
                number, at = read_varint(raw, at) if natural == 0 else (raw[at:at + 8], at + 8)
                result.setdefault(label, []).append(self.scalar(kind, number))
            return
        if wire != natural:
            # A reader of protobuf passes over a known number of another wire type, as over an unknown one.
            return
        if oneof:
            for other, _, _, group in by_number.values():
                if group == oneof and other != label:
                    result.pop(other, None)
        if kind in self.messages:
            old = None if repeated else result.get(label)
            value = self.from_bytes(kind, raw, level + 1, old)
        else:
            value = self.scalar(kind, raw)
        if repeated:
            result.setdefault(label, []).append(value)
        else:
            result[label] = value

    def scalar(self, kind, raw):
        if kind in self.enums:
            return self.enums[kind].get(raw, raw)
        if kind in ("sint32", "sint64"):
            raw = raw & 2**32 - 1 if kind == "sint32" else raw
            return raw >> 1 ^ -(raw & 1)
        if kind == "string":
            return raw.decode("utf-8")
        if kind == "double":
            return struct.unpack("<d", raw)[0]
        if kind == "fixed64":
            return struct.unpack("<Q", raw)[0]
        return raw != 0 if kind == "bool" else raw & 2**32 - 1 if kind == "uint32" else raw

    # ------------------------------------------------------------------------------------------------------ JSON

    def to_json(self, name, message):
        result = {}
        for _, label, kind, repeated, oneof in self.fields(name):
            if label not in message or (not oneof and message[label] == ([] if repeated else self.default(kind))):
                continue
            value = message[label]
            result[label] = ([self.json_value(kind, item) for item in value] if repeated
                             else self.json_value(kind, value))
        return result

    def json_value(self, kind, value):
        if kind in self.messages:
            return self.to_json(kind, value)
        if kind == "bytes":
            return base64.b64encode(value).decode()
        if kind == "double" and value in (float("inf"), float("-inf")):
            return "Infinity" if value > 0 else "-Infinity"
        return str(value) if kind in ("uint64", "sint64", "fixed64") else value

    def from_json(self, name, value, level=1):
        if level > LEVELS_MAX or not isinstance(value, dict):
            raise ValueError("an object is expected, and not too deep")
        result = {}
        snake = lambda label: re.sub(r"[A-Z]", lambda match: "_" + match[0].lower(), label)
        by_label = {spelling: field for field in self.fields(name) for spelling in (field[1], snake(field[1]))}
        groups = set()
        for key, item in value.items():
            if key not in by_label:
                raise ValueError(f"nobody knows the member {key}")
            _, label, kind, repeated, oneof = by_label[key]
            if label in result or (oneof and oneof in groups):
                raise ValueError("a member stands twice")
            if item is None:
                continue
            groups.add(oneof)
            if repeated and not isinstance(item, list):
                raise ValueError("a list is expected")
            result[label] = ([self.from_json_value(kind, part, level) for part in item] if repeated
                             else self.from_json_value(kind, item, level))
        return result

    def from_json_value(self, kind, value, level):
        if kind in self.messages:
            return self.from_json(kind, value, level + 1)
        if kind in self.enums:
            if isinstance(value, str) and value in self.enums[kind].values():
                return value
            number = self.integer(value, (-2**31, 2**31 - 1)) if not isinstance(value, str) else None
            if number is None:
                raise ValueError("no such name")
            return self.enums[kind].get(number, number)
        if kind == "bool" and isinstance(value, bool):
            return value
        if kind in ("string", "bytes") and isinstance(value, str):
            value.encode()  # refuses lone surrogates
            return value if kind == "string" else base64.b64decode(value, validate=True)
        if kind == "double" and not isinstance(value, bool):
            number = {"Infinity": float("inf"), "-Infinity": float("-inf")}.get(value)
            number = float(value) if number is None else number
            if isinstance(value, (int, float)) and abs(number) == float("inf"):
                raise ValueError("too large")
            return number
        if kind in RANGES:
            return self.integer(value, RANGES[kind])
        raise ValueError(f"{kind} is expected")

    @staticmethod
    def integer(value, bounds):
        if isinstance(value, str) and re.fullmatch(r"-?(0|[1-9][0-9]*)", value):
            value = int(value)
        if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not bounds[0] <= value <= bounds[1]:
            raise ValueError("a number is expected")
        return value

    @staticmethod
    def parse(text):
        """JSON without repeated members, lone surrogates and numbers that are none."""
        def members(pairs):
            if len({key for key, _ in pairs}) < len(pairs):
                raise ValueError("a member stands twice")
            return dict(pairs)

        def refuse(constant):
            raise ValueError(f"{constant} is no JSON")
        return json.loads(text, object_pairs_hook=members, parse_constant=refuse)

    # ------------------------------------------------------------------------------------------- readable forms

    def walk(self, name, message, convert, collection=None):
        """A copy of a message with `convert(message type, copy, collection)` applied to each part, outside first."""
        copy = dict(message)
        if "collection" in copy:
            collection = copy["collection"]
        if "collectionName" in copy:
            collection = self.pack.get(copy["collectionName"], {}).get("number")
        # What a message is about names the collection for the fields beside it.
        target = copy.get("target", {})
        if "collectionName" in target or "collection" in target:
            collection = target.get("collection") or self.pack.get(target["collectionName"], {}).get("number")
        convert(name, copy, collection)
        for _, label, kind, repeated, _ in self.fields(name):
            if label in copy and kind in self.messages:
                parts = copy[label] if repeated else [copy[label]]
                parts = [self.walk(kind, part, convert, collection) for part in parts]
                copy[label] = parts if repeated else parts[0]
        return copy

    def readable(self, name, message):
        """The message as a text frame writes it."""
        def convert(name, part, collection):
            fields = self.pack.get(self.collections.get(collection), {}).get("fields", {})
            field_name = {number: label for label, number in fields.items()}
            labels = ("fieldName" if name == "Rejection" else "name")
            if "collection" in part and part["collection"] in self.collections:
                part["collectionName"] = self.collections[part.pop("collection")]
            if "field" in part and part["field"] in field_name:
                part[labels] = field_name[part.pop("field")]
            for key in ("record", "id"):
                if key in part and name != "Hello":
                    part["uuid"] = str(uuid.UUID(bytes=part.pop(key)))
            if name == "Value" and "day" in part and DAYS[0] <= part["day"] <= DAYS[1]:
                part["date"] = str(datetime.date(1970, 1, 1) + datetime.timedelta(days=part.pop("day")))
            if name == "Value" and "instant" in part and INSTANTS[0] <= part["instant"] <= INSTANTS[1]:
                moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=part.pop("instant"))
                fraction = f".{moment.microsecond // 1000:03}" if moment.microsecond else ""
                part["time"] = moment.isoformat(timespec="seconds") + fraction + "Z"
        return self.walk(name, message, convert)

    def compact(self, name, message):
        """The message as a binary frame writes it; names that the pack has not stay."""
        def convert(name, part, collection):
            fields = self.pack.get(self.collections.get(collection), {}).get("fields", {})
            if part.get("collectionName") in self.pack:
                part["collection"] = self.pack[part.pop("collectionName")]["number"]
            for label in ("name", "fieldName"):
                if part.get(label) in fields and name != "Hello":
                    part["field"] = fields[part.pop(label)]
            if "uuid" in part:
                part["id" if name == "Value" else "record"] = uuid.UUID(part.pop("uuid")).bytes
            if "date" in part:
                part["day"] = (datetime.date.fromisoformat(part.pop("date")) - datetime.date(1970, 1, 1)).days
            if "time" in part:
                part["instant"] = self.milliseconds(part.pop("time"))
        return self.walk(name, message, convert)

    @staticmethod
    def milliseconds(text):
        match = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,3}))?Z", text)
        moment = datetime.datetime.fromisoformat(match[1]) - datetime.datetime(1970, 1, 1)
        return (moment.days * 86400 + moment.seconds) * 1000 + int((match[2] or "").ljust(3, "0"))

    # ----------------------------------------------------------------------------------------- what makes no sense

    def require(self, condition, reason="malformed"):
        if not condition:
            raise Rejected(reason)

    def check_names(self, name, part, collection):
        """Collection, record and field of a part are there, and the pack has their names."""
        if name in ("Change", "RecordPatch", "Decision"):
            self.require("collection" in part or "collectionName" in part)
            self.require("collection" in part or part["collectionName"] in self.pack, "unknownCollection")
            self.require("record" in part or "uuid" in part)
        if "record" in part:
            self.require(len(part["record"]) == 16)
        if "uuid" in part:
            self.require(re.fullmatch(r"(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", part["uuid"]))
        if name in ("FieldRef", "Edit", "FieldValue"):
            self.require("field" in part or "name" in part)
            fields = self.pack.get(self.collections.get(collection), {}).get("fields", {})
            self.require("field" in part or part["name"] in fields, "unknownField")

    def check_part(self, name, part, collection):
        self.check_names(name, part, collection)
        for _, label, kind, _, _ in self.fields(name):
            self.require(kind not in self.enums or name == "Error" or not isinstance(part.get(label), int))
        if name == "Edit":
            self.require(set(part) & {"set", "add", "insert", "remove", "put", "drop"})
        elif name == "VersionVector":
            replicas, counters = part.get("replicas", []), part.get("counters", [])
            self.require(len(replicas) == len(counters) <= VECTOR_ENTRIES_MAX and 0 not in counters)
            self.require(all(left < right for left, right in zip(replicas, replicas[1:])))
        elif name == "Value":
            self.check_value(part)
        elif name == "Authorship":
            self.require(part.get("rank", 0) <= 255)
        elif name == "Loser":
            self.require(part.get("reason", "UNSPECIFIED") != "UNSPECIFIED")
        elif name == "Update":
            self.require(part)
        elif name == "Welcome":
            limits = part.get("limits", {})
            self.require(limits.get("pushWindow") and limits.get("idleSeconds") and part.get("replica"))
        for label in {"Welcome": ("household", "member"), "Roster.Author": ("member",)}.get(name, ()):
            uuid.UUID(part.get(label, ""))

    def check_value(self, value):
        self.require(value and value.get("null", True))
        self.require(len(value.get("id", bytes(16))) == 16)
        self.require(value.get("decimal", {}).get("scale", 0) <= 18)
        keys = [member.get("key", "") for member in value.get("object", {}).get("members", [])]
        self.require(len(keys) == len(set(keys)))
        if "object" in value:
            self.require(all("value" in member for member in value["object"].get("members", [])))
        try:
            if "date" in value:
                self.require(re.fullmatch(r"\d{4}-\d\d-\d\d", value["date"]))
                datetime.date.fromisoformat(value["date"])
            if "time" in value:
                self.milliseconds(value["time"])
        except (ValueError, TypeError) as error:
            raise Rejected("malformed") from error

    def rejections(self, push):
        """What makes change sets of a push unreadable: counter -> name of the rejection."""
        found = {}
        for change_set in push.get("changeSets", []):
            try:
                for change in change_set.get("changes", []):
                    self.walk("Change", change, self.check_part)
            except Rejected as rejected:
                found[str(change_set.get("counter", 0))] = str(rejected)
        return found

    # ----------------------------------------------------------------------------------------------------- frames

    def cut(self, stream):
        """The first frame of a TCP stream; None when more bytes are needed."""
        if len(stream) < 4:
            return None
        length = struct.unpack(">I", stream[:4])[0]
        if length > FRAME_BYTES_MAX:
            raise Fault("E1002")
        return stream[4:4 + length] if len(stream) >= 4 + length else None

    def read(self, name, data, is_text):
        """A frame; raises Fault for one that cannot be read."""
        try:
            frame = self.from_json(name, self.parse(data.decode("utf-8"))) if is_text else self.from_bytes(name, data)
            if not frame:
                raise ValueError("it holds no message")
            if "deflated" in frame:
                raise ValueError("a Deflated stands neither in text nor in a Deflated")
            if name == "HubFrame":
                self.walk(name, frame, self.check_part)
            return frame
        except (ValueError, IndexError, TypeError, KeyError, RecursionError, struct.error, Rejected) as error:
            raise Fault("E1001") from error

    def inflate(self, name, data):
        """The frames in a binary frame that is a Deflated; None when it is none (rows D2 to D4)."""
        try:
            body = self.from_bytes(name, data).get("deflated", {"body": None}).get("body", b"")
            if body is None:
                return None
            stream = zlib.decompressobj(-15)
            content = stream.decompress(body, DEFLATED_BYTES_MAX[name] + 1)
            if len(content) > DEFLATED_BYTES_MAX[name]:
                raise Fault("E1002")
            if not stream.eof or stream.unused_data:
                raise ValueError("the stream ends elsewhere")
            frames, at = [], 0
            while at < len(content):
                length, = struct.unpack(">I", content[at:at + 4])
                frames.append(content[at + 4:at + 4 + length])
                at += 4 + length
            if not 0 < len(frames) <= DEFLATED_FRAMES_MAX or at > len(content):
                raise ValueError("no frames, too many, or part of one")
            return frames
        except (ValueError, IndexError, RecursionError, struct.error, zlib.error) as error:
            raise Fault("E1001") from error

    # ------------------------------------------------------------------------------------------------ content hash

    def blinded(self, household, collection, record):
        """What stands for a record in CatchUp.forget (wire.md, section 15)."""
        data = uuid.UUID(household).bytes + self.pack[collection]["number"].to_bytes(2, "big") + uuid.UUID(record).bytes
        return int.from_bytes(hashlib.sha256(data).digest()[:8], "big")

    def content_hash(self, change_set):
        """wire.md, section 13, of a change set in compact form."""
        changes = change_set.get("changes", [])
        stamp = struct.pack(">Q", change_set.get("stamp", 0))
        content = stamp + b"\x01" + self.list_bytes(changes, self.change_bytes)
        return hashlib.sha256(content).digest()[:16].hex()

    @staticmethod
    def list_bytes(items, convert):
        return varint(len(items)) + b"".join(convert(item) for item in items)

    def text_bytes(self, text):
        return varint(len(text.encode())) + text.encode()

    def change_bytes(self, change):
        kind = ["CREATE", "UPDATE", "DELETE", "RESTORE"].index(change.get("kind", "UPDATE"))
        context = change.get("context", {})
        dots = list(zip(context.get("replicas", []), context.get("counters", [])))
        expected = [reference["field"] for reference in change.get("expectFields", [])]
        expectation = (b"\x01" if change.get("expectUnchanged")
                       else b"\x02" + self.list_bytes(expected, varint) if expected else b"\x00")
        return (varint(change["collection"]) + change["record"] + bytes([kind])
                + self.list_bytes(dots, lambda dot: varint(dot[0]) + varint(dot[1])) + expectation
                + self.list_bytes(change.get("edits", []), self.edit_bytes))

    def edit_bytes(self, edit):
        field = varint(edit["field"])
        path = lambda part: self.list_bytes(part.get("path", []), self.text_bytes)
        if "add" in edit:
            return field + b"\x02" + varint(zigzag(edit["add"]))
        if "put" in edit:
            return field + b"\x05" + path(edit["put"]) + self.value_bytes(edit["put"]["value"])
        if "drop" in edit:
            return field + b"\x06" + path(edit["drop"])
        label, byte = next((label, byte) for label, byte in (("set", 1), ("insert", 3), ("remove", 4)) if label in edit)
        return field + bytes([byte]) + self.value_bytes(edit[label])

    def value_bytes(self, value):
        (kind, content), = value.items()
        if kind == "null":
            return b"\x00"
        if kind == "bool":
            return b"\x02" if content else b"\x01"
        if kind == "decimal":
            return b"\x04" + varint(zigzag(content.get("units", 0))) + bytes([content.get("scale", 0)])
        if kind == "float":
            return b"\x05" + struct.pack(">d", content)
        if kind == "text":
            return b"\x06" + self.text_bytes(content)
        if kind == "id":
            return b"\x07" + content
        if kind == "list":
            return b"\x0a" + self.list_bytes(content.get("values", []), self.value_bytes)
        if kind == "object":
            members = sorted(content.get("members", []), key=lambda member: member.get("key", "").encode())
            return b"\x0b" + self.list_bytes(
                members, lambda member: self.text_bytes(member.get("key", "")) + self.value_bytes(member["value"]))
        return bytes([{"int": 3, "day": 8, "instant": 9}[kind]]) + varint(zigzag(content))
