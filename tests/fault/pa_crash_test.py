"""Kills sti-pa while clients write, on both engines, and the database below it, and asks what is left.

Every token answered is in the log once. Every revocation answered is on the published CRL. Numbers and CAs are as the last
answer said. CRL number and list sequences never go back, and no two documents have the same. What was refused did not happen.
"""

import base64
import concurrent.futures
import contextlib
import datetime
import hashlib
import json
import os
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.abspath("tests/fault"))
# pylint: disable=wrong-import-position
from authorities import ROUNDS, UNHEARD, Authorities, OnPostgres, OnSqlite, call, rng  # noqa: E402
from client import channel, stubs  # noqa: E402
from cryptography import x509  # noqa: E402
from cryptography.hazmat.primitives import hashes, serialization  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import ec  # noqa: E402
from cryptography.x509.oid import NameOID  # noqa: E402
from subscriber import spc_list  # noqa: E402

SPCS = ("1234", "5678")
NOT_DONE = "STORAGE_FAILED"
BLOCK = 10  # numbers of one assignment


def some_root(name):
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "US"), x509.NameAttribute(NameOID.ORGANIZATION_NAME, name),
                         x509.NameAttribute(NameOID.COMMON_NAME, f"{name} SHAKEN Root")])
    now = datetime.datetime.utcnow()
    key_id = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    return x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key()).serial_number(
        x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(
            now + datetime.timedelta(days=3650)).add_extension(x509.BasicConstraints(True, None), True).add_extension(
                x509.KeyUsage(False, False, False, False, False, True, True, False, False), True).add_extension(
                    key_id, False).sign(key, hashes.SHA256())


class Ledger:
    """What sti-pa has answered. One worker writes each member; `seen` has a lock."""

    def __init__(self):
        self.tokens, self.lost_tokens, self.refused_tokens = {}, set(), set()  # jti -> fingerprint; fingerprints
        self.revoked, self.not_revoked = set(), set()
        self.numbers, self.unsure_numbers = {}, set()  # first number -> assigned?
        self.roots, self.unsure_roots = {}, set()  # id -> approved?
        self.highest = {"trust list": 0, "CRL": 0, "number list": 0}
        self.documents = {}  # (kind, number) -> its contents
        self.lock = threading.Lock()

    def answered(self):
        return len(self.tokens) + len(self.revoked) + len(self.numbers)

    def see(self, test, kind, number, contents=None):
        """`number` was published: it never goes back, and never has other contents."""
        with self.lock:
            test.assertGreaterEqual(number, self.highest[kind], f"{kind} goes back")
            self.highest[kind] = number
            if contents is not None:
                test.assertEqual(self.documents.setdefault((kind, number), contents), contents, f"two of {kind} {number}")


class PaCrashes:
    """The suite; its engines are below."""

    @classmethod
    def setUpClass(cls):
        cls.random = rng()
        cls.network = Authorities(cls, cls.databases)
        cls.network.run("sti-pa")
        cls.network.register(SPCS)
        cls.roots = [some_root(f"CA {i}") for i in range(3)]
        cls.issuer = cls.roots[0].subject.public_bytes()
        cls.ledger = Ledger()
        cls.next_number = 12155550000
        cls.policy, cls.policy_rpc = stubs("policy_admin")
        cls.tokens, cls.tokens_rpc = stubs("spc_tokens")
        cls.trust, cls.trust_rpc = stubs("trust")

    # --- the clients; each sends until there is no answer

    def ask_for_tokens(self, connection, stop):
        stub = self.tokens_rpc.SpcTokensStub(connection)
        while not stop.is_set():
            fingerprint = "SHA256 " + ":".join(f"{octet:02X}" for octet in os.urandom(32))
            answer, why = call(stub.IssueToken, self.tokens.IssueTokenRequest(tn_auth_list=spc_list(SPCS[0]), fingerprint=fingerprint))
            if answer:
                self.ledger.tokens[answer.jti] = fingerprint
                continue
            self.assertIn(why, (UNHEARD, NOT_DONE))
            (self.ledger.lost_tokens if why == UNHEARD else self.ledger.refused_tokens).add(fingerprint)
            if why == UNHEARD:
                return

    def record_revocations(self, connection, stop):
        stub = self.policy_rpc.PolicyAdminStub(connection)
        while not stop.is_set():
            serial = int.from_bytes(b"\x01" + os.urandom(15), "big")
            _, why = call(stub.RecordRevocation, self.policy.RecordRevocationRequest(issuer_der=self.issuer, serial=f"{serial:X}",
                                                                                     reason_code=1))
            if why is None:
                self.ledger.revoked.add(serial)
                continue
            self.assertIn(why, (UNHEARD, NOT_DONE))
            if why == UNHEARD:
                return
            self.ledger.not_revoked.add(serial)

    def change_numbers(self, connection, stop):
        stub = self.policy_rpc.PolicyAdminStub(connection)
        while not stop.is_set():
            held = [number for number, assigned in self.ledger.numbers.items() if assigned]
            withdraw = len(held) > 20
            number = held[0] if withdraw else self.take_numbers()
            part = [self.policy.NumberRange(spc=SPCS[1], start=str(number), count=BLOCK)]
            if withdraw:
                _, why = call(stub.WithdrawNumbers, self.policy.WithdrawNumbersRequest(numbers=part))
            else:
                _, why = call(stub.AssignNumbers, self.policy.AssignNumbersRequest(numbers=part))
            self.note(why, self.ledger.numbers, self.ledger.unsure_numbers, number, not withdraw)
            if why == UNHEARD:
                return

    @classmethod
    def take_numbers(cls):
        cls.next_number += 2 * BLOCK  # ranges that touch would be joined
        return cls.next_number

    def change_authorities(self, connection, stop):
        stub = self.policy_rpc.PolicyAdminStub(connection)
        turn = 0
        while not stop.is_set():
            turn += 1
            root = self.roots[turn % len(self.roots)]
            name = root.fingerprint(hashes.SHA256()).hex()
            approve = not self.ledger.roots.get(name, False)
            if approve:
                pem = root.public_bytes(serialization.Encoding.PEM).decode()
                _, why = call(stub.ApproveAuthority, self.policy.ApproveAuthorityRequest(name=f"CA {turn}", root_pem=pem))
            else:
                _, why = call(stub.WithdrawAuthority, self.policy.WithdrawAuthorityRequest(id=name, note="crash suite"))
            self.note(why, self.ledger.roots, self.ledger.unsure_roots, name, approve)
            if why == UNHEARD:
                return

    def note(self, why, known, unsure, key, value):
        self.assertIn(why, (None, UNHEARD, NOT_DONE))
        if why is None:
            known[key] = value
        elif why == UNHEARD:
            unsure.add(key)
        elif value and key not in known:
            known[key] = False

    def watch(self, connection, stop):
        """A verifier."""
        while not stop.is_set():
            if not self.look(connection):
                return

    def look(self, connection):
        """What is published; None when there is no answer."""
        stub = self.trust_rpc.TrustStub(connection)
        crl, why = call(stub.GetCrl, self.trust.GetCrlRequest())
        trust_list, why_list = call(stub.GetTrustList, self.trust.GetTrustListRequest())
        if crl is None or trust_list is None:
            self.assertTrue({why, why_list} <= {None, UNHEARD, NOT_DONE, "NOT_READY"}, (why, why_list))
            return None
        parsed = x509.load_der_x509_crl(crl.crl)
        self.assertEqual(parsed.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number, crl.number)
        self.ledger.see(self, "CRL", crl.number, hashlib.sha256(crl.crl).digest())
        payload = trust_list.trust_list.split(".")[1]
        contents = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        self.assertEqual(contents["sequence"], trust_list.sequence)
        roots = {x509.load_pem_x509_certificate(pem.encode()).fingerprint(hashes.SHA256()).hex() for pem in contents["trustList"]}
        self.ledger.see(self, "trust list", trust_list.sequence, roots)
        numbers, why = call(stub.GetNumberAuthorityList, self.trust.GetNumberAuthorityListRequest())
        if numbers:
            self.ledger.see(self, "number list", numbers.sequence)
        return {entry.serial_number for entry in parsed}, roots

    # --- one round

    def write_until(self, harm):
        stop = threading.Event()
        before = self.ledger.answered()
        workers = (self.ask_for_tokens, self.record_revocations, self.change_numbers, self.change_authorities, self.watch)
        with contextlib.ExitStack() as stack:
            pool = stack.enter_context(concurrent.futures.ThreadPoolExecutor(len(workers)))
            admin = stack.enter_context(channel(self.network, "sti-pa", "admin"))
            provider = stack.enter_context(channel(self.network, "sti-pa", "sti-as"))
            done = [pool.submit(worker, provider if worker == self.ask_for_tokens else admin, stop)  # pylint: disable=comparison-with-callable
                    for worker in workers]
            try:
                self.network.wait_until(lambda: self.ledger.answered() > before + 5 or any(work.done() for work in done),
                                        "sti-pa to answer", seconds=60)
                time.sleep(self.random.uniform(0, 0.1))  # lint-ok: any moment
                harm()
            finally:
                stop.set()
            for work in done:
                work.result()

    def harm(self, round_number):
        """sti-pa dies; or the database does, and sti-pa must go on by itself; or both."""
        how = (None, *self.HARMS)[round_number % (1 + len(self.HARMS))]
        if how is None:
            self.network.kill("sti-pa")
            return
        self.harm_database(how)
        if round_number % 2:
            self.network.kill("sti-pa")

    def harm_database(self, how):
        raise NotImplementedError(how)

    def test_what_was_answered_is_there_once_and_no_number_goes_back(self):
        for round_number in range(ROUNDS):
            self.write_until(lambda round_number=round_number: self.harm(round_number))
            if "sti-pa" not in self.network.processes:
                self.network.run("sti-pa")
            self.check()
        ledger = self.ledger
        print(f"{ROUNDS} crashes: {len(ledger.tokens)} tokens, {len(ledger.revoked)} revocations, {len(ledger.numbers)} number"
              f" assignments answered, {ledger.highest['trust list']} trust lists; {len(ledger.lost_tokens)} tokens unheard of,"
              f" {len(ledger.refused_tokens)} refused", file=sys.stderr)
        self.assertGreater(len(ledger.tokens), ROUNDS)
        self.assertGreater(len(ledger.revoked), ROUNDS)
        self.assertGreater(ledger.highest["trust list"], ROUNDS)

    # --- what is left

    def pages(self, rpc, request, member):
        found = []
        while True:
            answer = rpc(request, timeout=30)
            found += getattr(answer, member)
            if not answer.next_page_token:
                return found
            request.page_token = answer.next_page_token

    def check(self):
        with channel(self.network, "sti-pa", "admin") as connection:
            self.wait_for_database(connection)
            stub = self.policy_rpc.PolicyAdminStub(connection)
            self.check_tokens(stub)
            self.check_numbers(stub)
            self.check_authorities(stub)
            self.check_published(connection)

    def wait_for_database(self, connection):
        """After a crash of the database, not of sti-pa, which must find its way back alone."""
        stub = self.policy_rpc.PolicyAdminStub(connection)

        def answers():
            _, why = call(stub.ListAuthorities, self.policy.ListAuthoritiesRequest())
            self.assertIn(why, (None, NOT_DONE, UNHEARD))
            return why is None
        self.network.wait_until(answers, "sti-pa to reach its database", seconds=60)

    def check_tokens(self, stub):
        log = self.pages(stub.ListTokens, self.policy.ListTokensRequest(page_size=1000), "tokens")
        jtis = {token.jti: token.fingerprint for token in log}
        self.assertEqual(len(jtis), len(log), "a jti comes twice")
        for jti, fingerprint in self.ledger.tokens.items():
            self.assertEqual(jtis.get(jti), fingerprint, f"the token {jti} was answered and is not in the log")
        logged = set(jtis.values())
        self.assertEqual(len(logged), len(log), "one request was logged twice")
        self.assertFalse(self.ledger.refused_tokens & logged, "a refused token is in the log")
        self.assertLessEqual(logged - set(self.ledger.tokens.values()), self.ledger.lost_tokens)

    def check_numbers(self, stub):
        request = self.policy.ListNumbersRequest(spc=SPCS[1], page_size=1000)
        there = {int(part.start): part.count for part in self.pages(stub.ListNumbers, request, "numbers")}
        self.assertTrue(set(there.values()) <= {BLOCK}, "part of an assignment")
        for number in self.ledger.unsure_numbers:
            self.ledger.numbers[number] = number in there
        self.ledger.unsure_numbers.clear()
        self.assertEqual(set(there), {number for number, assigned in self.ledger.numbers.items() if assigned})

    def check_authorities(self, stub):
        answer = stub.ListAuthorities(self.policy.ListAuthoritiesRequest(), timeout=20)
        approved = {row.id for row in answer.authorities if row.state == self.policy.Authority.STATE_APPROVED}
        for name in self.ledger.unsure_roots:
            self.ledger.roots[name] = name in approved
        self.ledger.unsure_roots.clear()
        self.assertEqual(approved, {name for name, is_approved in self.ledger.roots.items() if is_approved})

    def check_published(self, connection):
        listed = {name for name, approved in self.ledger.roots.items() if approved}

        def all_there():
            published = self.look(connection)
            return published and self.ledger.revoked <= published[0] and published[1] == listed
        self.network.wait_until(all_there, "trust list and CRL to show what was answered")
        on_crl = self.look(connection)[0]
        self.assertFalse(self.ledger.not_revoked & on_crl, "a revocation that was refused is on the CRL")


class SqliteTest(PaCrashes, OnSqlite, unittest.TestCase):
    pass


class PostgresTest(PaCrashes, OnPostgres, unittest.TestCase):

    def harm_database(self, how):
        self.harm_server(how, "sti-pa", self.random.choice)


if __name__ == "__main__":
    unittest.main()
