"""The merge rules of protocol/merge.md a second time, from the words of that page alone; rows stand in the comments.

`run(case)` raises when a case of merges/*.json shows something else than it says. README.md describes the files.
"""
import json

KINDS = [type(None), bool, int, str, list, dict]

def order(value):
    """Section 12: the order of values, without the kinds that vectors do not use."""
    kind = KINDS.index(type(value))
    if isinstance(value, list):
        return kind, [order(item) for item in value]
    if isinstance(value, dict):
        return kind, [(key.encode(), order(value[key])) for key in sorted(value, key=str.encode)]
    return kind, value.encode() if isinstance(value, str) else value or 0

class Write:
    def __init__(self, author, value, present=True):
        self.dot, self.stamp, self.rank = author
        self.value, self.present = value, present

    def shown(self):
        return {"dot": list(self.dot), **({"value": self.value} if self.present else {})}

class Refused(Exception):
    def __init__(self, reason, holder=None):
        self.reason, self.holder = reason, holder

def covers(seen, dot):
    return dot[1] <= seen.get(dot[0], 0)

def joined(seen, dot):
    return {**seen, dot[0]: max(seen.get(dot[0], 0), dot[1])}

def prefers(a, b, rule, precedence=()):
    """Whether b is preferred to a, which stands before it, and by what."""
    if "guardian" in rule and a.rank != b.rank:
        return b.rank > a.rank, "rank"  # V2
    if "precedence" in rule:
        place = lambda write: precedence.index(write.value) if write.value in precedence else len(precedence)
        if place(a) != place(b):
            return place(b) < place(a), "precedence"  # V3
    if "set" in rule and a.present != b.present:
        return b.present, "presence"  # S3
    if "first" in rule or rule == "claim":
        return False, "arrival"  # V6
    sign = -1 if "immutable" in rule else 1  # V7
    if a.stamp != b.stamp:
        return sign * (b.stamp - a.stamp) > 0, "stamp"  # V4
    return (b.dot > a.dot) == (sign > 0), "replica"  # V5

def resolve(writes, rule, precedence=()):
    winner = writes[0]
    for write in writes[1:]:
        if prefers(winner, write, rule, precedence)[0]:
            winner = write
    before = lambda write: writes.index(write) < writes.index(winner)
    losers = [(write, prefers(*((write, winner) if before(write) else (winner, write)), rule, precedence)[1])
              for write in writes if write is not winner]
    return winner, losers

def add(writes, write, seen, arrival=False):
    kept = [old for old in writes if not covers(seen, old.dot) and old.dot[0] != write.dot[0]] + [write]  # R2
    return kept if arrival else sorted(kept, key=lambda item: item.dot)  # R3

def leaves(value, path):
    if isinstance(value, dict) and value:
        return [leaf for key in value for leaf in leaves(value[key], path + (key,))]
    return [(path, value)]

def put_at(tree, path, value):
    for key in path[:-1]:
        if not isinstance(tree.get(key), dict):
            tree[key] = {}
        tree = tree[key]
    if path and not (value == {} and isinstance(tree.get(path[-1]), dict)):
        tree[path[-1]] = value

def leaf_rule(slot, path):
    """The rule that the shape gives a path; `*` stands for any key that no other rule names beside it."""
    node = slot.get("leaves", {})
    for key in path:
        node = node.get(key, node.get("*")) if isinstance(node, dict) else None
    return node if isinstance(node, str) else None

def with_kept(path, writes, slot, kept):
    """What the siblings of a path resolve to, with what its leaf keeps (J6 to J8)."""
    rule = leaf_rule(slot, path)
    winner, losers = resolve(writes, "guardian" if rule == "guardian" else slot["rule"])  # J8
    if rule not in ("max", "min", "first") or path not in kept:
        return winner, losers
    shown, others = (kept[path], []) if rule != "first" else resolve(kept[path], "first")
    if not winner.present:
        author = lambda write: (write.dot, write.stamp, write.rank)
        return winner, [(Write(author(w), shown.value) if w.present else w, reason) for w, reason in losers]
    return shown, others + [(w, reason) for w, reason in losers if not w.present]

def value_at(tree, path):
    for key in path:
        tree = tree[key]
    return tree

def view_json(entries, rule):
    """The object that is shown, the conflicts, and the most preferred write shown; entries ascend by path."""
    shown, conflicts, strongest = {}, [], None
    while entries:
        (path, (leaf, losers)), rest = entries[0], entries[1:]
        below = [entry for entry in rest if entry[0][:len(path)] == path]
        entries = rest[len(below):]
        tree, inner, strong = view_json(below, rule)
        subtree = strong and Write((strong.dot, strong.stamp, strong.rank), value_at(tree, path))
        winner = leaf
        if subtree and leaf.present and leaf.value != {}:  # J5
            below_wins, reason = prefers(leaf, subtree, rule)
            if below_wins:
                winner = subtree
                losers = [(lost, prefers(lost, subtree, rule)[1]) for lost in [leaf] + [lost for lost, _ in losers]]
            else:
                losers, subtree = [(subtree, reason)] + losers, None
        if losers:
            conflicts.append((path, winner, losers))
        conflicts += inner
        if subtree or winner.present:
            put_at(shown, path, (subtree or winner).value)
        for write in (strong, leaf):
            if write and write.present and (not strongest or prefers(strongest, write, rule)[0]):
                strongest = write
    return shown, conflicts, strongest

class Record:
    def __init__(self, collection, missing):
        self.slots = {slot["name"]: slot for slot in collection["slots"]}
        self.deletes = collection.get("deletes", "deleteWins")
        self.state, self.touches, self.tombstones, self.missing = {}, {}, [], missing

    def take(self, change, decided):
        """Takes a change set in, or refuses it whole; the hub has decided so many of each replica's."""
        dot = tuple(change["dot"])
        author = (dot, change.get("stamp", 0), change.get("rank", 1))
        if dot[0] in self.touches and self.touches[dot[0]][0][0][1] >= dot[1]:
            return  # R1
        context = {int(replica): counter for replica, counter in change.get("context", {}).items()}
        seen = {replica: min(counter, decided.get(replica, 0)) for replica, counter in context.items()}  # C2
        seen = joined(seen, (dot[0], dot[1] - 1))  # C1
        before = dict(self.state)
        try:
            for name, action, *rest in change.get("edits", []):
                self.state[name] = self.edit(self.slots[name], self.state.get(name), author, seen, action, rest)
        except Refused:
            self.state = before
            raise
        kind = change["kind"]
        if kind in ("delete", "restore"):
            self.tombstones = [(old, saw) for old, saw in self.tombstones if not covers(seen, old[0])]  # D1, D2
        if kind == "delete":
            self.tombstones = sorted(self.tombstones + [(author, joined(seen, dot))], key=lambda item: item[0][0])
        self.touches[dot[0]] = (author, kind == "delete")

    def edit(self, slot, old, author, seen, action, rest):
        rule, value = slot["rule"], rest[-1] if rest else None
        if rule == "counter":
            sums = {**(old or {}), author[0][0]: (old or {}).get(author[0][0], 0) + value}  # N1
            parts = [sums[author[0][0]]] + [sum(n for n in sums.values() if (n > 0) == side) for side in (True, False)]
            if any(not -2**63 <= part < 2**63 for part in parts):
                raise Refused("overflow")  # N2
            return sums
        if rule in ("max", "min"):
            write = Write(author, value)
            if value is None:
                return old  # M2
            if old is None:
                return write
            if value == old.value:
                return min(old, write, key=lambda item: (item.stamp, item.dot))  # M3
            return write if (order(value) > order(old.value)) == (rule == "max") else old  # M1
        if "set" in rule:
            key = json.dumps(value)
            writes = (old or {}).get(key, (value, []))[1]
            return {**(old or {}), key: (value, add(writes, Write(author, True, action == "insert"), seen))}  # S1, S2
        if "json" in rule:
            if action != "drop":
                self.keep_leaves(slot, author, seen, () if action == "set" else tuple(rest[0]), rest[-1])
            return self.edit_json(old or {}, author, seen, action, rest)
        write, writes = Write(author, value), old or []
        if rule == "claim" or "first" in rule:
            holder = resolve(writes, rule)[0] if writes else None
            lead = holder and (holder.value[0] if isinstance(holder.value, list) else holder.value)
            if lead is None or lead in self.missing or author[2] == 255:
                return [write]  # F1, K1, F4, K2
            if rule == "claim":
                if covers(seen, holder.dot):
                    return [write]  # K2
                if write.value == holder.value:
                    return old  # K4
                raise Refused("alreadyClaimed", holder)  # K3
            if covers(seen, holder.dot):
                raise Refused("alreadySet", holder)  # F2
            return add(writes, write, seen, arrival=True)  # F3
        return add(writes, write, seen)

    def keep_leaves(self, slot, author, seen, path, value):
        kept = dict(self.state.get((slot["name"], "kept"), {}))
        for place, leaf in leaves(value, path):
            rule = leaf_rule(slot, place)
            if rule in ("max", "min", "first"):
                held = kept.get(place)
                if rule == "first" and held and resolve(held, rule)[0].value == leaf:
                    continue
                state = self.edit({"rule": rule}, held, author, seen, "set", [leaf])  # J6, J7
                if state is not None:
                    kept[place] = state
        self.state[slot["name"], "kept"] = kept

    def edit_json(self, old, author, seen, action, rest):
        path = () if action == "set" else tuple(rest[0])
        covered = joined(seen, author[0])
        kept = {}
        for place, writes in old.items():
            below = place[:len(path)] == path
            above = action != "drop" and len(place) < len(path) and path[:len(place)] == place
            kept[place] = [w for w in writes if not ((below or above) and covers(covered, w.dot))]  # J4
        new = [(path, None, False)] if action == "drop" else [(*leaf, True) for leaf in leaves(rest[-1], path)]
        for place, value, present in new:  # J1, J2, J3
            kept[place] = add(kept.get(place, []), Write(author, value, present), seen)
        return {place: writes for place, writes in kept.items() if writes}

    def life(self):
        """Whether it is deleted, and the conflict about that."""
        if not self.tombstones:
            return False, None
        top = lambda authors: max(authors, key=lambda author: (author[2], author[1], author[0]))
        deletes = [author for author, _ in self.tombstones]
        edits = [author for _, (author, is_delete) in sorted(self.touches.items())
                 if not is_delete and not any(covers(saw, author[0]) for _, saw in self.tombstones)]
        if not edits:
            return True, None
        deleted = {"deleteWins": True, "editWins": False,  # D3, D4
                   "guardian": top(edits)[2] <= top(deletes)[2]}[self.deletes]  # D5
        wishes = {True: [Write(author, True, False) for author in deletes], False: [Write(a, True) for a in edits]}
        chosen = top(deletes if deleted else edits)
        winner = next(write for write in wishes[deleted] if write.dot == chosen[0])
        ranked = lambda write: self.deletes == "guardian" and write.rank != winner.rank
        return deleted, (winner, [(write, "rank" if ranked(write) else "policy") for write in wishes[not deleted]])

    def shown(self):
        deleted, life = self.life()
        fields, conflicts = {}, [conflict({"record": True}, self.deletes, *life)] if life else []
        for name, slot in self.slots.items():
            rule, state, default = slot["rule"], self.state.get(name), slot.get("default")
            if rule == "counter":
                fields[name] = max(-2**63, min(2**63 - 1, (default or 0) + sum((state or {}).values())))
            elif "set" in rule:
                entries = sorted((state or {}).values(), key=lambda entry: order(entry[0]))
                resolved = [(element, *resolve(writes, rule)) for element, writes in entries]
                fields[name] = [element for element, winner, _ in resolved
                                if winner.present and element not in self.missing]  # S4
                conflicts += [conflict({"field": name, "element": element}, rule, winner, losers)
                              for element, winner, losers in resolved]
            elif "json" in rule:
                entries = sorted((state or {}).items(), key=lambda item: [key.encode() for key in item[0]])
                kept = self.state.get((name, "kept"), {})
                fields[name], found, _ = view_json([(p, with_kept(p, w, slot, kept)) for p, w in entries], rule)
                chose = lambda path: leaf_rule(slot, path) if leaf_rule(slot, path) in ("first", "guardian") else rule
                conflicts += [conflict({"field": name, "path": list(p)}, chose(tuple(p)), *rest) for p, *rest in found]
            elif rule in ("max", "min"):
                fields[name] = state.value if state else default
            else:
                winner, losers = resolve(state, rule, slot.get("precedence", [])) if state else (None, [])
                for place, field in enumerate(slot.get("fields", [name])):
                    value = winner.value[place] if winner and "fields" in slot else winner.value if winner else default
                    fields[field] = None if isinstance(value, str) and value in self.missing else value
                if losers:
                    conflicts.append(conflict({"fields": slot.get("fields", [name])}, rule, winner, losers))
        versions = {str(replica): author[0][1] for replica, (author, _) in sorted(self.touches.items())}
        return {"life": "deleted" if deleted else "live", "versions": versions, "fields": fields,
                "conflicts": [item for item in conflicts if item]}

def conflict(subject, rule, winner, losers):
    wish = lambda write: write.value if write.present else None
    if all(write.present == winner.present and wish(write) == wish(winner) for write, _ in losers):
        return None  # who writes the same loses nothing
    return {"subject": subject, "rule": rule, "winner": winner.shown(),
            "losers": [{**write.shown(), "reason": reason} for write, reason in losers]}

def replay(case, names):
    """What is shown after the change sets in one order."""
    record, decided, refused = Record(case["collection"], case.get("missing", [])), {}, {}
    decided.update({int(replica): counter for replica, counter in case.get("decided", {}).items()})
    for name in names:
        change = case["changeSets"][name]
        replica, counter = change["dot"]
        try:
            record.take(change, {**decided, replica: counter - 1})
        except Refused as refusal:
            holder = {"holder": list(refusal.holder.dot)} if refusal.holder else {}
            refused[name] = {"reason": refusal.reason, **holder}
        decided[replica] = max(decided.get(replica, 0), counter)
    return {**record.shown(), **({"refused": refused} if refused else {})}

def stamp(case):
    (ms, logical), past = case["stamp"], case["now"]
    moved = max(0, ms - case["offset"])  # T1
    raw = moved << 16 | logical if moved <= past else past << 16  # T2
    raw = max(raw, min((case["previous"][0] << 16 | case["previous"][1]) + 1, 2**64 - 1))  # T3
    return [raw >> 16, raw & 65535]

def run(case):
    if "stamp" in case:
        assert stamp(case) == case["result"], f"the stamp is {stamp(case)}"
        return
    for result in case["results"]:
        for names in result["orders"]:
            found = replay(case, names)
            expected = {key: value for key, value in result.items() if key != "orders"}
            assert found == expected, f"order {names} shows {json.dumps(found, ensure_ascii=False)}"

def write(case):
    """Fills in what is shown; orders that show the same stand together."""
    if "stamp" in case:
        case["result"] = stamp(case)
        return
    results = []
    for names in [names for result in case["results"] for names in result["orders"]]:
        found = replay(case, names)
        known = next((result for result in results if {**result, "orders": 0} == {**found, "orders": 0}), None)
        if known:
            known["orders"].append(names)
        else:
            results.append({"orders": [names], **found})
    case["results"] = results
