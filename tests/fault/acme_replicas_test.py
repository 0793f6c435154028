"""Two sti-ca on one PostgreSQL database get the same ACME request at the same time: one of them does it."""

import concurrent.futures
import os
import sys
import unittest

sys.path.insert(0, os.path.abspath("tests/fault"))
# pylint: disable=wrong-import-position
from authorities import Authorities, OnPostgres  # noqa: E402
from acme_network import SPC, b64url, der, fingerprint, make_csr, new_key, tn_auth_list  # noqa: E402
from cryptography import x509  # noqa: E402
from raw_acme import RawAcme, es256, flattened  # noqa: E402
from replicas import add_replicas  # noqa: E402
from subscriber import certificates  # noqa: E402

TN = b64url(tn_auth_list(SPC))
DAEMONS = ("sti-pa", "sti-ca", "sti-ca-2")
TIMES = 12


class AcmeReplicasTest(OnPostgres, unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.network = Authorities(cls, cls.databases)
        add_replicas(cls.network)
        cls.network.run(*DAEMONS)
        cls.network.register((SPC,))

    def setUp(self):
        """The same client twice, one talks to each replica."""
        self.one = RawAcme(self.network, new_key())
        self.two = RawAcme(self.network, self.one.key, self.network.ports["repository-2"])
        self.assertEqual(self.one.register().status, 201)
        self.two.kid = self.one.kid

    def at_once(self, *requests):
        with concurrent.futures.ThreadPoolExecutor(len(requests)) as pool:
            return [answer.result() for answer in [pool.submit(request) for request in requests]]

    def ready_order(self):
        order = self.one.order(TN)
        answer = self.two.answer_challenge(order.json, self.network.spc_token(fingerprint(self.one.key)))
        self.assertEqual(answer.json["status"], "valid", answer.body)
        return order.headers["location"], order.json

    def assert_one_of(self, answers, status, problem):
        self.assertEqual(sorted(answer.status for answer in answers), sorted([200, status]), [answer.body for answer in answers])
        self.assertEqual(next(answer for answer in answers if answer.status != 200).problem, problem)

    def show(self, client, nonce):
        header = {"alg": "ES256", "nonce": nonce, "url": client.kid, "kid": client.kid}
        return client.send(client.kid, flattened(header, None, lambda text: es256(client.key, text)))

    def test_nonce_serves_at_one_of_them(self):
        for _ in range(TIMES):
            nonce = self.one.nonce()
            self.assert_one_of(self.at_once(lambda n=nonce: self.show(self.one, n), lambda n=nonce: self.show(self.two, n)), 400,
                               "badNonce")

    def test_nonce_that_served_at_one_does_not_serve_at_the_other_after_a_kill(self):
        spent = [self.one.nonce() for _ in range(6)]
        for nonce in spent:
            self.assertEqual(self.show(self.one, nonce).status, 200)
        self.network.kill("sti-ca")
        try:
            for nonce in spent:
                self.assertEqual(self.show(self.two, nonce).problem, "badNonce")
        finally:
            self.network.run("sti-ca")
        self.assertEqual(self.show(self.one, spent[0]).problem, "badNonce")

    def test_order_is_finalized_at_one_of_them(self):
        for _ in range(TIMES // 2):
            url, order = self.ready_order()
            csrs = [{"csr": b64url(der(make_csr(new_key())))} for _ in range(2)]
            answers = self.at_once(lambda: self.one.post(order["finalize"], csrs[0]),  # pylint: disable=cell-var-from-loop
                                   lambda: self.two.post(order["finalize"], csrs[1]))  # pylint: disable=cell-var-from-loop
            self.assert_one_of(answers, 403, "orderNotReady")
            chain = self.two.post(self.one.post(url).json["certificate"]).body
            self.assertEqual(self.one.post(self.two.post(url).json["certificate"]).body, chain)
        jtis = [record.token_jti for record in certificates(self.network, "sti-ca-2").values()]
        self.assertEqual(len(jtis), len(set(jtis)))

    def test_token_serves_at_one_of_them(self):
        for _ in range(TIMES // 2):
            token = self.network.spc_token(fingerprint(self.one.key))
            urls = [self.one.challenge_url(self.one.order(TN).json) for _ in range(2)]
            answers = self.at_once(lambda: self.one.post(urls[0], {"tkauth": token}),  # pylint: disable=cell-var-from-loop
                                   lambda: self.two.post(urls[1], {"tkauth": token}))  # pylint: disable=cell-var-from-loop
            self.assertEqual(sorted(answer.json["status"] for answer in answers), ["invalid", "valid"])

    def test_certificate_is_revoked_at_one_of_them(self):
        _, order = self.ready_order()
        self.assertEqual(self.two.post(order["finalize"], {"csr": b64url(der(make_csr(new_key())))}).json["status"], "valid")
        chain = self.one.post(self.one.post(order["finalize"].removesuffix("/finalize")).json["certificate"]).body
        payload = {"certificate": b64url(der(x509.load_pem_x509_certificate(chain))), "reason": 1}
        url = self.one.directory["revokeCert"]
        self.assert_one_of(self.at_once(lambda: self.one.post(url, payload), lambda: self.two.post(url, payload)), 400, "alreadyRevoked")
        self.network.wait_until(lambda: "revocation_told" in self.network.stictl_json("ca", "list", "--state", "revoked")[1][
            "certificates"][0], "sti-pa to confirm")


if __name__ == "__main__":
    unittest.main()
