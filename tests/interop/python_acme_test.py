"""A third-party ACME client, Debian's python3-acme as it is, gets a SHAKEN certificate that sti-vs trusts."""

import json
import os
import subprocess
import sys
import time
import unittest
import uuid

sys.path.insert(0, os.path.abspath("tests/interop"))
# pylint: disable=wrong-import-position
import josepy  # noqa: E402
import OpenSSL  # noqa: E402
import requests  # noqa: E402
from acme import errors, messages  # noqa: E402
from acme_network import SPC, TN_AUTH_LIST, AcmeTest, b64url, fingerprint, make_csr, new_key, tn_auth_list  # noqa: E402
from cryptography import x509  # noqa: E402
from python_acme_client import PythonAcme  # noqa: E402
from raw_acme import es256  # noqa: E402

CALLER, CALLED = "12155550121", "12155550131"


class PythonAcmeTest(PythonAcme, AcmeTest):
    def x5u_of(self, acme, order):
        return acme._post_as_get(order.uri).json()["x5u"]  # pylint: disable=protected-access

    def judge_certificate(self, fullchain_pem, key):
        blocks = [part + "-----END CERTIFICATE-----\n" for part in fullchain_pem.split("-----END CERTIFICATE-----\n")[:-1]]
        self.assertEqual(len(blocks), 2)
        leaf = x509.load_pem_x509_certificate(blocks[0].encode())
        self.assertEqual(leaf.public_key().public_numbers(), key.public_key().public_numbers())
        self.assertEqual(leaf.extensions.get_extension_for_oid(TN_AUTH_LIST).value.value, tn_auth_list(SPC))
        self.assertIn(f"CN=SHAKEN {SPC}", leaf.subject.rfc4514_string())
        with open(self.network.path("leaf.pem"), "w", encoding="ascii") as file:
            file.write(blocks[0])
        subprocess.run(["openssl", "verify", "-ignore_critical", "-CAfile", self.network.path("ca/root.pem"), "-untrusted",
                        self.network.path("ca/issuing.pem"), self.network.path("leaf.pem")], check=True, capture_output=True)
        return leaf

    def identity(self, key, x5u):
        claims = {"attest": "A", "dest": {"tn": [CALLED]}, "iat": int(time.time()), "orig": {"tn": CALLER}, "origid": str(uuid.uuid4())}
        header = {"alg": "ES256", "ppt": "shaken", "typ": "passport", "x5u": x5u}
        text = ".".join(b64url(json.dumps(part, separators=(",", ":")).encode()) for part in (header, claims))
        return f"{text}.{b64url(es256(key, text))};info=<{x5u}>;alg=ES256;ppt=shaken"

    def verdict(self, key, x5u):
        return self.network.stictl_json("call", "verify", "--from", CALLER, "--to", CALLED, "--identity", self.identity(key, x5u),
                                        config="sbc.yaml")[1]

    def wait_for_reason(self, key, x5u, reason):
        self.network.wait_until(lambda: self.verdict(key, x5u)["reason"] == reason, f"the verdict {reason}")

    def test_1_whole_order_gives_a_certificate_that_sti_vs_trusts_until_an_admin_revokes_it(self):
        account_key, key = new_key(), new_key()
        acme = self.registered(account_key)
        order = self.issue(acme, account_key, key)
        leaf = self.judge_certificate(order.fullchain_pem, key)
        x5u = self.x5u_of(acme, order)
        published = requests.get(x5u, verify=self.network.path("tls/ca.pem"), timeout=30)
        self.assertEqual(published.text, order.fullchain_pem)
        verdict = self.verdict(key, x5u)
        self.assertEqual((verdict["verstat"], verdict["attestation"], verdict["signer"]["spc"]), ("TN-Validation-Passed", "A", SPC),
                         verdict)

        serial = f"{leaf.serial_number:X}"
        for arguments, config in ((("--reason", "6"), "stictl.yaml"), (("--reason", "4"), "sbc.yaml")):
            refused = self.network.stictl_process("ca", "revoke", serial, *arguments, config=config)
            self.assertEqual(refused.returncode, 3, refused.stderr)
        shown = self.network.stictl("ca", "revoke", serial, "--reason", "4")
        self.assertIn("nothing has been done", shown)
        self.assertNotIn("revoked", self.network.stictl_json("ca", "show", serial)[1])
        self.assertEqual(self.verdict(key, x5u)["reason"], "NONE")
        self.network.stictl("ca", "revoke", serial, "--reason", "4", "--yes")
        self.wait_for_reason(key, x5u, "CERTIFICATE_REVOKED")
        self.network.wait_until(lambda: "revocation_told" in self.network.stictl_json("ca", "show", serial)[1], "the STI-PA's answer")
        revoked = self.network.stictl_json("ca", "list", "--state", "revoked", "--serial", serial[:6].lower())[1]["certificates"]
        self.assertEqual([(row["serial"], row["revocation_reason"]) for row in revoked], [(serial, 4)])
        for more in ((), ("--yes",)):
            again = self.network.stictl_process("ca", "revoke", serial, "--reason", "4", *more)
            self.assertEqual(again.returncode, 3)
            self.assertIn("already", again.stderr)

    def test_2_subscriber_revokes_by_acme_while_the_pa_is_away_and_it_is_told_later(self):
        account_key, key = new_key(), new_key()
        acme = self.registered(account_key)
        order = self.issue(acme, account_key, key)
        x5u = self.x5u_of(acme, order)
        self.assertEqual(self.verdict(key, x5u)["reason"], "NONE")
        self.network.stop("sti-pa")
        leaf = OpenSSL.crypto.load_certificate(OpenSSL.crypto.FILETYPE_PEM, order.fullchain_pem)
        acme.revoke(josepy.ComparableX509(leaf), 1)
        with self.assertRaises(messages.Error) as refused:
            acme.revoke(josepy.ComparableX509(leaf), 1)
        self.assertEqual(refused.exception.code, "alreadyRevoked")
        # Neither a restart of the CA loses what is to be told.
        self.network.stop("sti-ca")
        self.network.start("sti-ca")
        self.network.start("sti-pa")
        self.wait_for_reason(key, x5u, "CERTIFICATE_REVOKED")

        # The key was given away: nobody gets another certificate for it.
        with self.assertRaises(messages.Error) as refused:
            self.issue(acme, account_key, key)
        self.assertEqual(refused.exception.code, "badPublicKey")

    def test_3_account_is_found_updated_and_deactivated(self):
        account_key = new_key()
        acme = self.registered(account_key)
        uri = acme.net.account.uri
        again = self.make_client(account_key)
        with self.assertRaises(errors.ConflictError) as conflict:
            again.new_account(messages.NewRegistration.from_data(email="other@example.net"))
        self.assertEqual(conflict.exception.location, uri)
        found = acme.query_registration(acme.net.account)
        self.assertEqual((found.uri, found.body.emails), (uri, ("noc@example.net",)))
        updated = acme.update_registration(found, found.body.update(contact=("mailto:new@example.net",)))
        self.assertEqual(updated.body.emails, ("new@example.net",))
        gone = acme.deactivate_registration(updated)
        self.assertEqual(gone.body.status, "deactivated")
        with self.assertRaises(messages.Error) as refused:
            self.place_order(acme, make_csr(new_key()))
        self.assertEqual(refused.exception.code, "unauthorized")

    def test_4_paused_account_cannot_order_until_it_is_resumed(self):
        account_key = new_key()
        acme = self.registered(account_key)
        account = acme.net.account.uri.rpartition("/")[2]
        self.network.stictl("ca", "account", "pause", account)
        with self.assertRaises(messages.Error) as refused:
            self.place_order(acme, make_csr(new_key()))
        self.assertEqual(refused.exception.code, "unauthorized")
        listed = self.network.stictl_json("ca", "account", "list")[1]["accounts"]
        self.assertEqual([row["fingerprint"] for row in listed if row.get("paused")], [fingerprint(account_key)])
        self.network.stictl("ca", "account", "resume", account)
        self.place_order(acme, make_csr(new_key()))


if __name__ == "__main__":
    unittest.main()
