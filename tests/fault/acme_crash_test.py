"""Kills sti-ca, sti-pa and the database in the middle of ACME, on both engines, and asks what is left.

A nonce that served does not serve again. An order goes on from what was answered, and one answered valid has its certificate.
A token serves once, a serial comes once. Every revocation that was answered gets to the CRL of sti-pa, whoever dies meanwhile.
"""

import base64
import concurrent.futures
import contextlib
import http.client
import json
import os
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.abspath("tests/fault"))
# pylint: disable=wrong-import-position
from authorities import ROUNDS, Authorities, OnPostgres, OnSqlite, rng  # noqa: E402
from acme_network import SPC, b64url, der, fingerprint, make_csr, new_key, tn_auth_list  # noqa: E402
from client import channel, stubs  # noqa: E402
from cryptography import x509  # noqa: E402
from raw_acme import RawAcme  # noqa: E402
from subscriber import certificates  # noqa: E402

TN = tn_auth_list(SPC)
WORKERS = 4
FINISHED_WITHIN = 180  # seconds, for orders that stay processing; docs/api/acme.md promises two minutes
PATIENT = ROUNDS > 20  # the short form does not wait for them


class Lost(Exception):
    """No answer, or one that says that the server could not tell."""


class Client(RawAcme):
    """Keeps its nonces: those that served, and those of which nobody knows."""

    def __init__(self, network):
        self.spent, self.unsure = [], []
        super().__init__(network, new_key())

    def send(self, url, jws, content_type="application/jose+json"):
        protected = jws["protected"]
        nonce = json.loads(base64.urlsafe_b64decode(protected + "=" * (-len(protected) % 4)))["nonce"]
        try:
            answer = super().send(url, jws, content_type)
        except (OSError, http.client.HTTPException) as error:
            self.unsure.append(nonce)
            raise Lost(repr(error)) from error
        if answer.status >= 500:
            self.unsure.append(nonce)
            raise Lost(answer.body)
        self.spent.append(nonce)
        return answer

    def nonce(self):
        try:
            return super().nonce()
        except (OSError, http.client.HTTPException) as error:
            raise Lost(repr(error)) from error


class Order:
    """What was answered: `status` as of the last answer; a step that nobody heard of is `unheard`."""

    def __init__(self, url, body, token, jti):
        self.url, self.body, self.token, self.jti = url, body, token, jti
        self.key = new_key()
        self.status, self.unheard = body["status"], None
        self.chain = self.serial = None
        self.revoked = False


class AcmeCrashes:
    """The suite; its engines are below."""

    @classmethod
    def setUpClass(cls):
        cls.random = rng()
        cls.network = network = Authorities(cls, cls.databases)
        network.acme += ", failed_challenges_per_hour: 0"
        network.write_configuration()
        network.run("sti-pa", "sti-ca")
        network.register((SPC,))
        cls.clients = [Client(network) for _ in range(WORKERS)]
        for client in cls.clients:
            assert client.register().status == 201
        cls.issued, cls.revoked, cls.maybe_revoked, cls.processing = {}, set(), set(), []
        cls.nonces = cls.lost = 0

    def tokens(self, client, count):
        messages, services = stubs("spc_tokens")
        with channel(self.network, "sti-pa", "sti-as") as pa:
            stub = services.SpcTokensStub(pa)
            request = messages.IssueTokenRequest(tn_auth_list=TN, fingerprint=fingerprint(client.key))
            return [stub.IssueToken(request, timeout=20) for _ in range(count)]

    # --- what a client does until there is no answer

    def subscribe(self, client, tokens, orders, stop):
        with contextlib.suppress(Lost):
            for token in tokens:
                if stop.is_set():
                    return
                answer = client.order(b64url(TN))
                self.assertEqual(answer.status, 201, answer.body)
                order = Order(answer.headers["location"], answer.json, token.token, token.jti)
                orders.append(order)
                self.carry_through(client, order)
                if len(orders) % 2:
                    self.revoke(client, order)

    def step(self, order, name, request):
        order.unheard = name
        answer = request()
        order.unheard = None
        self.assertEqual(answer.status, 200, answer.body)
        return answer

    def carry_through(self, client, order):
        """From where it stands, to the certificate; stops where the order is processing."""
        if order.status == "pending":
            challenge = client.challenge_url(order.body)
            answer = self.step(order, "challenge", lambda: client.post(challenge, {"tkauth": order.token}))
            self.assertEqual(answer.json["status"], "valid", answer.body)
            order.status = "ready"
        if order.status == "ready":
            csr = {"csr": b64url(der(make_csr(order.key)))}
            order.body = self.step(order, "finalize", lambda: client.post(order.body["finalize"], csr)).json
            order.status = order.body["status"]
        if order.status == "valid" and order.chain is None:
            order.chain = client.post(order.body["certificate"]).body
            leaf = x509.load_pem_x509_certificate(order.chain)
            self.assertEqual(leaf.public_key().public_numbers(), order.key.public_key().public_numbers())
            order.serial = f"{leaf.serial_number:X}"
        self.assertIn(order.status, ("processing", "valid"))

    def revoke(self, client, order):
        if order.serial is None:
            return
        leaf = b64url(der(x509.load_pem_x509_certificate(order.chain)))
        self.maybe_revoked.add(order.serial)
        answer = self.step(order, "revoke", lambda: client.post(client.directory["revokeCert"], {"certificate": leaf, "reason": 4}))
        self.assertEqual(answer.body, b"")
        self.revoked.add(order.serial)
        order.revoked = True

    # --- one round

    def harm(self, round_number):
        ways = ("sti-ca", "both", "sti-pa", *self.HARMS)
        how = ways[round_number % len(ways)]
        if how in self.HARMS:
            self.harm_database(how)
            return
        self.network.kill(*(("sti-ca", "sti-pa") if how == "both" else (how,)))

    def harm_database(self, how):
        raise NotImplementedError(how)

    def subscribe_and_harm(self, round_number):
        """Orders by client."""
        stop = threading.Event()
        orders = [[] for _ in self.clients]
        work = [(client, self.tokens(client, 6), orders[i], stop) for i, client in enumerate(self.clients)]
        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            done = [pool.submit(self.subscribe, *arguments) for arguments in work]
            try:
                self.network.wait_until(lambda: any(order.chain for mine in orders for order in mine) or
                                        all(task.done() for task in done), "the first certificate", seconds=60)
                time.sleep(self.random.uniform(0, 0.15))  # lint-ok: any moment
                self.harm(round_number)
            finally:
                stop.set()
            for task in done:
                task.result()
        return orders

    def wait_for_database(self):
        def answers():
            try:
                return self.clients[0].post(self.clients[0].kid).status == 200
            except Lost:
                return False
        self.network.wait_until(answers, "sti-ca to reach its database", seconds=60)

    def test_what_was_answered_stays_and_nothing_serves_twice(self):
        for round_number in range(ROUNDS):
            orders = self.subscribe_and_harm(round_number)
            self.network.run(*(name for name in ("sti-pa", "sti-ca") if name not in self.network.processes))
            self.wait_for_database()
            for client, mine in zip(self.clients, orders):
                self.check_nonces(client)
                for order in mine:
                    self.check_order(client, order)
            self.check_token_is_used(*next((client, mine[0]) for client, mine in zip(self.clients, orders) if mine))
        self.check_processing()
        self.check_certificates()
        self.check_crl()
        print(f"{ROUNDS} crashes: {len(self.issued)} certificates, {len(self.revoked)} revocations answered, {self.nonces} nonces shown"
              f" again, {self.lost} steps without an answer, {len(self.processing)} orders left processing", file=sys.stderr)
        self.assertGreater(len(self.issued), ROUNDS)
        self.assertGreater(len(self.revoked), 0)

    # --- what is left

    def show_again(self, client, nonce):
        return client.post(client.kid, change={"nonce": nonce})

    def check_nonces(self, client):
        spent, unsure = client.spent[-12:], client.unsure
        client.spent, client.unsure = [], []
        for nonce in spent:
            self.assertEqual(self.show_again(client, nonce).problem, "badNonce", "a nonce served twice")
        for nonce in unsure:  # one that nobody heard of may serve, once
            first = self.show_again(client, nonce)
            self.assertTrue(first.status == 200 or first.problem == "badNonce", first.body)
            self.assertEqual(self.show_again(client, nonce).problem, "badNonce")
        self.nonces += len(spent) + len(unsure)
        client.spent, client.unsure = [], []

    def check_order(self, client, order):
        now = client.post(order.url).json
        may_be = {None: (order.status,), "challenge": ("pending", "ready"), "finalize": ("ready", "processing", "valid"),
                  "revoke": ("valid",)}[order.unheard]
        if order.status == "processing":
            may_be = ("processing", "valid")
        self.assertIn(now["status"], may_be, order.unheard)
        self.lost += order.unheard is not None
        order.body, order.status, order.unheard = now, now["status"], None
        known = order.chain
        if order.status != "processing":
            order.chain = None
            self.carry_through(client, order)  # also the token of a challenge that did not happen is still good
        if order.status == "processing":
            self.processing.append((client, order))
            return
        self.note_issued(client, order)
        self.assertIn(known, (None, order.chain), "another certificate than before")

    def note_issued(self, client, order):
        self.assertNotIn(order.serial, self.issued, "a serial number twice")
        self.issued[order.serial] = order.jti
        self.assertEqual(client.http("GET", client.post(order.url).json["x5u"]).body, order.chain)

    def check_token_is_used(self, client, order):
        again = client.answer_challenge(client.order(b64url(TN)).json, order.token)
        self.assertEqual(again.json["status"], "invalid", again.body)
        self.assertIn("used before", again.json["error"]["detail"])

    def check_processing(self):
        for client, order in self.processing:
            if not PATIENT:
                self.assertIn(client.post(order.url).json["status"], ("processing", "valid"))
                continue
            self.network.wait_until(lambda client=client, order=order: client.post(order.url).json["status"] == "valid",
                                    "an order left processing to be valid", seconds=FINISHED_WITHIN)
            order.body, order.status = client.post(order.url).json, "valid"
            self.carry_through(client, order)
            self.note_issued(client, order)

    def check_certificates(self):
        listed = certificates(self.network, "sti-ca")  # which fails when a serial is listed twice
        self.assertLessEqual(set(self.issued), set(listed))
        for serial, jti in self.issued.items():
            self.assertEqual(listed[serial].token_jti, jti)
        jtis = [record.token_jti for record in listed.values()]
        self.assertEqual(len(jtis), len(set(jtis)), "a token was good for two certificates")
        revoked = {serial for serial, record in listed.items() if record.HasField("revoked")}
        self.assertLessEqual(self.revoked, revoked)
        self.assertLessEqual(revoked, self.maybe_revoked)
        self.revoked = revoked  # of those that nobody heard of, some

    def check_crl(self):
        """sti-ca waits longer from try to try, and tries at once when it starts."""
        self.network.kill("sti-ca")
        self.network.run("sti-ca")
        messages, services = stubs("trust")

        def on_crl():
            with channel(self.network, "sti-pa", "sti-as") as pa:
                crl = services.TrustStub(pa).GetCrl(messages.GetCrlRequest(), timeout=20).crl
            return {f"{entry.serial_number:X}" for entry in x509.load_der_x509_crl(crl)}
        self.network.wait_until(lambda: on_crl() == self.revoked, "the CRL to have every revocation, and no other", seconds=60)


class SqliteTest(AcmeCrashes, OnSqlite, unittest.TestCase):
    pass


class PostgresTest(AcmeCrashes, OnPostgres, unittest.TestCase):

    def harm_database(self, how):
        self.harm_server(how, "sti-ca", self.random.choice)


if __name__ == "__main__":
    unittest.main()
