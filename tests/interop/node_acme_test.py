"""A third-party ACME client in another language, npm's acme-client, gets a SHAKEN certificate, revokes it, changes its account
key and leaves. tools/setup installs it; where it is not, the test is skipped and says so."""

import glob
import json
import os
import pwd
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.abspath("tests/interop"))
# pylint: disable=wrong-import-position
import misbehaving_ca  # noqa: E402
from acme_network import SPC, AcmeTest, b64url, fingerprint, free_ports, make_csr, new_key, tn_auth_list  # noqa: E402
from cryptography import x509  # noqa: E402
from cryptography.hazmat.primitives import serialization  # noqa: E402


def node_modules():
    """Where tools/setup has put it; None when it is not there. Bazel keeps HOME from tests."""
    home = os.environ.get("XDG_CACHE_HOME", os.path.join(pwd.getpwuid(os.getuid()).pw_dir, ".cache"))
    found = glob.glob(os.path.join(home, "stir-shaken-tools/acme-client-*[0-9]/node_modules/acme-client"))
    return os.path.dirname(sorted(found)[-1]) if found else None


@unittest.skipIf(node_modules() is None, "npm's acme-client is not installed (tools/setup --test, with a network)")
class NodeAcmeTest(AcmeTest):

    @classmethod
    def prepare(cls, network):
        network.ports.update(free_ports(("acme",)))
        network.acme = f"public_url: \"https://localhost:{network.ports['acme']}\""

    def order(self, moods):
        """What the script prints, and the leaf's key."""
        ca = misbehaving_ca.MisbehavingCa(self.network, self.network.ports["acme"], moods)
        self.addCleanup(ca.stop)
        account_key, key = new_key(), new_key()
        with open(self.network.path("account.pem"), "wb") as file:
            file.write(account_key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                                 serialization.NoEncryption()))
        with open(self.network.path("csr.pem"), "wb") as file:
            file.write(make_csr(key).public_bytes(serialization.Encoding.PEM))
        done = subprocess.run(["node", os.path.abspath("tests/interop/node_acme_order.js"), self.network.acme_url + "directory",
                               self.network.path("account.pem"), self.network.path("csr.pem"), b64url(tn_auth_list(SPC)),
                               self.network.spc_token(fingerprint(account_key))], capture_output=True, text=True, timeout=90, check=False,
                              env={**os.environ, "NODE_PATH": node_modules(), "NODE_EXTRA_CA_CERTS": self.network.path("tls/ca.pem")})
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout), key

    def check(self, moods):
        result, key = self.order(moods)
        self.assertEqual((result["challenge"], result["status"], result["account"]), ("tkauth-01", "valid", "deactivated"))
        self.assertIn("only identifiers of type TNAuthList are supported", result["refused"])
        leaf = x509.load_pem_x509_certificate(result["chain"].encode())
        self.assertEqual(leaf.public_key().public_numbers(), key.public_key().public_numbers())
        self.assertTrue(result["x5u"].startswith("https://localhost:"))
        serial = f"{leaf.serial_number:X}"
        self.network.wait_until(lambda: serial in [row["serial"] for row in self.network.stictl_json("pa", "revocation", "list")[1].get(
            "revocations", [])], "the revocation to be at sti-pa")

    def test_whole_order_revocation_key_change_and_deactivation(self):
        self.check(misbehaving_ca.Moods(0, 0, 1))

    def test_the_same_though_good_nonces_are_rejected_and_nothing_is_finished_at_once(self):
        moods = misbehaving_ca.Moods(0.5, 2, 1)
        self.check(moods)
        self.assertGreater(moods.rejected, 0)
        self.assertEqual(moods.delayed, 2)


if __name__ == "__main__":
    unittest.main()
