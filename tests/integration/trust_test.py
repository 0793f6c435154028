"""What the PA says reaches every verifier without a restart."""

import os
import sys
import unittest

sys.path.insert(0, os.path.abspath("tests/integration"))
from suite_network import NetworkTest  # noqa: E402  pylint: disable=wrong-import-position


class TrustTest(NetworkTest):
    def wait_for_reason(self, identity, reason):
        self.network.wait_until(lambda: self.verify(identity)["reason"] == reason, f"the verdict {reason}")

    def test_1_a_withdrawn_ca_is_no_longer_trusted_and_trusted_again_when_approved(self):
        identity = self.sign()["identity"]
        self.assert_passes(identity)
        authority = self.network.stictl_json("pa", "authority", "list")[1]["authorities"][0]["id"]
        would = self.network.stictl_json("pa", "ca", "withdraw", authority)[1]
        self.assertIn("from 1 to 0 STI-CAs", would["effects"][0])
        listed = self.network.stictl_json("pa", "ca", "list")[1]
        self.assertEqual(listed["authorities"][0]["state"], "STATE_APPROVED", "only a dry run")
        self.network.stictl("pa", "ca", "withdraw", authority, "--note", "key leaked", "--yes")
        self.assertEqual(self.network.stictl_json("pa", "ca", "list")[1]["authorities"][0]["state"], "STATE_WITHDRAWN")
        self.wait_for_reason(identity, "CERTIFICATE_UNTRUSTED")
        verdict = self.verify(identity)
        self.assertEqual((verdict["verstat"], verdict["sip_code"], verdict["attestation"]), ("TN-Validation-Failed", 437, ""))
        self.network.stictl("pa", "authority", "approve", "--name", "Suite CA", "--root", self.network.path("ca/root.pem"))
        self.wait_for_reason(identity, "NONE")

    def test_2_the_trust_list_is_a_signed_document_that_grows_in_sequence(self):
        before = self.network.stictl_json("vs", "status", config="sbc.yaml")[1]
        self.assertEqual(before["anchors"], 1)
        self.assertGreaterEqual(int(before["trust_list_sequence"]), 1)
        self.assertEqual(self.network.stictl_json("pa", "trust-list", "show")[1]["trust_list"].count("."), 2)

    def test_3_a_revoked_certificate_fails_without_a_restart(self):
        identity = self.sign()["identity"]
        self.assert_passes(identity)
        serial = self.network.stictl_json("ca", "list")[1]["certificates"][0]["serial"]
        with open(self.network.path("revoked.pem"), "w", encoding="ascii") as file:
            file.write(self.network.stictl_json("ca", "show", serial)[1]["chain_pem"])
        record = ("pa", "revocation", "record", "--certificate", self.network.path("revoked.pem"), "--reason", "1")
        self.assertIn("goes on the CRL with reason 1", self.network.stictl(*record))
        self.assertIn("nothing has been done", self.network.stictl(*record))
        self.assertEqual(self.network.stictl_json("pa", "revocation", "list")[1]["revocations"], [])
        self.network.stictl(*record, "--yes")
        self.wait_for_reason(identity, "CERTIFICATE_REVOKED")
        recorded = self.network.stictl_json("pa", "revocation", "list")[1]
        self.assertEqual([row["serial"] for row in recorded["revocations"]], [serial])
        # Recording it again changes nothing.
        self.assertIn("nothing changes", self.network.stictl(*record, "--yes"))
        self.assertEqual(self.network.stictl_json("pa", "revocation", "list")[1]["crl_number"], recorded["crl_number"])


if __name__ == "__main__":
    unittest.main()
