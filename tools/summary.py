#!/usr/bin/python3
"""Counts test cases for tools/test.

    summary.py collect STAGE EVENTS EXIT_CODE   records of one `bazel test`, from its build event file (JSON)
    summary.py total RECORDS                    what was skipped and failed, then `N passed, N failed, N skipped`

A record is a line: outcome, stage, name, reason, log, separated by tabs. `total` exits 1 unless something passed and
nothing failed.
"""
import json
import os
import re
import sys
import urllib.parse
import xml.etree.ElementTree

SKIPPED_LINE = re.compile(r"^SKIPPED: (.*)$", re.MULTILINE)
# A build that one broken dependency stops reports its dependants as aborted, too; a target that is
# incompatible with this platform is not a failure.
NOT_A_FAILURE = {"SKIPPED", "NO_BUILD"}


def record(outcome, stage, name, reason="", log=""):
    return "\t".join([outcome, stage, name, " ".join(reason.split()), log])


def local_path(uri):
    return urllib.parse.unquote(urllib.parse.urlparse(uri).path)


def text_of(path):
    if not path or not os.path.exists(path):
        return ""
    with open(path, encoding="utf-8", errors="replace") as f:
        return f.read()


def cases_of(xml_path):
    """Yields (name, outcome, reason) of each case of a test.xml; nothing when it cannot be read."""
    try:
        root = xml.etree.ElementTree.parse(xml_path).getroot()
    except (OSError, xml.etree.ElementTree.ParseError):
        return
    for case in root.iter("testcase"):
        name = ".".join(filter(None, [case.get("classname"), case.get("name")]))
        # GoogleTest's own words: a case of a filtered or disabled test is listed and not run.
        if case.get("status") == "notrun":
            yield name, "skipped", "disabled"
            continue
        if case.find("failure") is not None or case.find("error") is not None:
            yield name, "failed", ""
            continue
        skipped = case.find("skipped")
        if skipped is not None or case.get("result") == "skipped":
            message = "" if skipped is None else skipped.get("message") or skipped.text or ""
            yield name, "skipped", re.sub(r"^\S+:\d+\s+", "", message.strip())
            continue
        yield name, "passed", ""


def target_records(stage, label, status, xml_path, log_path):
    """The records of one run (or shard) of one test target."""
    cases = list(cases_of(xml_path)) if xml_path else []
    passed = status == "PASSED" or status == "FLAKY"
    if not passed and not any(outcome == "failed" for _, outcome, _ in cases):
        # It died outside of its cases: a crash, a time-out, a leak that was found at exit.
        cases.append(("", "failed", status))
    if passed and not cases:
        cases = [("", "passed", "")]
    if passed and len(cases) == 1:
        script_skip = SKIPPED_LINE.search(text_of(log_path))
        if script_skip:
            cases = [(cases[0][0], "skipped", script_skip.group(1))]
    single = len(cases) == 1
    return [
        record(outcome, stage, label if single or not name else f"{label} {name}", reason, log_path or "")
        for name, outcome, reason in cases
    ]


def collect(stage, event_path, exit_code):
    runs, broken = {}, {}
    with open(event_path, encoding="utf-8") as events:
        for line in events:
            event = json.loads(line)
            key = event.get("id", {})
            if "testResult" in event and "testResult" in key:
                run = key["testResult"]
                attempt = (run["label"], run.get("run", 1), run.get("shard", 1))
                runs[attempt] = event["testResult"]  # a later attempt overrides an earlier one
            elif "targetCompleted" in key:
                label = key["targetCompleted"]["label"]
                if "aborted" in event:
                    if event["aborted"].get("reason") not in NOT_A_FAILURE:
                        broken[label] = "does not build: " + event["aborted"].get("reason", "aborted").lower()
                elif not event.get("completed", {}).get("success", False):
                    broken[label] = "does not build"
    records = []
    for (label, _, _), result in sorted(runs.items()):
        outputs = {o["name"]: local_path(o["uri"]) for o in result.get("testActionOutput", []) if "uri" in o}
        records += target_records(
            stage, label, result.get("status", "NO_STATUS"), outputs.get("test.xml"), outputs.get("test.log"))
    tested = {label for label, _, _ in runs}
    records += [record("failed", stage, label, why) for label, why in sorted(broken.items()) if label not in tested]
    # Bazel 4: 0 is green, 3 is "some tests failed", 4 is "no test was found".
    if exit_code not in (0, 4) and not any(r.startswith("failed") for r in records):
        records.append(record("failed", stage, "bazel", f"exit code {exit_code}"))
    return records


def total(records):
    """Returns (report lines, counts)."""
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    report = []
    for line in records:
        outcome, stage, name, reason, _ = (line.rstrip("\n").split("\t") + [""] * 5)[:5]
        counts[outcome] += 1
        if outcome != "passed":
            report.append(f"{outcome.upper()} [{stage}] {name}" + (f": {reason}" if reason else ""))
    report.sort(reverse=True)  # skipped first: what failed stands next to the last line
    report.append("{passed} passed, {failed} failed, {skipped} skipped".format(**counts))
    return report, counts


def main(arguments):
    if len(arguments) == 4 and arguments[0] == "collect":
        print("\n".join(collect(arguments[1], arguments[2], int(arguments[3]))))
        return 0
    if len(arguments) == 2 and arguments[0] == "total":
        with open(arguments[1], encoding="utf-8") as f:
            report, counts = total([line for line in f if line.strip()])
        print("\n".join(report))
        return 0 if counts["passed"] and not counts["failed"] else 1
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
