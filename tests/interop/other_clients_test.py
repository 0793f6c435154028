"""Clients made for web certificates, lego and certbot as Debian has them: directory, nonces, accounts, and errors that they
show to people. Neither knows TNAuthList."""

import os
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.abspath("tests/interop"))
# pylint: disable=wrong-import-position
from acme_network import AcmeTest  # noqa: E402


class OtherClientsTest(AcmeTest):
    def run_client(self, *command, **environment):
        return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=90, check=False,
                              env={**os.environ, "HOME": self.network.path(), **environment})

    def accounts(self):
        return self.network.stictl_json("ca", "account", "list")[1].get("accounts", [])

    def test_lego_opens_an_account_and_is_told_that_dns_names_are_not_for_this_ca(self):
        done = self.run_client("lego", "--server", self.network.acme_url + "directory", "--accept-tos", "--email", "noc@example.net",
                               "--domains", "example.net", "--http", "--http.port", "127.0.0.1:0", "--path", self.network.path("lego"),
                               "run", LEGO_CA_CERTIFICATES=self.network.path("tls/ca.pem"))
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("urn:ietf:params:acme:error:unsupportedIdentifier", done.stdout + done.stderr)
        self.assertIn("only identifiers of type TNAuthList are supported", done.stdout + done.stderr)
        self.assertEqual([row["contacts"] for row in self.accounts()], [["mailto:noc@example.net"]])

    def test_certbot_has_an_rsa_account_key_and_is_told_what_is_supported(self):
        folders = [word for kind in ("config", "work", "logs") for word in (f"--{kind}-dir", self.network.path("certbot", kind))]
        before = self.accounts()
        done = self.run_client("certbot", "register", "--server", self.network.acme_url + "directory", "--agree-tos", "-m",
                               "noc@example.net", "--no-eff-email", "-n", *folders, REQUESTS_CA_BUNDLE=self.network.path("tls/ca.pem"))
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("must be ES256", done.stdout + done.stderr)
        self.assertEqual(self.accounts(), before)


if __name__ == "__main__":
    unittest.main()
