"""sti-as as a client of Pebble, the ACME server that Let's Encrypt tests clients with. It knows no TNAuthList, so an
enrolment goes as far as the order: directory, nonces (half of the good ones are rejected), account, External Account Binding."""

import json
import os
import subprocess
import sys
import tempfile
import unittest

sys.path[:0] = [os.path.abspath("tests/interop")]
# pylint: disable=wrong-import-position
from acme_network import free_ports  # noqa: E402
from enrolment_network import ENROL, write_private  # noqa: E402
from network import Network  # noqa: E402
from suite_network import BINARIES  # noqa: E402

EXTERNAL_KEY = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W"


class PebbleTest(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR"))  # pylint: disable=consider-using-with
        self.addCleanup(folder.cleanup)
        self.network = Network(folder.name, BINARIES, free_ports())
        self.network.stictl("dev-pki", "--out", self.network.path("tls"), "--name", "pebble", config="")
        self.ports = free_ports(("acme", "admin", "http", "tls"))

    def start(self, bound):
        path = self.network.path
        config = {"pebble": {
            "listenAddress": f"127.0.0.1:{self.ports['acme']}", "managementListenAddress": f"127.0.0.1:{self.ports['admin']}",
            "certificate": path("tls/pebble.pem"), "privateKey": path("tls/pebble.key"), "httpPort": self.ports["http"],
            "tlsPort": self.ports["tls"], "externalAccountBindingRequired": bound,
            "externalAccountMACKeys": {"kid-1": EXTERNAL_KEY}}}
        write_private(path("pebble.json"), json.dumps(config))
        log = open(path("pebble.log"), "ab")  # pylint: disable=consider-using-with
        process = subprocess.Popen(["pebble", "-strict", "-config", path("pebble.json")], stdout=log,  # pylint: disable=consider-using-with
                                   stderr=subprocess.STDOUT, env={**os.environ, "PEBBLE_WFE_NONCEREJECT": "50"})
        log.close()
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)
        self.network.wait_until(lambda: "ACME directory available" in self.log(), "Pebble to listen")

    def log(self):
        with open(self.network.path("pebble.log"), encoding="utf-8") as file:
            return file.read()

    def enrol(self, acme=""):
        path = self.network.path
        os.makedirs(path("state"), mode=0o700, exist_ok=True)
        write_private(path("password"), "never asked for")
        with open(path("provider.yaml"), "w", encoding="utf-8") as file:
            file.write("name: suite\nspc: \"1234\"\norganization: Interop\nenrolment:\n"
                       "  token_service: {url: \"https://localhost:1\", account: x, user: x, password_file: password}\n"
                       f"  acme: {{directory: \"https://localhost:{self.ports['acme']}/dir\", ca_file: tls/ca.pem, {acme}}}\n")
        done = subprocess.run([ENROL, path("provider.yaml"), path("state")], capture_output=True, text=True, timeout=120,
                              check=False)
        self.assertEqual(done.returncode, 1, done.stdout)
        return done.stdout.strip()

    TERMS = "agreed_terms: \"data:text/plain,Do%20what%20thou%20wilt\""

    def test_account_is_made_once_and_the_order_refused_in_pebbles_words(self):
        self.start(False)
        self.assertIn("agreed_terms to data:text/plain,Do%20what%20thou%20wilt", self.enrol())
        for _ in range(3):
            said = self.enrol(self.TERMS)
            self.assertRegex(said, "CA refused: [A-Z_]+: HTTP status 4[0-9]+: (malformed|unsupportedIdentifier|rejectedIdentifier): ")
        self.assertIn("There are now 1 accounts in memory", self.log())
        self.assertNotIn("There are now 2 accounts in memory", self.log())

    def test_external_account_is_bound(self):
        self.start(True)
        self.assertIn("External Account Binding", self.enrol(self.TERMS))
        write_private(self.network.path("eab"), "b10lLJs8l1GPIzsLP0s6pMt8O0XVGnfTaCeROxQM0BIt2XrJMDHJZBM5NuQmQJQH")
        bound = self.TERMS + ", external_key_id: kid-1, external_key_file: eab"
        self.assertIn("unauthorized", self.enrol(bound))
        write_private(self.network.path("eab"), EXTERNAL_KEY)
        self.assertRegex(self.enrol(bound), "(malformed|unsupportedIdentifier|rejectedIdentifier)")
        self.assertIn("There are now 1 accounts in memory", self.log())


if __name__ == "__main__":
    unittest.main()
