"""Clients get through a CA that rejects good nonces and takes its time, though they have never heard of it."""

import os
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.abspath("tests/interop"))
# pylint: disable=wrong-import-position
from acme_network import SPC, AcmeTest, b64url, der, fingerprint, free_ports, make_csr, new_key, tn_auth_list  # noqa: E402
from cryptography import x509  # noqa: E402
from misbehaving_ca import MisbehavingCa, Moods  # noqa: E402
from python_acme_client import PythonAcme  # noqa: E402
from raw_acme import RawAcme  # noqa: E402


class MisbehavingCaTest(PythonAcme, AcmeTest):

    @classmethod
    def prepare(cls, network):
        network.ports.update(free_ports(("acme",)))
        network.acme = f"public_url: \"https://localhost:{network.ports['acme']}\", orders_per_hour: 0"

    def misbehave(self, *moods):
        ca = MisbehavingCa(self.network, self.network.ports["acme"], Moods(*moods))
        self.addCleanup(ca.stop)
        return ca.moods

    def test_python_acme_gets_a_certificate_though_good_nonces_are_rejected_and_nothing_is_finished_at_once(self):
        moods = self.misbehave(0.5, 2, 1)
        account_key, key = new_key(), new_key()
        order = self.issue(self.registered(account_key), account_key, key, answered="processing")
        leaf = x509.load_pem_x509_certificate(order.fullchain_pem.encode())
        self.assertEqual(leaf.public_key().public_numbers(), key.public_key().public_numbers())
        self.assertGreater(moods.rejected, 1)
        self.assertEqual(moods.delayed, 2)

    def test_lego_opens_an_account_though_good_nonces_are_rejected(self):
        moods = self.misbehave(0.9, 0, 1)
        done = subprocess.run(["lego", "--server", self.network.acme_url + "directory", "--accept-tos", "--email", "noc@example.net",
                               "--domains", "example.net", "--http", "--http.port", "127.0.0.1:0", "--path", self.network.path("lego"),
                               "run"], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=90, check=False,
                              env={**os.environ, "HOME": self.network.path(), "LEGO_CA_CERTIFICATES": self.network.path("tls/ca.pem")})
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("urn:ietf:params:acme:error:unsupportedIdentifier", done.stdout + done.stderr)  # which comes last
        self.assertGreater(moods.rejected, 0)

    def test_what_a_rejected_nonce_and_an_unfinished_order_look_like(self):
        self.misbehave(0, 1, 7)
        acme = RawAcme(self.network, new_key())
        self.assertEqual(acme.register().status, 201)
        order = acme.order(b64url(tn_auth_list(SPC)))
        challenge = acme.answer_challenge(order.json, self.network.spc_token(fingerprint(acme.key)))
        self.assertEqual((challenge.json["status"], challenge.headers["retry-after"]), ("processing", "7"))
        url = order.headers["location"]
        self.assertEqual(acme.post(url).json["status"], "pending")
        statuses = [acme.post(order.json["authorizations"][0]).json["status"] for _ in range(2)]
        self.assertEqual(statuses, ["pending", "valid"])
        self.assertEqual(acme.post(url).json["status"], "ready")
        done = acme.post(order.json["finalize"], {"csr": b64url(der(make_csr(new_key())))})
        self.assertEqual((done.json["status"], done.headers["retry-after"]), ("processing", "7"))
        self.assertNotIn("certificate", done.json)
        self.assertEqual([acme.post(url).json["status"] for _ in range(2)], ["processing", "valid"])

    def test_rejected_nonce_is_a_badnonce_with_another_that_is_good(self):
        moods = self.misbehave(1, 0, 1)
        acme = RawAcme(self.network, new_key())
        refused = acme.register()
        self.assertEqual((refused.problem, refused.status, moods.rejected), ("badNonce", 400, 1))
        answer = acme.post(acme.directory["newAccount"], {}, with_jwk=True, change={"nonce": refused.headers["replay-nonce"]})
        self.assertEqual(answer.status, 201)


if __name__ == "__main__":
    unittest.main()
