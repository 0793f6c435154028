"""Daemons are killed and started again in any order; what was acknowledged stays, and calls go on."""

import itertools
import os
import random
import signal
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.abspath("tests/integration"))
# pylint: disable=wrong-import-position
from suite_network import CALLED, CALLER, DAEMONS, NetworkTest, make_network  # noqa: E402


class RestartTest(NetworkTest):
    def assert_call_works(self):
        self.network.wait_until(self.network.serving, "all four daemons to serve")
        self.assert_passes(self.sign()["identity"])

    def test_kill_all_and_start_in_any_order(self):
        serials = self.network.stictl_json("ca", "list")[1]["certificates"]
        providers = self.network.stictl_json("pa", "provider", "list")[1]["providers"]
        orders = list(itertools.permutations(DAEMONS))
        for order in random.Random(7).sample(orders, 6):
            with self.subTest(order=order):
                for name in DAEMONS:
                    self.network.stop(name, signal.SIGKILL)
                for name in order:
                    self.network.start(name)
                self.assert_call_works()
        self.assertEqual(self.network.stictl_json("ca", "list")[1]["certificates"], serials, "a restart needs no new certificate")
        self.assertEqual(self.network.stictl_json("pa", "provider", "list")[1]["providers"], providers)

    def test_calls_go_on_while_the_authorities_are_away(self):
        self.assert_call_works()
        for name in ("sti-pa", "sti-ca"):
            self.network.stop(name, signal.SIGKILL)
        try:
            self.assert_passes(self.sign()["identity"])  # the certificate is cached
            for name in ("sti-as", "sti-vs"):
                self.network.stop(name, signal.SIGKILL)
                self.network.start(name)
            self.network.wait_until(lambda: self.network.serving("as", "vs"), "sti-as and sti-vs to serve from their disks")
            identity = self.sign()["identity"]
            verdict = self.verify(identity)
            self.assertIn(verdict["reason"], ("NONE", "CERTIFICATE_UNAVAILABLE"), verdict)
        finally:
            for name in ("sti-pa", "sti-ca"):
                self.network.start(name)
        self.network.wait_until(self.network.serving, "the authorities to come back")
        self.network.wait_until(lambda: self.verify(self.sign()["identity"])["reason"] == "NONE", "calls to verify again")

    def test_sti_vs_knows_its_certificates_again_though_the_repository_is_down(self):
        self.assert_call_works()
        self.network.stop("sti-ca", signal.SIGKILL)  # the repository is its
        try:
            self.assertEqual(self.network.stop("sti-vs"), 0, self.network.last_words("sti-vs"))
            self.network.start("sti-vs")
            self.network.wait_until(lambda: self.network.serving("as", "vs"), "sti-vs to serve again")
            verdict = self.verify(self.sign()["identity"])
            self.assertEqual((verdict["verstat"], verdict["attestation"]), ("TN-Validation-Passed", "A"), verdict)
            self.assertTrue(verdict["headers"][0]["certificate_cached"], verdict)
        finally:
            self.network.start("sti-ca")
        self.network.wait_until(self.network.serving, "sti-ca to come back")

    def test_sigterm_ends_every_daemon_with_code_zero(self):
        self.assert_call_works()
        for name in DAEMONS:
            self.assertEqual(self.network.stop(name), 0, self.network.last_words(name))
            self.assertFalse(os.path.exists(self.network.path(f"state/{name}.ports")), "the port file must go")
        for name in DAEMONS:
            self.network.start(name)
        self.assert_call_works()


class LonelyStartTest(unittest.TestCase):
    """Each daemon starts without its peers, says what it lacks, and carries on once they come."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR"))  # pylint: disable=consider-using-with
        self.addCleanup(self.folder.cleanup)
        self.network = make_network(self.folder.name)
        self.addCleanup(self.network.stop_all)

    def test_peers_that_come_late_are_found(self):
        network = self.network
        for name in ("sti-as", "sti-vs"):
            network.start(name)
        network.wait_until(lambda: all(network.health()[short]["state"] == "NOT_SERVING" for short in ("as", "vs")),
                           "sti-as and sti-vs to say that they cannot serve")
        health = network.health()
        self.assertIn("certificate", health["as"]["lacking"])
        self.assertIn("trust list", health["vs"]["lacking"])
        refused = network.stictl_process("--output", "json", "call", "sign", "--orig", CALLER, "--dest", CALLED, "--attest", "A",
                                         config="sbc.yaml")
        self.assertEqual(refused.returncode, 3, refused.stderr)
        self.assertIn("NOT_READY", refused.stderr)
        network.start("sti-pa")
        network.start("sti-ca")
        network.wait_until(network.answering, "all to answer")
        network.stictl("pa", "provider", "register", "--id", "late", "--name", "Late", "--spc", network.spc, "--client", "sti-as")
        network.stictl("pa", "authority", "approve", "--name", "CA", "--root", network.path("ca/root.pem"))
        network.wait_until(network.serving, "everybody to serve", seconds=40)


if __name__ == "__main__":
    unittest.main()
