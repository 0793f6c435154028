"""The end of a provider: no more SPC tokens, and its certificates on the CRL, although the STI-CA is away at first and
the STI-PA restarts meanwhile."""

import os
import sys
import unittest

import grpc

sys.path.insert(0, os.path.abspath("tests/integration"))
# pylint: disable=wrong-import-position
import client  # noqa: E402
from suite_network import NetworkTest  # noqa: E402

SPC_1234 = bytes.fromhex("3008a006160431323334")


class ProviderTest(NetworkTest):
    @classmethod
    def prepare(cls, network):
        tls = "tls: {certificate_file: tls/sti-pa.pem, key_file: tls/sti-pa.key, ca_file: tls/ca.pem}"
        network.extra["sti-pa"] += f"authorities: [{{target: \"127.0.0.1:{network.ports['sti-ca']}\", {tls}}}]\n"
        network.extra["sti-ca"] += "policy_administrators: [sti-pa]\n"

    def token_refusal(self, identity="sti-as"):
        """The reason why sti-pa gives no token; empty when it gives one."""
        messages, services = client.stubs("spc_tokens")
        stub = services.SpcTokensStub(client.channel(self.network, "sti-pa", identity))
        try:
            stub.IssueToken(messages.IssueTokenRequest(tn_auth_list=SPC_1234, fingerprint="SHA256 " + ":".join(["AB"] * 32)),
                            timeout=10)
        except grpc.RpcError as error:
            return client.error_detail(error).reason
        return ""

    def provider(self, name="suite"):
        return self.network.stictl_json("pa", "provider", "show", name)[1]

    def audit(self):
        messages, services = client.stubs("audit")
        stub = services.AuditStub(client.channel(self.network, "sti-pa", "admin"))
        return [event.action for event in stub.ListAuditEvents(messages.ListAuditEventsRequest(spc="1234"), timeout=10).events]

    def test_1_without_yes_nothing_happens(self):
        for verb in ("suspend", "revoke"):
            text = self.network.stictl("pa", "provider", verb, "suite", "--note", "test")
            self.assertIn("nothing has been done", text)
            self.assertIn("no more SPC tokens", text)
            self.assertIn("SPC token has not expired and stays usable until", text)
        self.assertEqual(self.provider()["state"], "STATE_APPROVED")
        self.assertEqual(self.token_refusal(), "")

    def test_2_contacts_and_codes_are_updated(self):
        update = ["pa", "provider", "update", "suite", "--spc", "1234", "--spc", "77AA", "--contact",
                  "role=abuse;email=abuse@suite.example;name=Abuse desk"]
        self.assertIn("- SPC 77AA becomes its own", self.network.stictl(*update))
        self.assertEqual(self.provider()["spcs"], ["1234"])
        self.network.stictl(*update, "--yes")
        self.assertEqual(self.provider()["spcs"], ["1234", "77AA"])
        self.assertEqual(self.provider()["contacts"][0]["email"], "abuse@suite.example")
        self.assertEqual(self.provider()["client_identities"], ["sti-as"], "not given, so it stays")
        refused = self.network.stictl_process("pa", "provider", "update", "suite", "--contact", "role=abuse", "--yes")
        self.assertEqual(refused.returncode, 3, refused.stdout + refused.stderr)
        self.assertIn("contacts[0].email", refused.stderr)

    def test_3_suspension_stops_tokens_and_revokes_at_a_ca_that_was_away(self):
        self.assert_passes(self.sign()["identity"])
        self.assertEqual(self.network.stop("sti-ca"), 0)
        did = self.network.stictl_json("pa", "provider", "suspend", "suite", "--note", "fraud", "--revoke", "--yes")[1]
        self.assertEqual(did["provider"]["state"], "STATE_SUSPENDED")
        self.assertTrue(any("is asked to revoke all certificates of SPC 1234, 77AA" in effect for effect in did["effects"]), did)
        self.assertEqual(self.token_refusal(), "PROVIDER_NOT_APPROVED")
        self.assertEqual(self.network.stop("sti-pa"), 0)
        self.network.start("sti-pa")
        self.network.start("sti-ca")
        self.network.wait_until(lambda: self.verify(self.sign()["identity"])["reason"] == "CERTIFICATE_REVOKED",
                                "the verdict CERTIFICATE_REVOKED")
        verdict = self.verify(self.sign()["identity"])
        self.assertEqual((verdict["verstat"], verdict["sip_code"]), ("TN-Validation-Failed", 437))
        revoked = self.network.stictl_json("ca", "list", "--state", "revoked")[1]["certificates"]
        self.assertEqual([(row["spc"], row["revocation_reason"]) for row in revoked], [("1234", 5)])
        self.assertEqual(self.token_refusal(), "PROVIDER_NOT_APPROVED", "a restart ends no suspension")
        self.network.wait_until(lambda: "spc.revoke" in self.audit(), "the confirmation in the audit")

    def test_4_reinstatement_gives_tokens_again(self):
        self.network.stictl("pa", "provider", "reinstate", "suite", "--note", "all clear")
        self.assertEqual(self.token_refusal(), "")
        self.assertEqual(self.verify(self.sign()["identity"])["reason"], "CERTIFICATE_REVOKED", "that stays")

    def test_5_revocation_is_for_good_and_the_code_is_free_only_when_no_token_is_left(self):
        self.network.stictl("pa", "provider", "revoke", "suite", "--note", "out of business", "--yes")
        self.assertEqual(self.provider()["state"], "STATE_REVOKED")
        self.assertEqual(self.provider()["spcs"], ["1234", "77AA"], "what it had")
        self.assertEqual(self.token_refusal(), "PROVIDER_NOT_APPROVED")
        again = self.network.stictl_process("pa", "provider", "reinstate", "suite")
        self.assertEqual(again.returncode, 3)
        self.assertIn("is revoked", again.stderr)
        heir = ["pa", "provider", "add", "--id", "heir", "--name", "Heir", "--client", "sti-as"]
        early = self.network.stictl_process(*heir, "--spc", "1234")
        self.assertEqual(early.returncode, 3, early.stdout)
        self.assertIn("has not confirmed yet", early.stderr)
        self.network.stictl(*heir, "--spc", "88BB")
        self.assertEqual(self.token_refusal(), "SPC_NOT_ASSIGNED")
        audit = self.audit()
        for action in ("provider.register", "token.issue", "provider.update", "provider.suspend", "provider.reinstate",
                       "provider.revoke"):
            self.assertIn(action, audit)


if __name__ == "__main__":
    unittest.main()
