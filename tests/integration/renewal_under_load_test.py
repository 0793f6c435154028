"""Certificates of sti-as are renewed while calls are signed as fast as they can: none fails, each is signed with a
certificate that was published before. Import of a certificate bought elsewhere, and what the self-check says."""

import os
import sys
import threading
import unittest

sys.path.insert(0, os.path.abspath("tests/integration"))
# pylint: disable=wrong-import-position
import client  # noqa: E402
from suite_network import CALLED, CALLER, NetworkTest  # noqa: E402

THREADS, RENEWALS = 4, 5


class Caller(threading.Thread):
    """Signs call after call on a connection of its own."""

    def __init__(self, network, stop):
        super().__init__(daemon=True)
        self.network, self.stop = network, stop
        self.errors, self.count, self.identities = [], 0, {}

    def run(self):
        messages, services = client.stubs("authentication")
        calls = client.stubs("call")[0]
        request = messages.SignRequest(orig=calls.Party(tn=CALLER), dest=calls.Destination(tn=[CALLED]), attest=calls.ATTESTATION_A)
        with client.channel(self.network, "sti-as", "sbc") as channel:
            stub = services.AuthenticationStub(channel)
            while not self.stop.is_set():
                try:
                    signed = stub.Sign(request, timeout=30)
                    self.count += 1
                    self.identities[signed.x5u] = signed.identity
                except Exception as error:  # pylint: disable=broad-except
                    self.errors.append(str(error))
                    return


class RenewalUnderLoadTest(NetworkTest):
    @classmethod
    def prepare(cls, network):
        network.extra["sti-as"] += "admins: [admin]\n"

    def signer(self):
        return self.network.stictl_json("as", "signer", "list")[1]["signers"][0]

    def current(self):
        found = [c for c in self.signer()["certificates"] if c["use"] == "USE_CURRENT"]
        self.assertEqual(len(found), 1)
        return found[0]

    def test_1_certificates_are_renewed_without_one_failed_or_unsigned_call(self):
        client.stubs("authentication")
        stop = threading.Event()
        callers = [Caller(self.network, stop) for _ in range(THREADS)]
        first = self.current()["x5u"]
        for caller in callers:
            caller.start()
        used = [first]
        try:
            for _ in range(RENEWALS):
                renewed = self.network.stictl_json("as", "signer", "renew")[1]["certificate"]["x5u"]
                self.assertNotIn(renewed, used)
                self.network.wait_until(lambda url=renewed: self.current()["x5u"] == url, "the new certificate to be used", 60)
                # Every caller has signed with it.
                self.network.wait_until(lambda url=renewed: all(url in caller.identities or caller.errors for caller in callers),
                                        "calls to be signed with it", 60)
                used.append(renewed)
        finally:
            stop.set()
            for caller in callers:
                caller.join(60)
        self.assertEqual([error for caller in callers for error in caller.errors], [])
        self.assertGreater(sum(caller.count for caller in callers), THREADS * (RENEWALS + 1))
        for caller in callers:
            self.assertEqual(set(caller.identities), set(used))
        # sti-vs downloads each from its x5u.
        for identity in callers[0].identities.values():
            self.assert_passes(identity)

    def test_2_the_certificate_in_use_survives_a_restart(self):
        before = self.current()
        self.network.stop("sti-as")
        self.network.start("sti-as")
        self.network.wait_until(lambda: self.network.stictl_process("as", "signer", "list").returncode == 0, "sti-as to answer", 30)
        self.assertEqual(self.current(), before)
        self.assert_passes(self.sign()["identity"])

    def test_3_the_self_check_has_nothing_that_verifiers_refuse(self):
        result = self.network.stictl_json("as", "signer", "check")[1]["result"]
        errors = {finding["name"] for finding in result.get("findings", []) if finding["severity"] == "error"}
        # The repository of this network has a port that the kernel chose.
        self.assertLessEqual(errors, {"x5u_port"})

    def test_4_a_certificate_for_another_key_is_refused_and_names_the_field(self):
        csr = self.network.stictl("as", "signer", "request")
        self.assertTrue(csr.startswith("-----BEGIN CERTIFICATE REQUEST-----"), csr)
        refused = self.network.stictl_process("as", "signer", "import", self.network.path("ca/root.pem"), "--x5u",
                                              "https://cr.example.net/1.pem")
        self.assertEqual(refused.returncode, 3)
        self.assertIn("KEY_MISMATCH", refused.stderr)

    def test_5_nobody_but_admins_may(self):
        for command in ("list", "renew", "request", "check"):
            refused = self.network.stictl_process("as", "signer", command, config="sbc.yaml")
            self.assertEqual(refused.returncode, 3, command)
            self.assertIn("PERMISSION_DENIED", refused.stderr)


if __name__ == "__main__":
    unittest.main()
