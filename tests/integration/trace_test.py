"""Traceback: every signature of a real sti-as has a record that is found, verified without our code, and outlives a kill."""

import calendar
import glob
import hashlib
import json
import os
import shutil
import signal
import ssl
import sys
import time
import unittest
import urllib.request

sys.path.insert(0, os.path.abspath("tests/integration"))
# pylint: disable=wrong-import-position
from client import channel, stubs  # noqa: E402
from suite_network import CALLED, CALLER, NetworkTest  # noqa: E402

OTHER = "12155550199"


def event_hash(previous, event):
    """docs/operations.md: SHA-256 over length-prefixed parts."""
    seconds, milliseconds = event["time"].removesuffix("Z").split(".")
    stamp = calendar.timegm(time.strptime(seconds, "%Y-%m-%dT%H:%M:%S")) * 1000 + int(milliseconds)
    parts = [previous, str(event["seq"]), str(stamp), event["client"], event["request_id"], event["action"], event["object"],
             ",".join(event["spcs"]), event["before"], event["after"], event["outcome"]]
    return hashlib.sha256("".join(f"{len(part.encode())}:{part};" for part in parts).encode()).hexdigest()


class TraceTest(NetworkTest):
    """One sti-as, whose records the admin may see."""

    @classmethod
    def prepare(cls, network):
        network.extra["sti-as"] += (
            "admins: [admin]\nadmin_port: {listen: \"127.0.0.1:0\", certificate_file: tls/sti-as.pem, key_file: tls/sti-as.key, "
            "client_ca_file: tls/ca.pem}\n")

    def files(self):
        return sorted(glob.glob(self.network.path("state/sti-as/calls/calls-*.log")), key=lambda name: int(name[:-4].rsplit("-", 1)[1]))

    def events(self):
        lines = []
        for name in self.files():
            with open(name, encoding="utf-8") as file:
                lines += [json.loads(line) for line in file]
        return lines

    def trace(self, *arguments):
        return self.network.stictl_json("as", "trace", *arguments)[1].get("calls", [])

    def traced(self, origid):
        """The record is on the disk within a moment of the answer."""
        found = []

        def there():
            found[:] = self.trace("--origid", origid)
            return found
        self.network.wait_until(there, f"the record of {origid}")
        self.assertEqual(len(found), 1, found)
        return found[0]

    def test_a_signature_is_found_by_all_that_a_traceback_knows(self):
        answer = self.sign("--call-id", "a84b4c76e66710@sbc.example.net")
        record = self.traced(answer["origid"])
        self.assertEqual({key: record[key] for key in ("provider", "spc", "client", "ppt", "orig", "dest", "attest", "call_id")},
                         {"provider": "quickstart", "spc": self.network.spc, "client": "sbc", "ppt": "shaken", "orig": CALLER,
                          "dest": [CALLED], "attest": "ATTESTATION_A", "call_id": "a84b4c76e66710@sbc.example.net"})
        for key, name in (("x5u", "x5u"), ("rule", "attest_rule"), ("certificate_serial", "certificate_serial"), ("iat", "iat")):
            self.assertEqual(record[key], answer[name], key)
        self.assertIn(record, self.trace("--orig", "+1 (215) 555-0121"))
        self.assertIn(record, self.trace("--dest", CALLED, "--from", record["time"]))
        self.assertNotIn(record, self.trace("--dest", CALLED, "--to", record["time"]))

    def test_a_number_that_never_called_is_not_found(self):
        done = self.network.stictl_process("as", "trace", "--orig", OTHER)
        self.assertEqual(done.returncode, 1, done.stderr)

    def test_the_records_are_hash_chained(self):
        self.traced(self.sign()["origid"])
        previous = "0" * 64
        for number, event in enumerate(self.events(), 1):
            self.assertEqual((event["seq"], event["hash"]), (number, event_hash(previous, event)))
            previous = event["hash"]
        verified = self.network.stictl_process("audit", "verify", *self.files())
        self.assertEqual(verified.returncode, 0, verified.stderr)
        # Somebody makes a C an A.
        forged = self.network.path("forged.log")
        shutil.copy(self.files()[0], forged)
        with open(forged, encoding="utf-8") as file:
            text = file.read()
        with open(forged, "w", encoding="utf-8") as file:
            file.write(text.replace('\\"attest\\":\\"A\\"', '\\"attest\\":\\"B\\"', 1))
        self.assertEqual(self.network.stictl_process("audit", "verify", forged).returncode, 1)

    def test_a_killed_daemon_loses_no_record_that_was_on_the_disk_and_goes_on_with_the_chain(self):
        before = self.traced(self.sign()["origid"])
        self.network.stop("sti-as", signal.SIGKILL)
        self.network.start("sti-as")
        self.network.wait_until(self.network.serving, "sti-as to serve again")
        after = self.traced(self.sign()["origid"])
        self.assertEqual(self.traced(before["origid"]), before)
        self.assertGreater(int(after["seq"]), int(before["seq"]))
        self.assertEqual([event["seq"] for event in self.events()], list(range(1, len(self.events()) + 1)))
        self.assertEqual(self.network.stictl_process("audit", "verify", *self.files()).returncode, 0)

    def test_every_call_of_a_batch_has_its_record(self):
        messages, services = stubs("authentication")
        call = {"orig": {"tn": OTHER[:-1] + "8"}, "dest": {"tn": [CALLED]}, "attest": "ATTESTATION_B"}
        with channel(self.network, "sti-as", "sbc") as link:
            stub = services.AuthenticationStub(link)
            request = messages.SignBatchRequest(requests=[messages.SignRequest(**call) for _ in range(200)])
            origids = {row.response.origid for row in stub.SignBatch(request, timeout=20).results}
        self.assertEqual(len(origids), 200)
        self.network.wait_until(lambda: len(self.trace("--orig", call["orig"]["tn"])) >= 200, "200 records")
        self.assertEqual({record["origid"] for record in self.trace("--orig", call["orig"]["tn"])}, origids)

    def scrape(self, path, client="admin"):
        context = ssl.create_default_context(cafile=self.network.path("tls/ca.pem"))
        if client:
            context.load_cert_chain(self.network.path(f"tls/{client}.pem"), self.network.path(f"tls/{client}.key"))
        with open(self.network.path("state/sti-as.ports"), encoding="utf-8") as file:
            ports = dict(line.strip().split("=") for line in file)
        with urllib.request.urlopen(f"https://127.0.0.1:{ports['admin']}{path}", context=context, timeout=10) as answer:
            return answer.read().decode()

    def metric(self, name):
        return sum(float(line.rsplit(" ", 1)[1]) for line in self.scrape("/metrics").splitlines() if line.startswith(name))

    def test_prometheus_sees_signatures_refusals_and_the_end_of_the_certificate(self):
        counted = self.metric('sti_as_signatures_total{attest="A"')
        answer = self.sign()
        self.assertEqual(self.metric('sti_as_signatures_total{attest="A"'), counted + 1)
        expires = calendar.timegm(time.strptime(answer["certificate_expires"][:19], "%Y-%m-%dT%H:%M:%S"))
        self.assertEqual(self.metric('sti_as_certificate_not_after_timestamp_seconds{provider="quickstart"}'), expires)
        refused = self.metric('sti_as_refusals_total{reason="TELEPHONE_NUMBER_INVALID"}')
        self.network.stictl_process("call", "sign", "--orig", "x", "--dest", CALLED, "--attest", "A", config="sbc.yaml")
        self.assertEqual(self.metric('sti_as_refusals_total{reason="TELEPHONE_NUMBER_INVALID"}'), refused + 1)
        self.assertEqual(self.scrape("/readyz").splitlines()[0], "ok")
        with self.assertRaises(OSError):
            self.scrape("/metrics", client=None)

    def test_who_may_not_see_them_does_not(self):
        done = self.network.stictl_process("as", "trace", "--orig", CALLER, config="sbc.yaml")
        self.assertIn("PERMISSION_DENIED", done.stderr)


if __name__ == "__main__":
    unittest.main()
