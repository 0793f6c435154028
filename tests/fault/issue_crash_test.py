"""Kills sti-ca in the middle of issuing, on both engines, and asks what is left.

An answered certificate is listed and published, once; its token is used up; no serial number and no token comes twice. A
token whose request was never answered is either still good or used up, but never good for two certificates.
"""

import concurrent.futures
import os
import random
import signal
import ssl
import sys
import tempfile
import time
import unittest
import urllib.request

sys.path.insert(0, os.path.abspath("tests/integration"))
# pylint: disable=wrong-import-position
from client import channel  # noqa: E402
from postgres_server import PostgresServer  # noqa: E402
from subscriber import Request, certificates  # noqa: E402
from suite_network import make_network  # noqa: E402

ROUNDS = int(os.environ.get("STI_FAULT_ROUNDS", "4"))
SEED = int(os.environ.get("STI_FAULT_SEED", "20261123"))
AT_ONCE = 6


class IssueCrashes:
    """The suite; its engines are below."""

    @classmethod
    def setUpClass(cls):
        print(f"STI_FAULT_SEED={SEED}", file=sys.stderr)
        cls.random = random.Random(SEED)
        folder = tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR"))  # pylint: disable=consider-using-with
        cls.addClassCleanup(folder.cleanup)
        cls.network = make_network(folder.name)
        cls.network.extra["sti-ca"] += cls.database() + "certificates_per_day: 0\n"
        cls.network.write_configuration()
        cls.addClassCleanup(cls.network.stop_all)
        cls.network.start("sti-pa")
        cls.start_ca()
        cls.network.wait_until(lambda: cls.network.serving("pa", "ca"), "sti-pa and sti-ca to serve")
        cls.network.stictl("pa", "provider", "register", "--id", "suite", "--name", "Suite", "--spc", cls.network.spc, "--client",
                           "sti-as")

    @classmethod
    def start_ca(cls):
        ports = cls.network.path("state/sti-ca.ports")
        if os.path.exists(ports):
            os.remove(ports)  # left by the killed one
        cls.network.start("sti-ca")
        cls.network.wait_until(lambda: os.path.exists(ports), "sti-ca to listen again")

    def published(self, serial):
        trust = ssl.create_default_context(cafile=self.network.path("tls/ca.pem"))
        url = f"https://localhost:{self.network.ports['repository']}/certs/{serial}.pem"
        with urllib.request.urlopen(url, context=trust, timeout=10) as answer:
            return answer.read().decode()

    def send_and_kill(self, requests):
        """What each request was answered; "UNAVAILABLE" when it was not."""
        with channel(self.network, "sti-ca", "sti-as") as ca, concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            answers = [pool.submit(request.send, ca) for request in requests]
            concurrent.futures.wait(answers, return_when=concurrent.futures.FIRST_COMPLETED)
            time.sleep(self.random.uniform(0, 0.02))  # lint-ok: any moment
            self.crash()
            return [answer.result() for answer in answers]

    def crash(self):
        self.network.stop("sti-ca", signal.SIGKILL)

    def test_nothing_that_was_answered_is_lost_and_nothing_comes_twice(self):
        answered, unanswered = {}, 0
        for round_number in range(ROUNDS):
            requests = [Request(self.network, self.network.spc) for _ in range(AT_ONCE * 3)]
            answers = self.send_and_kill(requests)
            self.start_ca()
            listed = certificates(self.network, "sti-ca")  # which fails when a serial is listed twice
            with channel(self.network, "sti-ca", "sti-as") as ca:
                for request, answer in zip(requests, answers):
                    if answer in ("UNAVAILABLE", "STORAGE_FAILED"):
                        unanswered += 1
                        self.check_unanswered(request, ca, listed, answered)
                        continue
                    self.assertFalse(isinstance(answer, str), answer)
                    self.assertNotIn(answer.serial, answered)
                    answered[answer.serial] = request.jti
                    self.assertEqual(listed[answer.serial].token_jti, request.jti, f"round {round_number}")
                    self.assertEqual(self.published(answer.serial), answer.chain_pem)
                    self.assertEqual(request.send(ca), "SPC_TOKEN_REPLAYED")
        listed = certificates(self.network, "sti-ca")
        self.assertLessEqual(set(answered), set(listed))
        jtis = [record.token_jti for record in listed.values()]
        self.assertEqual(len(jtis), len(set(jtis)), "a token was good for two certificates")
        print(f"{ROUNDS} kills in mid-issue: {len(answered)} certificates answered, {unanswered} requests without an answer",
              file=sys.stderr)
        self.assertGreater(len(answered), ROUNDS)

    def check_unanswered(self, request, ca, listed, answered):
        again = request.send(ca)
        if isinstance(again, str):
            self.assertEqual(again, "SPC_TOKEN_REPLAYED")
        else:
            self.assertNotIn(request.jti, [record.token_jti for record in listed.values()])
            answered[again.serial] = request.jti


class SqliteTest(IssueCrashes, unittest.TestCase):

    @staticmethod
    def database():
        return ""


class PostgresTest(IssueCrashes, unittest.TestCase):
    crashes = 0

    @classmethod
    def database(cls):
        cls.postgres = PostgresServer()
        cls.addClassCleanup(cls.postgres.close)
        return cls.postgres.new_database("ca")

    def crash(self):
        """Every third time the server goes down as well, without a checkpoint, and first."""
        PostgresTest.crashes += 1
        if self.crashes % 3 == 0:
            self.postgres.stop(signal.SIGQUIT)
        super().crash()
        if self.crashes % 3 == 0:
            self.postgres.start()


if __name__ == "__main__":
    unittest.main()
