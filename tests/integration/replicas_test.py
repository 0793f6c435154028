"""Two sti-ca on one PostgreSQL database issue at once, and neither steps on the other."""

import concurrent.futures
import os
import signal
import ssl
import tempfile
import unittest
import urllib.request

from client import channel
from postgres_server import PostgresServer
from subscriber import Request, certificates
from suite_network import BINARIES, make_network

REPLICAS = ("sti-ca", "sti-ca-2")
REQUESTS = 24


def add_replica(network, ports):
    """The same keys and database; its own ports and state folder."""
    network.binaries = dict(BINARIES, **{"sti-ca-2": BINARIES["sti-ca"]})
    network.ports["sti-ca-2"], network.ports["repository-2"] = ports
    with open(network.path("sti-ca.yaml"), encoding="utf-8") as file:
        text = file.read()
    text = text.replace(f"listen: 127.0.0.1:{network.ports['sti-ca']}", f"listen: 127.0.0.1:{ports[0]}")
    text = text.replace(f"listen: 127.0.0.1:{network.ports['repository']}", f"listen: 127.0.0.1:{ports[1]}")
    text = text.replace("state/sti-ca", "state/sti-ca-2")  # the public URL stays: replicas stand behind one name
    with open(network.path("sti-ca-2.yaml"), "w", encoding="utf-8") as file:
        file.write(text)


class ReplicasTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.postgres = PostgresServer()
        cls.addClassCleanup(cls.postgres.close)
        folder = tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR"))  # pylint: disable=consider-using-with
        cls.addClassCleanup(folder.cleanup)
        cls.network = make_network(folder.name)
        cls.network.extra["sti-ca"] += cls.postgres.new_database("ca")
        cls.network.write_configuration()
        # sti-as and sti-vs are not started: their ports are free.
        add_replica(cls.network, (cls.network.ports["sti-as"], cls.network.ports["sti-vs"]))
        cls.addClassCleanup(cls.network.stop_all)
        for name in ("sti-pa", *REPLICAS):  # both replicas at once: they agree on who makes the tables
            cls.network.start(name)
        cls.network.wait_until(lambda: all(os.path.exists(cls.network.path(f"state/{name}.ports")) for name in ("sti-pa", *REPLICAS)),
                               "sti-pa and both sti-ca to listen")
        cls.network.stictl("pa", "provider", "register", "--id", "suite", "--name", "Suite", "--spc", cls.network.spc, "--client",
                           "sti-as")

    def request(self):
        return Request(self.network, self.network.spc)

    def fetch(self, serial, replica):
        port = self.network.ports["repository" + replica.removeprefix("sti-ca")]
        trust = ssl.create_default_context(cafile=self.network.path("tls/ca.pem"))
        with urllib.request.urlopen(f"https://localhost:{port}/certs/{serial}.pem", context=trust, timeout=10) as answer:
            return answer.read().decode()

    def test_each_token_gets_one_certificate_whomever_it_is_shown_to(self):
        before = certificates(self.network, "sti-ca")
        requests = [self.request() for _ in range(REQUESTS)]
        with channel(self.network, "sti-ca", "sti-as") as one, channel(self.network, "sti-ca-2", "sti-as") as two, \
                concurrent.futures.ThreadPoolExecutor(8) as pool:
            answers = [[pool.submit(request.send, connection) for connection in (one, two)] for request in requests]
            answers = [[answer.result() for answer in pair] for pair in answers]
        issued = {}
        for pair in answers:
            refused = [answer for answer in pair if isinstance(answer, str)]
            self.assertEqual(refused, ["SPC_TOKEN_REPLAYED"], pair)
            answer = next(answer for answer in pair if not isinstance(answer, str))
            self.assertNotIn(answer.serial, issued)
            issued[answer.serial] = answer.chain_pem
        for replica in REPLICAS:
            listed = certificates(self.network, replica)
            self.assertEqual(set(listed), set(issued) | set(before), f"as {replica} sees it")
        for serial, chain in list(issued.items())[:4]:
            for replica in REPLICAS:
                self.assertEqual(self.fetch(serial, replica), chain)

    def test_one_replica_goes_on_when_the_other_is_killed(self):
        with channel(self.network, "sti-ca-2", "sti-as") as two:
            first = self.request()
            issued = [first.send(two)]
            self.network.stop("sti-ca", signal.SIGKILL)
            issued += [self.request().send(two) for _ in range(3)]
            self.network.start("sti-ca")
            self.network.wait_until(lambda: self.network.serving("ca"), "the killed replica to serve again")
            self.assertEqual(first.send(two), "SPC_TOKEN_REPLAYED")
        with channel(self.network, "sti-ca", "sti-as") as one:
            self.assertEqual(first.send(one), "SPC_TOKEN_REPLAYED")
        for answer in issued:
            self.assertIn(answer.serial, certificates(self.network, "sti-ca"))

    def test_restart_of_the_server_is_survived_without_a_restart_of_the_daemons(self):
        self.postgres.stop(signal.SIGQUIT)
        with channel(self.network, "sti-ca", "sti-as") as one, channel(self.network, "sti-ca-2", "sti-as") as two:
            request = self.request()
            self.assertEqual(request.send(one), "STORAGE_FAILED")
            self.postgres.start()
            answer = request.send(two)  # nothing of the refused one happened: the token is good
            self.assertEqual(answer.chain_pem, self.fetch(answer.serial, "sti-ca"))


if __name__ == "__main__":
    unittest.main()
