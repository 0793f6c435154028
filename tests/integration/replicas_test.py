"""Two sti-ca and two sti-pa, each pair on one PostgreSQL database, work at once, and neither steps on the other."""

import concurrent.futures
import os
import signal
import ssl
import tempfile
import unittest
import urllib.request

from client import channel, stubs
from cryptography import x509
from postgres_server import PostgresServer
from replicas import add_replicas
from subscriber import Request, certificates
from suite_network import make_network

REPLICAS = ("sti-ca", "sti-ca-2")
REQUESTS = 24


class ReplicasTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.postgres = PostgresServer()
        cls.addClassCleanup(cls.postgres.close)
        folder = tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR"))  # pylint: disable=consider-using-with
        cls.addClassCleanup(folder.cleanup)
        cls.network = make_network(folder.name)
        for name in ("ca", "pa"):
            cls.network.extra[f"sti-{name}"] += cls.postgres.new_database(name)
        cls.network.write_configuration()
        add_replicas(cls.network)
        cls.addClassCleanup(cls.network.stop_all)
        daemons = ("sti-pa", "sti-pa-2", *REPLICAS)  # replicas start at once: they agree on who makes the tables
        for name in daemons:
            cls.network.start(name)
        cls.network.wait_until(lambda: all(os.path.exists(cls.network.path(f"state/{name}.ports")) for name in daemons),
                               "two sti-pa and two sti-ca to listen")
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

    def published(self, replica):
        """Trust list sequence, and the serial numbers on the CRL."""
        messages, services = stubs("trust")
        with channel(self.network, replica, "sti-as") as pa:
            stub = services.TrustStub(pa)
            crl = x509.load_der_x509_crl(stub.GetCrl(messages.GetCrlRequest(), timeout=10).crl)
            return (stub.GetTrustList(messages.GetTrustListRequest(), timeout=10).sequence,
                    {entry.serial_number for entry in crl})

    def test_what_one_sti_pa_is_told_both_publish(self):
        with channel(self.network, "sti-ca", "sti-as") as one:
            serial = self.request().send(one).serial
        before = self.published("sti-pa-2")[0]
        self.network.stictl("pa", "authority", "approve", "--name", "CA", "--root", self.network.path("ca/root.pem"))
        messages, services = stubs("policy_admin")
        with channel(self.network, "sti-pa-2", "admin") as pa:
            services.PolicyAdminStub(pa).RecordRevocation(messages.RecordRevocationRequest(
                certificate_pem=self.fetch(serial, "sti-ca").split("-----END CERTIFICATE-----")[0] + "-----END CERTIFICATE-----\n",
                reason_code=1), timeout=10)
        for replica in ("sti-pa", "sti-pa-2"):
            self.network.wait_until(lambda pa=replica: self.published(pa) == (before + 1, {int(serial, 16)}),
                                    f"{replica} to publish what either was told")

    def test_restart_of_the_server_is_survived_without_a_restart_of_the_daemons(self):
        request = self.request()
        with channel(self.network, "sti-ca", "sti-as") as one, channel(self.network, "sti-ca-2", "sti-as") as two:
            self.postgres.stop(signal.SIGQUIT)
            try:
                self.assertEqual(request.send(one), "STORAGE_FAILED")
            finally:
                self.postgres.start()
            answer = request.send(two)  # nothing of the refused one happened: the token is good
            self.assertEqual(answer.chain_pem, self.fetch(answer.serial, "sti-ca"))


if __name__ == "__main__":
    unittest.main()
