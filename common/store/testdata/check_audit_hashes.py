"""Judges the hashes of audit events with hashlib, from what common/store/audit_log.h says.

Argument: a file with a JSON list of events, from the first on. Prints nothing and ends with 0 when all are right.
"""

import hashlib
import json
import sys

ORDER = ["seq", "time_ms", "client", "request_id", "action", "object", "spcs", "before", "after", "outcome"]


def netstring(part):
    octets = str(part).encode()
    return b"%d:%s;" % (len(octets), octets)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        events = json.load(file)
    previous = "0" * 64
    for number, event in enumerate(events, 1):
        assert event["seq"] == number, event
        digest = hashlib.sha256(netstring(previous) + b"".join(netstring(event[name]) for name in ORDER)).hexdigest()
        assert event["hash"] == digest, event
        previous = digest
    assert events, "nothing to judge"


main()
