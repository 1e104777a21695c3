"""Prints what the Autobahn WebSocket test suite found; scripts/websocket-conformance runs it.

Exit status: 0 when every selected case passed (and there were as many as expected),
1 when some did not, 2 when the report cannot be read.
"""

import argparse
import json
import os
import re
import sys
import textwrap

# What counts as passed, and why:
#  - OK: the server did what the case asks for.
#  - NON-STRICT: it did something else that the RFC allows, e.g. it did not hurry to
#    fail the connection in the middle of a message, or dropped a reply it owed before
#    the protocol error. The suite itself calls such a server conformant. Some of these
#    cases depend on timing, so their number may differ by one or two between runs.
#    They are counted apart, so that a change in them is seen.
#  - INFORMATIONAL: the RFC leaves the behaviour open and the suite only notes it. Such
#    a case cannot fail (but see was_opened), so it says little for the server; counted
#    apart as well.
# Everything else has failed: FAILED, UNIMPLEMENTED (the server declined an extension
# that the case is about), and what the suite may say in future.
PASSING = ("OK", "NON-STRICT", "INFORMATIONAL")
# How the connection ended is judged apart, and NON-STRICT is no verdict there. WRONG
# CODE, UNCLEAN, FAILED and FAILED BY CLIENT (the server left it to the client to close
# the TCP connection) all fail the case.
PASSING_CLOSE = ("OK", "INFORMATIONAL")


class Colours:
    def __init__(self, stream):
        use = stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM", "dumb") != "dumb"
        self.bold, self.red, self.green, self.reset = (
            ("\033[1m", "\033[31m", "\033[32m", "\033[0m") if use else ("", "", "", "")
        )


def section_of(case_id):
    return case_id.split(".")[0]


def was_opened(result):
    """Whether the server completed the opening handshake.

    If not, the suite calls an informational case informational all the same. It shows
    in the duration only, which then counts from 1970.
    """
    return result["duration"] < 1e12


def passes(result):
    return was_opened(result) and result["behavior"] in PASSING and result["behaviorClose"] in PASSING_CLOSE


def load_json(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def load_results(report_dir):
    agents = load_json(os.path.join(report_dir, "index.json"))
    if len(agents) > 1:
        raise ValueError("the report is on more than one server: " + ", ".join(sorted(agents)))
    # No server at all: the very first connection failed, and no case has a result.
    return next(iter(agents.values()), {})


def clean(text, width=300):
    """One line, without the suite's HTML, and with nothing in it that a terminal obeys."""
    text = re.sub(r"<br\s*/?>", " ", str(text))
    text = re.sub(r"<[^>]*>", "", text)
    text = " ".join(text.split())
    # The server wrote some of this.
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    # An unpaired surrogate is not printable, so nothing is left that UTF-8 cannot hold.
    return text if len(text) <= width else text[: width - 4] + " ..."


def events(received):
    if not received:
        return "nothing"
    words = []
    for event in received:
        kind, payload = event[0], clean(event[1], 40) if len(event) > 1 else ""
        if kind == "message" and len(event) > 2:
            kind = "binary message" if event[2] else "text message"
        words.append('{} "{}"'.format(kind, payload))
    shown = ", ".join(words[:4])
    return shown if len(words) <= 4 else "{} and {} more".format(shown, len(words) - 4)


def how_it_ended(case):
    status_line = (case.get("httpResponse") or "").split("\r\n")[0]
    if case.get("wasOpenHandshakeTimeout"):
        return "the server did not answer the opening handshake"
    if status_line and status_line != "?" and " 101 " not in status_line + " ":
        return "the server answered the opening handshake with: " + clean(status_line, 100)
    ends = []
    if case.get("remoteCloseCode") is not None:
        reason = case.get("remoteCloseReason")
        ends.append(
            "the server sent close code {}{}".format(
                case["remoteCloseCode"], ' "{}"'.format(clean(reason, 120)) if reason else " without a reason"
            )
        )
    else:
        ends.append("the server sent no close code")
    if case.get("wasCloseHandshakeTimeout"):
        ends.append("it did not answer the suite's close in time")
    if case.get("wasServerConnectionDropTimeout"):
        ends.append("it did not close the TCP connection in time")
    if case.get("failedByMe"):
        ends.append("the suite gave up on the connection")
    if not case.get("wasClean") and case.get("wasNotCleanReason"):
        ends.append(clean(case["wasNotCleanReason"], 160))
    return "; ".join(ends)


def what_happened(result, report_dir):
    """(description, [(label, text)]) of a failed case, from the suite's report on it."""
    verdict = "{}, and its close {}".format(result["behavior"], result["behaviorClose"])
    try:
        case = load_json(os.path.join(report_dir, result["reportfile"]))
    except (OSError, ValueError) as error:
        return "(no report on it: {})".format(clean(error)), [("verdict", verdict)]
    lines = [("expected", clean(case["expectation"])), ("verdict", verdict)]
    judgements = [] if was_opened(result) else ["The WebSocket opening handshake was never completed!"]
    if was_opened(result) and result["behavior"] not in PASSING:
        judgements.append(clean(case["result"]))
    if result["behaviorClose"] not in PASSING_CLOSE:
        judgements.append(clean(case["resultClose"]))
    lines.append(("because", " / ".join(dict.fromkeys(judgements))))
    lines.append(("received", events(case.get("received"))))
    after = " (after {} ms)".format(result["duration"]) if was_opened(result) else ""
    lines.append(("ended", how_it_ended(case) + after))
    return clean(case["description"]), lines


def print_table(selected, results, sections, colours):
    header = ("cases", "passed", "non-strict", "informational", "failed")
    order = list(dict.fromkeys(section_of(case_id) for case_id in selected))
    names = {key: "{:>2}  {}".format(key, sections.get(key, "")) for key in order}
    width = max([len(name) for name in names.values()] + [len("section")])

    def row(name, counts, colour=""):
        cells = "".join("{:>{}}".format(count, len(title) + 2) for count, title in zip(counts, header))
        print("{}{:<{}}{}{}".format(colour, name, width, cells, colours.reset if colour else ""))

    def count(cases):
        found = [results[case_id] for case_id in cases if case_id in results]
        passed = [result for result in found if passes(result)]
        return (
            len(cases),
            len(passed),
            sum(result["behavior"] == "NON-STRICT" for result in passed),
            sum(result["behavior"] == "INFORMATIONAL" for result in passed),
            # A case without a result has failed too: it was not shown to pass.
            len(cases) - len(passed),
        )

    row("section", header, colours.bold)
    for key in order:
        counts = count([case_id for case_id in selected if section_of(case_id) == key])
        row(names[key], counts, colours.red if counts[-1] else "")
    totals = count(selected)
    row("all", totals, colours.bold)
    print("(non-strict and informational cases are among the passed ones)")
    return totals


def print_ids(title, ids):
    if ids:
        print(textwrap.fill("{}: {}".format(title, ", ".join(ids)), 100, subsequent_indent="  "))


def print_failures(selected, results, report_dir, colours):
    failed = [case_id for case_id in selected if case_id in results and not passes(results[case_id])]
    for case_id in failed:
        description, lines = what_happened(results[case_id], report_dir)
        print("\n{}FAILED {}{}  {}".format(colours.red, case_id, colours.reset, description))
        for label, text in lines:
            print(textwrap.fill("{:<9} {}".format(label + ":", text), 100, initial_indent="    ",
                                subsequent_indent=" " * 14))
    missing = [case_id for case_id in selected if case_id not in results]
    if missing:
        print("\n{}NO RESULT{} for {} of {} cases, counted as failed; the first is {}, the last {}".format(
            colours.red, colours.reset, len(missing), len(selected), missing[0], missing[-1]))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--report", required=True, help="the suite's report directory")
    parser.add_argument("--selected", required=True, help="JSON: the cases selected and the sections' names")
    parser.add_argument("--expected", type=int, help="how many cases must have passed")
    parser.add_argument("--kept-if-passed", default="", help="where the reports will be when all passed")
    parser.add_argument("--kept-if-failed", default="", help="where the reports will be when some failed")
    arguments = parser.parse_args()
    # Descriptions and close reasons are not all ASCII, and the locale may be.
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")
    colours = Colours(sys.stdout)

    try:
        selection = load_json(arguments.selected)
        selected = selection["cases"]
        results = load_results(arguments.report)
        print()
        _, passed, _, _, failed = print_table(selected, results, selection["sections"], colours)
        for verdict in ("NON-STRICT", "INFORMATIONAL"):
            print_ids(verdict.lower(), [
                case_id for case_id in selected
                if case_id in results and passes(results[case_id]) and results[case_id]["behavior"] == verdict
            ])
        print_failures(selected, results, arguments.report, colours)
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        print("cannot read the suite's report: {!r}".format(error), file=sys.stderr)
        return 2

    complete = arguments.expected is None or passed + failed == arguments.expected
    if not complete:
        print("\n{}NOT COMPLETE{}: {} cases were selected, and {} are expected".format(
            colours.red, colours.reset, len(selected), arguments.expected))
    good = complete and failed == 0 and passed > 0
    kept = arguments.kept_if_passed if good else arguments.kept_if_failed
    if kept:
        print("\nThe suite's reports and logs of this run: " + kept)
    # Last and alone on its line, for whatever counts tests by it.
    print("\n{}{} passed, {} failed{}".format(colours.green if good else colours.red, passed, failed, colours.reset))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
