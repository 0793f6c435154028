"""What docs/operations.md says to do when a key got out, done to a network of real daemons."""

import os
import shutil
import sqlite3
import sys
import unittest

sys.path.insert(0, os.path.abspath("tests/integration"))
# pylint: disable=wrong-import-position
from suite_network import DAEMONS, NetworkTest  # noqa: E402

AHEAD = 1000000


class EmergencyTest(NetworkTest):

    def wait_for_reason(self, identity, reason):
        self.network.wait_until(lambda: self.verify(identity)["reason"] == reason, f"the verdict {reason}")

    def enrol_anew(self):
        """As somebody who has lost what sti-as holds."""
        self.network.stop("sti-as")
        shutil.rmtree(self.network.path("state/sti-as"))
        self.network.start("sti-as")
        self.network.wait_until(lambda: self.network.serving("as"), "sti-as to have another certificate", seconds=40)

    def restart(self, *names):
        for name in names:
            self.assertEqual(self.network.stop(name), 0, self.network.last_words(name))
        for name in names:
            self.network.start(name)
        self.network.wait_until(self.network.answering, "the daemons to answer")

    def test_1_issuing_key_got_out(self):
        network = self.network
        old = self.sign()["identity"]
        self.assert_passes(old)
        network.stictl("pa", "revocation", "record", "--yes", "--certificate", network.path("ca/issuing.pem"), "--reason", "2")
        self.wait_for_reason(old, "CERTIFICATE_REVOKED")

        root = ["--root-cert", network.path("ca/root.pem"), "--root-key", network.path("ca/root.key")]
        crl = ["--crl-url", "https://pa.example.net/crl", "--crl-issuer", network.path("pa/pa-crl-signer.pem")]
        network.stictl("ca", "ceremony", "issuing", "--organization", "Suite CA", "--common-name", "Suite SHAKEN Issuing CA 2", "--out",
                       network.path("ca2"), *root, *crl)
        for name in ("issuing.pem", "issuing.key"):
            os.replace(network.path("ca2", name), network.path("ca", name))
        self.restart("sti-pa", "sti-ca")
        self.enrol_anew()
        network.wait_until(lambda: self.verify(self.sign()["identity"])["reason"] == "NONE", "a call under the new issuing CA to pass")
        self.assertEqual(self.verify(old)["reason"], "CERTIFICATE_REVOKED")

    def test_2_signer_of_the_sti_pa_got_out(self):
        network = self.network
        identity = self.sign()["identity"]
        for name in ("sti-pa", "sti-ca", "sti-vs"):
            self.assertEqual(network.stop(name), 0)
        shutil.rmtree(network.path("pa"))
        network.stictl("pa", "ceremony", "root", "--organization", "Suite PA", "--common-name", "Suite PA SHAKEN Root 2", "--out", network.path("pa"))
        root = ["--root-cert", network.path("pa/pa-root.pem"), "--root-key", network.path("pa/pa-root.key")]
        network.stictl("pa", "ceremony", "signers", "--organization", "Quickstart PA", "--out", network.path("pa"), *root)
        with sqlite3.connect(network.path("state/sti-pa/pa.sqlite")) as database:
            database.execute(f"UPDATE counters SET value = value + {AHEAD} WHERE value > 0")
        for name in ("sti-pa", "sti-ca", "sti-vs"):
            network.start(name)
        network.wait_until(network.ready, "all to serve under the new root")
        self.assert_passes(identity)
        status = network.stictl_json("vs", "status", config="sbc.yaml")[1]["domains"][0]
        self.assertGreater(int(status["trust_list_sequence"]), AHEAD)
        self.assertEqual(status.get("trouble", ""), "")
        self.enrol_anew()  # with a token of the new signer
        self.assertEqual(set(DAEMONS), set(network.processes))


if __name__ == "__main__":
    unittest.main()
