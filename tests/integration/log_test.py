"""What the daemons write into their logs at level debug: one request id through all that it touches, numbers masked where that is set, and no
secret; neither in the list of processes, nor in an error."""

import base64
import http.client
import json
import os
import re
import ssl
import subprocess
import sys
import time
import unittest
import uuid

sys.path[:0] = [os.path.abspath("tests/integration"), os.path.abspath("tools/story")]
# pylint: disable=wrong-import-position
import grpc  # noqa: E402
from client import channel, error_detail, stubs  # noqa: E402
from network import DAEMONS  # noqa: E402
from rest_client import RestClient, make_keys, rest_port  # noqa: E402
from suite_network import CALLED, CALLER, NetworkTest  # noqa: E402

REFUSED = 3  # exit code of stictl
OTHER = "12155550199"
PASSPHRASE = "correct horse battery staple 4711"
JWT = re.compile(r"eyJ[A-Za-z0-9_-]{8}")  # SPC tokens, PASSporTs


class LogCase(RestClient, NetworkTest):
    PATH = "/stir/v1/verification"
    MASK = None

    @classmethod
    def prepare(cls, network):
        cls.errors = []  # whatever was said to a client
        cls.made = []  # (of what, secret): what the daemons made
        cls.keys = make_keys(network, "rest.keys", ("sbc", "stranger"))
        with open(os.open(network.path("passphrase"), os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
            file.write(PASSPHRASE + "\n")
        network.extra["sti-as"] = "      passphrase_file: passphrase\n"
        network.extra["sti-pa"] = ("https: {server: {listen: \"127.0.0.1:0\", certificate_file: tls/sti-pa.pem, "
                                   "key_file: tls/sti-pa.key}}\n")
        network.extra["sti-vs"] = ("rest: {listen: \"127.0.0.1:0\", certificate_file: tls/sti-vs.pem, key_file: tls/sti-vs.key, "
                                   "client_ca_file: tls/ca.pem, api_keys_file: rest.keys}\n")
        for name in DAEMONS:
            network.extra[name] += f"log: {{level: debug, mask_numbers: {str(cls.MASK).lower()}}}\n"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.port = rest_port(cls.network, "sti-vs")

    # --- the logs

    def log(self, name):
        with open(self.network.path(f"{name}.log"), encoding="utf-8") as file:
            return file.read()

    def line(self, name, *words):
        """The one line of a log with all of these words; logs are written before answers or soon after."""
        found = []

        def read():
            found[:] = [line for line in self.log(name).splitlines() if all(word in line for word in words)]
            return bool(found)
        self.network.wait_until(read, f"{words} in the log of {name}", 60)
        self.assertEqual(len(found), 1, (name, words, found))
        return found[0]

    # --- calls

    def call(self, daemon, method, request, request_id, timeout=60):
        name = {"sti-as": ("authentication", "AuthenticationStub"), "sti-vs": ("verification", "VerificationStub")}[daemon]
        with channel(self.network, daemon, "sbc") as one:
            stub = getattr(stubs(name[0])[1], name[1])(one)
            return getattr(stub, method)(request, timeout=timeout, metadata=(("x-request-id", request_id),))

    def refused_call(self, daemon, request_id):
        """Numbers that are none, as a client that names its request."""
        if daemon == "sti-as":
            method, request = "Sign", stubs("authentication")[0].SignRequest()
        else:
            method, request = "Verify", stubs("verification")[0].VerifyRequest()
        with self.assertRaises(grpc.RpcError) as refused:
            self.call(daemon, method, request, request_id)
        self.errors.append(f"{refused.exception.details()} {error_detail(refused.exception)}")

    def divert(self, request_id, identity, iat):
        calls = stubs("call")[0]
        return self.call("sti-as", "Sign", stubs("authentication")[0].SignRequest(
            ppt="div", orig=calls.Party(tn=CALLER), dest=calls.Destination(tn=[OTHER]), div=calls.Party(tn=CALLED), iat=iat,
            incoming_identity=[identity]), request_id)

    def original(self):
        calls = stubs("call")[0]
        return self.call("sti-as", "Sign", stubs("authentication")[0].SignRequest(
            orig=calls.Party(tn=CALLER), dest=calls.Destination(tn=[CALLED]), attest=calls.ATTESTATION_A), "original")

    def acme(self, request_id):
        """Of a directory that is not there."""
        context = ssl.create_default_context(cafile=self.network.path("tls/ca.pem"))
        connection = http.client.HTTPSConnection("localhost", self.network.ports["repository"], context=context, timeout=60)
        try:
            connection.request("POST", "/acme/new-order", "{}", {"X-Request-ID": request_id, "Content-Type": "application/jose+json"})
            answer = connection.getresponse()
            text = answer.read().decode()
            self.errors.append(text)
            return answer.status
        finally:
            connection.close()

    def ask_sti_pa(self, path, value, **headers):
        with open(self.network.path("state/sti-pa.ports"), encoding="ascii") as file:
            port = int(dict(line.strip().split("=") for line in file)["https"])
        connection = http.client.HTTPSConnection("127.0.0.1", port, context=self.context(), timeout=60)
        try:
            connection.request("POST", path, json.dumps(value), {"Content-Type": "application/json", **headers})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def token_of_a_user(self):
        """A login with a wrong and the right password, and an SPC token."""
        user = "kms@suite.example"
        password = self.network.stictl_json("pa", "user", "add", "--provider", "suite", "--user", user)[1]["password"]
        self.made.append(("password", password))
        status, text = self.ask_sti_pa("/api/v1/auth/login", {"userId": user, "password": password[:-1]})
        self.assertGreaterEqual(status, 400, text)
        self.errors.append(text)
        status, text = self.ask_sti_pa("/api/v1/auth/login", {"userId": user, "password": password})
        self.assertEqual(status, 200, text)
        session = json.loads(text)["accessToken"]
        self.made.append(("session", session))
        spcs = base64.b64encode(bytes.fromhex("3008a006160431323334")).decode()  # RFC 8226 s9: SPC 1234
        atc = {"tktype": "TNAuthList", "tkvalue": spcs, "ca": False, "fingerprint": "SHA256 " + ":".join(["AB"] * 32)}
        status, text = self.ask_sti_pa("/api/v1/account/1234/token", {"atc": atc}, Authorization=session)
        self.assertEqual(status, 200, text)
        self.made += [("SPC token", part) for part in json.loads(text)["token"].split(".")]
        self.errors.append(self.ask_sti_pa("/api/v1/account/9999/token", {"atc": atc}, Authorization=session)[1])
        self.errors.append(self.ask_sti_pa("/api/v1/account/1234/token", {"atc": atc}, Authorization=session[:-1])[1])

    def story(self):
        """Something of all that is logged with numbers, keys or tokens nearby, much of it refused."""
        signed = self.original()
        self.divert("story", signed.identity, signed.iat)
        for daemon in ("sti-as", "sti-vs"):
            self.refused_call(daemon, "story")
        for number in (CALLER, CALLED):
            for command in (("pa", "number", "assign", "--spc", "1234", "--start", number, "--count", "1"),
                            ("as", "rule", "put", "--kind", "do-not-originate", "--first", number, "--last", number)):
                done = self.network.stictl_process(*command)
                self.errors.append(done.stdout + done.stderr)
        for key in (self.keys["sbc"], self.keys["stranger"], self.keys["sbc"][:-1], signed.identity):
            self.errors.append(self.ask({}, headers={"Authorization": f"Bearer {key}"}, client=None)[2])
        self.acme("story")
        self.token_of_a_user()

    def secrets(self):
        """(path, text): each line of each private key on the disk, and what this test has made."""
        found = [("passphrase", PASSPHRASE), *self.made, *((f"API key {name}", key) for name, key in self.keys.items())]
        for root, _, names in os.walk(self.network.state):
            for path in (os.path.join(root, name) for name in names if not name.endswith(".log")):
                if os.path.islink(path) or not os.path.isfile(path):
                    continue
                with open(path, encoding="latin-1") as file:
                    text = file.read()
                for block in re.findall(r"-----BEGIN [A-Z ]*PRIVATE KEY-----\n(.*?)-----END", text, re.DOTALL):
                    found += [(path, line) for line in block.split() if len(line) >= 24]
        return found


class LogTest(LogCase):
    MASK = True

    def test_enrolment_has_one_id_in_the_logs_of_three_daemons(self):
        found = re.search(r"certificate enrolled.* request_id=(\S+)", self.log("sti-as"))
        self.assertTrue(found, self.log("sti-as"))
        request_id = found.group(1)
        self.assertEqual(str(uuid.UUID(request_id)), request_id)
        self.assertIn("client=sti-as", self.line("sti-pa", "SPC token issued", f"request_id={request_id}"))
        self.assertIn("client=sti-as", self.line("sti-ca", "certificate issued", f"request_id={request_id}"))

    def test_call_that_is_judged_has_the_clients_id(self):
        signed = self.original()
        request_id = f"call-{uuid.uuid4()}"
        request = stubs("verification")[0].VerifyRequest(identity=[signed.identity], to=CALLED, **{"from": CALLER})
        self.assertEqual(self.call("sti-vs", "Verify", request, request_id).verstat, "TN-Validation-Passed")
        line = self.line("sti-vs", "call judged", f"request_id={request_id}")
        self.assertIn("client=sbc", line)
        self.assertIn("reason=NONE", line)

    def test_diversion_has_the_clients_id_at_sti_as_and_at_sti_vs(self):
        signed = self.original()
        good = f"divert-{uuid.uuid4()}"
        self.divert(good, signed.identity, signed.iat)
        self.assertIn("client=sti-as", self.line("sti-vs", "call judged", f"request_id={good}", "reason=NONE"))
        forged = f"divert-{uuid.uuid4()}"
        head, _, tail = signed.identity.partition(";")
        with self.assertRaises(grpc.RpcError) as refused:
            self.divert(forged, f"{head[:-4]}{'AAAA' if head[-4:] != 'AAAA' else 'BBBB'};{tail}", signed.iat)
        self.errors.append(refused.exception.details())
        self.assertIn("client=sbc", self.line("sti-as", "call not signed", f"request_id={forged}"))
        self.assertIn("client=sti-as", self.line("sti-vs", "call judged", f"request_id={forged}"))

    def test_refused_calls_are_logged_under_the_id_of_the_client(self):
        for daemon, event in (("sti-as", "call not signed"), ("sti-vs", "call not judged")):
            request_id = f"call-{uuid.uuid4()}"
            self.refused_call(daemon, request_id)
            line = self.line(daemon, event, f"request_id={request_id}")
            self.assertIn("client=sbc", line)
            self.assertRegex(line, r"reason=[A-Z_]+ ")

    def test_refused_acme_requests_are_logged_under_the_id_of_the_client(self):
        request_id = f"acme-{uuid.uuid4()}"
        self.assertGreaterEqual(self.acme(request_id), 400)
        self.assertIn("/acme/new-order", self.line("sti-ca", "ACME request refused", f"request_id={request_id}"))

    def test_stictl_says_under_which_id_the_daemon_has_written_of_it(self):
        for options in ([], ["--output", "json"]):
            done = self.network.stictl_process(*options, "pa", "provider", "register", "--id", "x", "--name", "X", "--spc", "9999",
                                               "--client", "x", config="sbc.yaml")
            self.assertEqual(done.returncode, REFUSED, done.stderr)
            request_id = re.search(r'request.id"?: ?"?([0-9a-f-]{36})', done.stderr)
            self.assertTrue(request_id, done.stderr)
            self.line("sti-pa", "admin request refused", f"request_id={request_id.group(1)}")

    def test_z_revocation_has_one_id_at_both_authorities(self):
        serial = re.search(r"certificate enrolled.* serial=(\S+)", self.log("sti-as")).group(1)
        self.network.stictl("ca", "revoke", serial, "--reason", "4", "--yes")
        request_id = f"request_id=revocation-{serial}"
        self.line("sti-ca", "the STI-PA knows of a revocation", request_id)
        self.line("sti-pa", "revocation recorded", request_id)

    def test_no_number_in_full_and_no_secret(self):
        self.story()
        secrets = self.secrets()
        self.assertGreater(len(secrets), 20, "private keys, API keys, a passphrase, a password, tokens")
        self.assertGreaterEqual(len(self.made), 5)
        shown = {**{f"{name}.log": self.log(name) for name in DAEMONS}, "errors": "\n".join(self.errors), **self.processes()}
        self.assertGreater(len(self.errors), 9)
        for place, text in shown.items():
            self.assertTrue(text, place)
            for path, secret in secrets:
                self.assertNotIn(secret, text, f"{place}: what stands in {path}")
            self.assertNotIn("PRIVATE KEY", text, place)
            self.assertIsNone(JWT.search(text), f"{place}: a token")
        for name in DAEMONS:
            for number in (CALLER, CALLED, OTHER):
                self.assertNotIn(number, self.log(name), name)
        self.assertIn("0121", self.log("sti-pa"), "a number was logged, with its last digits")

    def processes(self):
        """What `ps` shows of each daemon."""
        found = {}
        for name in DAEMONS:
            for what in ("cmdline", "comm"):
                with open(f"/proc/{self.network.processes[name].pid}/{what}", encoding="utf-8") as file:
                    found[f"{name} {what}"] = file.read()
        return found


class UnmaskedLogTest(LogCase):
    MASK = False

    def test_numbers_are_in_full_without_the_setting_and_secrets_still_not(self):
        self.story()
        self.assertIn(CALLER, self.log("sti-pa"))
        for name in DAEMONS:
            self.assertIsNone(JWT.search(self.log(name)), f"{name}: a token")
            for what, secret in self.secrets():
                self.assertNotIn(secret, self.log(name), f"{name}: {what}")


del NetworkTest, LogCase

if __name__ == "__main__":
    unittest.main()
