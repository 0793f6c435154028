"""The audit from end to end: what happens at sti-ca and sti-pa stands in table and file, and whatever is changed is found."""

import glob
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path[:0] = [os.path.abspath("tests/interop"), os.path.abspath("tests/integration")]
# pylint: disable=wrong-import-position
import grpc  # noqa: E402
from acme_network import SPC, AcmeNetwork, b64url, der, fingerprint, make_csr, new_key, tn_auth_list  # noqa: E402
from client import channel, stubs  # noqa: E402
from raw_acme import RawAcme  # noqa: E402
from subscriber import Request  # noqa: E402
from suite_network import BINARIES, free_ports  # noqa: E402


class NamedAcme(RawAcme):
    """Names its requests."""
    request_id = "acme-request-1"

    def send(self, url, jws, content_type="application/jose+json"):
        return self.http("POST", url, json.dumps(jws), {"Content-Type": content_type, "X-Request-ID": self.request_id})


class AuditTest(unittest.TestCase):
    """One network a class, of sti-pa and sti-ca."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR"))  # pylint: disable=consider-using-with
        cls.addClassCleanup(folder.cleanup)
        cls.network = network = AcmeNetwork(folder.name, BINARIES, free_ports())
        network.acme = "enabled: true"
        network.make_keys()
        network.write_configuration()
        cls.addClassCleanup(network.stop_all)
        for name in ("sti-pa", "sti-ca"):
            network.start(name)
        network.wait_until(lambda: network.serving("pa", "ca"), "sti-pa and sti-ca to serve")
        network.stictl("pa", "provider", "register", "--id", "audit", "--name", "Audit Telephone", "--spc", SPC, "--client", "sti-as")

    @property
    def file(self):
        return self.network.path("state/sti-ca/audit.log")

    def audit(self, *arguments, daemon="--ca"):
        return self.network.stictl_process("audit", *arguments, daemon)

    def events(self, *arguments, daemon="--ca"):
        return self.network.stictl_json("audit", "list", daemon, "--page-size", "1000", *arguments)[1].get("events", [])

    def lines(self):
        with open(self.file, encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def file_has_all(self):
        count = len(self.events())
        return os.path.exists(self.file) and len(self.lines()) == count

    def assert_verifies(self, *arguments):
        done = self.network.stictl_process("audit", "verify", *arguments)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        return done.stdout

    def assert_broken(self, expected, *arguments):
        done = self.network.stictl_process("audit", "verify", *arguments)
        self.assertEqual(done.returncode, 1, done.stderr + done.stdout)
        self.assertIn("AUDIT_BROKEN", done.stderr)
        for text in expected:
            self.assertIn(text, done.stderr)

    def make_key(self, provider="somebody"):
        self.network.stictl("ca", "account", "key", "--provider", provider)

    def sql(self, statement, *parameters):
        database = sqlite3.connect(self.network.path("state/sti-ca/ca.sqlite"), timeout=10)
        try:
            with database:
                database.execute(statement, parameters)
        finally:
            database.close()

    def issue_by_acme(self):
        account_key = new_key()
        acme = NamedAcme(self.network, account_key)
        self.assertEqual(acme.register(contact=["mailto:noc@example.net"]).status, 201)
        order = acme.order(b64url(tn_auth_list(SPC)))
        self.assertEqual(acme.answer_challenge(order.json, self.network.spc_token(fingerprint(account_key))).status, 200)
        done = acme.post(order.json["finalize"], {"csr": b64url(der(make_csr(new_key())))})
        self.assertEqual(done.json["status"], "valid", done.body)
        return acme, acme.kid.rsplit("/", 1)[1], done.json["certificate"].rsplit("/", 1)[1]

    def test_whatever_happens_at_the_ca_is_an_event(self):
        first = len(self.events())
        _, account, serial = self.issue_by_acme()
        with channel(self.network, "sti-ca", "sti-as") as ca:
            issued = Request(self.network, SPC).send(ca)
        self.assertFalse(isinstance(issued, str), issued)
        self.network.stictl("ca", "revoke", issued.serial, "--reason", "4")  # a dry run is no event
        self.network.stictl("ca", "revoke", issued.serial, "--reason", "4", "--yes")
        self.network.stictl("ca", "account", "pause", account)
        self.network.stictl("ca", "account", "pause", account)  # changes nothing
        self.network.stictl("ca", "account", "resume", account)
        self.make_key("Interop")
        self.assertEqual(self.network.stictl_process("ca", "revoke", serial, "--reason", "4", config="sbc.yaml").returncode, 3)
        events = self.events()[first:]
        self.assertEqual([(event["action"], event["client"], event["outcome"]) for event in events], [
            ("account.create", f"acme:{account}", "done"),
            ("authorization.validate", f"acme:{account}", "done"),
            ("certificate.issue", f"acme:{account}", "done"),
            ("certificate.issue", "sti-as", "done"),
            ("certificate.revoke", "admin", "done"),
            ("account.pause", "admin", "done"),
            ("account.resume", "admin", "done"),
            ("external_key.create", "admin", "done"),
            ("RevokeCertificate", "sbc", "PERMISSION_DENIED"),
        ])
        self.assertEqual([event["object"] for event in events[:6] if event["action"] != "authorization.validate"], [
            f"account/{account}", f"certificate/{serial}", f"certificate/{issued.serial}", f"certificate/{issued.serial}",
            f"account/{account}"])
        self.assertEqual(events[8]["object"], "rpc/RevokeCertificate")
        self.assertEqual({event["request_id"] for event in events[:3]}, {"acme-request-1"})
        self.assertEqual(len({event["request_id"] for event in events[3:]}), 6, "each has one of its own")
        validated = json.loads(events[1]["after"])
        after = json.loads(events[2]["after"])
        self.assertEqual((validated["jti"], validated["spc"], validated["state"]), (after["jti"], SPC, "valid"))
        self.assertEqual((after["serial"], after["spc"], after["requester"]), (serial, SPC, f"acme:{account}"))
        self.assertTrue(after["jti"] and after["subject"] and after["not_after"])
        self.assertEqual(events[0]["before"], "")
        self.assertEqual((json.loads(events[5]["before"])["paused"], json.loads(events[5]["after"])["paused"]), (False, True))
        # The key of the external account is a secret.
        self.assertEqual(set(json.loads(events[7]["after"])), {"id", "provider"})

        about = self.events("--object", f"certificate/{issued.serial}")
        self.assertEqual([event["action"] for event in about], ["certificate.issue", "certificate.revoke"])
        self.assertLessEqual({about[0]["seq"], events[1]["seq"]}, {event["seq"] for event in self.events("--spc", SPC)})
        self.assertEqual(self.events("--spc", "9999"), [])
        self.assertEqual(self.events("--to", events[0]["time"])[-1:], self.events()[first - 1:first] if first else [])
        self.assertEqual(self.events("--from", events[0]["time"])[0], events[0])
        text = self.audit("list", "--object", f"account/{account}").stdout
        self.assertIn("account.pause", text)

    def test_the_pa_keeps_one_too(self):
        actions = [event["action"] for event in self.events(daemon="--pa")]
        self.assertIn("provider.register", actions)
        self.assertEqual(self.audit("verify", daemon="--pa").returncode, 0)
        self.network.wait_until(lambda: self.network.stictl_process(
            "audit", "verify", "--pa", self.network.path("state/sti-pa/audit.log")).returncode == 0, "the file of sti-pa")

    def test_only_auditors_may_read(self):
        done = self.network.stictl_process("audit", "list", "--ca", config="sbc.yaml")
        self.assertEqual(done.returncode, 3)
        self.assertIn("auditor", done.stderr)

    def test_table_and_file_verify_and_have_the_same_head(self):
        self.make_key()
        self.network.wait_until(self.file_has_all, "the file to have every event")
        self.assertEqual(os.stat(self.file).st_mode & 0o777, 0o600)
        head = self.audit("head").stdout.strip()
        for arguments in (["--ca"], [self.file], ["--ca", self.file]):
            self.assertIn(f"head: {head}", self.assert_verifies(*arguments))
        self.make_key()
        self.assertIn("OK: 1 event,", self.assert_verifies("--ca", "--after", head))
        seq, digest = head.split(":")
        self.assert_broken(["whose hash was kept"], "--ca", "--after", f"{seq}:{digest[::-1]}")

    def test_one_octet_in_the_file_and_one_row_in_the_table_are_found(self):
        for _ in range(4):
            self.make_key()
        self.network.wait_until(self.file_has_all, "the file to have every event")
        with open(self.file, "rb") as file:
            good = file.read()
        lines = good.splitlines(keepends=True)
        copy = self.network.path("copy.log")

        def broken(octets, line):
            with open(copy, "wb") as file:
                file.write(octets)
            self.assert_broken([f"{copy}:{line}"], copy)

        at = len(lines[0]) + lines[1].index(b"client") + 10
        broken(good[:at] + bytes([good[at] ^ 1]) + good[at + 1:], 2)
        broken(b"".join(lines[:1] + lines[2:]), 2)
        broken(b"".join([lines[0], lines[2], lines[1]] + lines[3:]), 2)
        broken(b"".join(lines[:3] + lines[2:]), 4)
        broken(b"".join(lines[1:]), 1)

        # A tail that was cut off is no break in the chain: the table knows.
        with open(copy, "wb") as file:
            file.write(b"".join(lines[:2]))
        self.assert_verifies(copy)
        self.network.wait_until(lambda: self.network.stictl_process("audit", "verify", "--ca", copy).returncode == 1,
                                "the events to be old enough to be missed")
        self.assert_broken([f"{copy}:2", "event 3 is missing at the end"], "--ca", copy)

        with self.assertRaisesRegex(sqlite3.DatabaseError, "the audit is append-only"):
            self.sql("UPDATE audit SET client = 'nobody' WHERE seq = 3")
        with self.assertRaisesRegex(sqlite3.DatabaseError, "the audit is append-only"):
            self.sql("DELETE FROM audit WHERE seq = 3")
        self.sql("DROP TRIGGER audit_refuses_UPDATE")  # as somebody might who has the file
        self.sql("UPDATE audit SET client = 'nobody' WHERE seq = 3")
        self.assert_broken(["sti-ca", "event 3"], "--ca")
        self.assert_broken(["sti-ca", "event 3"], "--ca", self.file)
        self.assert_verifies(self.file)
        self.sql("UPDATE audit SET client = ? WHERE seq = 3", json.loads(lines[2])["client"])
        self.assert_verifies("--ca", self.file)

    def test_a_renamed_file_is_followed_by_a_new_one(self):
        self.make_key()
        self.network.wait_until(self.file_has_all, "the file to have every event")
        rotated = self.network.path("state/sti-ca/audit.log.1")
        os.rename(self.file, rotated)
        self.make_key()
        self.make_key()
        self.network.wait_until(lambda: os.path.exists(self.file) and len(self.lines()) == 2, "a new file")
        self.assert_verifies("--ca", rotated, self.file)
        self.assert_broken([f"{self.file}:1"], self.file)
        with open(rotated, "rb") as old, open(self.file, "rb") as new:
            both = old.read() + new.read()
        piped = subprocess.run([self.network.binaries["stictl"], "audit", "verify", "-"], input=both, capture_output=True, check=False)
        self.assertEqual(piped.returncode, 0, piped.stderr)
        # For the other tests: one file again.
        self.network.stop("sti-ca")
        with open(self.file, "wb") as file:
            file.write(both)
        os.remove(rotated)
        self.start_ca()
        self.assert_verifies("--ca", self.file)

    def start_ca(self):
        ports = self.network.path("state/sti-ca.ports")
        if os.path.exists(ports):
            os.remove(ports)
        self.network.start("sti-ca")
        self.network.wait_until(lambda: self.network.serving("ca"), "sti-ca to serve again")

    def test_a_killed_daemon_catches_up(self):
        messages, services = stubs("certificate_authority")
        answered = set()

        def write():
            with channel(self.network, "sti-ca", "admin") as connection:
                stub = services.AuthorityAdminStub(connection)
                while True:
                    try:
                        made = stub.CreateExternalAccountKey(
                            messages.CreateExternalAccountKeyRequest(provider="crash"), timeout=5)
                    except grpc.RpcError:
                        return
                    answered.add(f"external_key/{made.id}")

        for kill in range(4):
            before = len(answered)
            writers = [threading.Thread(target=write) for _ in range(4)]
            for writer in writers:
                writer.start()
            self.network.wait_until(lambda: len(answered) > before + 30, "events to be written")  # pylint: disable=cell-var-from-loop
            self.network.stop("sti-ca", signal.SIGKILL)
            for writer in writers:
                writer.join()
            if kill % 2:
                with open(self.file, "ab") as file:
                    file.write(b'{"action":"torn')
            self.start_ca()
            self.network.wait_until(self.file_has_all, "the file to catch up")
            self.assert_verifies("--ca", self.file)
        # What was answered is there, once.
        objects = [line["object"] for line in self.lines() if line["object"].startswith("external_key/")]
        self.assertEqual(len(objects), len(set(objects)))
        self.assertLessEqual(answered, set(objects))
        self.assertEqual(glob.glob(self.file + "*"), [self.file])

    def test_what_cannot_be_verified_is_a_usage_error(self):
        for arguments in ([], [self.network.path("nowhere")], ["--ca", "--pa"], ["--ca", "--after", "7"]):
            done = self.network.stictl_process("audit", "verify", *arguments)
            self.assertEqual(done.returncode, 2, (arguments, done.stderr))


if __name__ == "__main__":
    unittest.main()
