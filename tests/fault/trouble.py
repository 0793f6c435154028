"""A database in trouble under a running sti-pa and sti-ca: what both must do, whatever the trouble is."""

import os
import sys

sys.path.insert(0, os.path.abspath("tests/fault"))
# pylint: disable=wrong-import-position
from authorities import Authorities, call  # noqa: E402
from acme_network import SPC, b64url, der, fingerprint, make_csr, new_key, tn_auth_list  # noqa: E402
from client import channel, stubs  # noqa: E402
from raw_acme import RawAcme  # noqa: E402
from subscriber import Request, certificates  # noqa: E402

TN = tn_auth_list(SPC)


class Trouble:
    """What both engines do."""

    @classmethod
    def setUpClass(cls):
        cls.network = Authorities(cls, cls.databases)
        cls.prepare()
        cls.network.run("sti-pa", "sti-ca")
        cls.network.register((SPC,))
        cls.tokens, cls.tokens_rpc = stubs("spc_tokens")
        cls.policy, cls.policy_rpc = stubs("policy_admin")

    @classmethod
    def prepare(cls):
        """Before the daemons start."""

    def setUp(self):
        self.acme = RawAcme(self.network, new_key())
        self.assertEqual(self.acme.register().status, 201)

    def issue_token(self):
        """(jti, None) or (None, Reason)."""
        with channel(self.network, "sti-pa", "sti-as") as pa:
            request = self.tokens.IssueTokenRequest(tn_auth_list=TN, fingerprint=fingerprint(self.acme.key))
            answer, why = call(self.tokens_rpc.SpcTokensStub(pa).IssueToken, request)
        return answer and answer.jti, why

    def logged_tokens(self):
        with channel(self.network, "sti-pa", "admin") as pa:
            stub = self.policy_rpc.PolicyAdminStub(pa)
            answer = stub.ListTokens(self.policy.ListTokensRequest(page_size=1000), timeout=20)
        return [token.jti for token in answer.tokens]

    def log_since(self, name, position):
        with open(self.network.path(f"{name}.log"), "rb") as file:
            file.seek(position)
            return file.read().decode()

    def log_end(self, name):
        return os.path.getsize(self.network.path(f"{name}.log"))

    def ready_order(self):
        order = self.acme.order(b64url(TN))
        challenge = self.acme.answer_challenge(order.json, self.network.spc_token(fingerprint(self.acme.key)))
        self.assertEqual(challenge.json["status"], "valid", challenge.body)
        return order.headers["location"], order.json

    def assert_pa_in_trouble(self, words):
        before, position = self.logged_tokens_if_any(), self.log_end("sti-pa")
        self.assertEqual(self.issue_token(), (None, "STORAGE_FAILED"))
        self.assertIn("STORAGE_FAILED", self.log_since("sti-pa", position))
        self.assertRegex(self.log_since("sti-pa", position), words)
        return before

    def assert_ca_in_trouble(self, request, order, words):
        """By gRPC and by ACME; `request` and `order` are good ones."""
        position = self.log_end("sti-ca")
        with channel(self.network, "sti-ca", "sti-as") as ca:
            self.assertEqual(request.send(ca), "STORAGE_FAILED")
        self.assertRegex(self.log_since("sti-ca", position), words)
        position = self.log_end("sti-ca")
        answer = self.acme.post(order["finalize"], {"csr": b64url(der(make_csr(new_key())))})
        self.assertEqual((answer.problem, answer.status), ("serverInternal", 503), answer.body)
        self.assertGreater(int(answer.headers["retry-after"]), 0)
        self.assertNotRegex(answer.body.decode(), words)  # what the database said is not for strangers
        self.assertRegex(self.log_since("sti-ca", position), words)

    def logged_tokens_if_any(self):
        """Where the database can still be read."""
        return self.logged_tokens()

    def health_lacks_it(self):
        health = self.network.health()
        return all("a database that can be written to" in health[name]["lacking"] for name in ("pa", "ca"))

    def check_recovery(self, before, request, order):
        """Nothing of what was refused happened, and everything works at once."""
        self.assertEqual(self.logged_tokens(), before)
        jti, why = self.issue_token()
        self.assertIsNone(why)
        self.assertEqual(self.logged_tokens(), [jti, *before])
        with channel(self.network, "sti-ca", "sti-as") as ca:
            answer = request.send(ca)
        self.assertFalse(isinstance(answer, str), answer)
        self.assertIn(answer.serial, certificates(self.network, "sti-ca"))
        url, body = order
        done = self.acme.post(body["finalize"], {"csr": b64url(der(make_csr(new_key())))})
        self.assertEqual((done.status, self.acme.post(url).json["status"]), (200, "valid"), done.body)
        self.network.wait_until(lambda: self.network.serving("pa", "ca"), "their health to say so", seconds=60)

    def check_trouble(self, trouble, words):
        request, order = Request(self.network, SPC), self.ready_order()
        with trouble:
            before = self.assert_pa_in_trouble(words)
            self.assert_ca_in_trouble(request, order[1], words)
            self.network.wait_until(self.health_lacks_it, "the health of both to say so")
        self.check_recovery(before, request, order)
