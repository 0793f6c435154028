"""sti-ca reaches PostgreSQL over the network by TLS, and talks to no other server than the one it means."""

import os
import subprocess
import tempfile
import unittest

from postgres_server import PostgresServer
from suite_network import free_ports, make_network


class PostgresTlsTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.postgres = PostgresServer()
        cls.addClassCleanup(cls.postgres.close)
        cls.postgres.new_database("ca")
        folder = tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR"))  # pylint: disable=consider-using-with
        cls.addClassCleanup(folder.cleanup)
        cls.network = make_network(folder.name)
        cls.port = free_ports()["sti-pa"]
        cls.postgres.stop()
        # Made out to localhost and 127.0.0.1, and not to 127.0.0.3.
        cls.postgres.listen_with_tls(cls.port, cls.network.path("tls/sti-ca.pem"), cls.network.path("tls/sti-ca.key"))
        cls.postgres.start()

    def start(self, host, trust):
        """Starts sti-ca; None once it listens, else its last words."""
        self.network.extra["sti-ca"] = (f"database: {{engine: postgres, postgres: {{host: {host}, port: {self.port}, name: ca, "
                                        f"user: app, {trust}}}}}\n")
        self.network.write_configuration()
        ports = self.network.path("state/sti-ca.ports")
        self.network.start("sti-ca")
        process = self.network.processes["sti-ca"]
        while not os.path.exists(ports):
            try:
                process.wait(timeout=0.05)
                del self.network.processes["sti-ca"]
                return self.network.last_words("sti-ca")
            except subprocess.TimeoutExpired:
                pass
        self.network.stop("sti-ca")
        return None

    def test_server_with_the_right_certificate_is_used(self):
        for host in ("127.0.0.1", "localhost"):
            self.assertIsNone(self.start(host, "ca_file: tls/ca.pem"))

    def test_server_with_a_certificate_of_another_ca_is_refused(self):
        self.assertIn("certificate verify failed", self.start("127.0.0.1", "ca_file: ca/root.pem"))

    def test_server_with_a_certificate_for_another_host_is_refused(self):
        self.assertIn("does not match host name", self.start("127.0.0.3", "ca_file: tls/ca.pem"))

    def test_plaintext_is_what_it_says(self):
        self.assertIn("no encryption", self.start("127.0.0.1", "plaintext_without_tls: true"))


if __name__ == "__main__":
    unittest.main()
