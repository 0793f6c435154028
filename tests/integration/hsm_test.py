"""Keys of sti-ca and sti-pa in PKCS#11 tokens (SoftHSM), from the ceremony to a call; openssl judges what they signed."""

import base64
import contextlib
import glob
import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.abspath("tests/integration"))
# pylint: disable=wrong-import-position
import client  # noqa: E402
from suite_network import BINARIES, NetworkTest, start_and_enrol  # noqa: E402
from network import Network, NetworkError, free_ports  # noqa: E402

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
MACHINE = {"sti-ca": "ca", "sti-pa": "vault"}
PIN, WRONG_PIN = "91827364", "44775533"


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


class TokenNetwork(Network):
    """Two machines: "ca" with the token of the issuing key; "vault", on which sti-pa runs, with the tokens of the roots and
    of the STI-PA's signers."""

    TOKENS = {"issuing": "ca", "roots": "vault", "signers": "vault"}

    def make_tokens(self):
        for token, machine in self.TOKENS.items():
            os.makedirs(self.path("hsm", machine), mode=0o700, exist_ok=True)
            with open(self.path("hsm", f"{machine}.conf"), "w", encoding="ascii") as file:
                file.write(f"directories.tokendir = {self.path('hsm', machine)}\nlog.level = ERROR\n")
            with self.on(machine):
                run("softhsm2-util", "--init-token", "--free", "--label", f"The {token}", "--pin", PIN, "--so-pin", "12345678")

    @contextlib.contextmanager
    def on(self, machine):
        os.environ["SOFTHSM2_CONF"] = self.path("hsm", f"{machine}.conf")
        try:
            yield
        finally:
            del os.environ["SOFTHSM2_CONF"]

    def make_key(self, token, label):
        with self.on(self.TOKENS[token]):
            run("pkcs11-tool", "--module", MODULE, "--token-label", f"The {token}", "--login", "--pin", PIN, "--keypairgen",
                "--key-type", "EC:prime256v1", "--label", label, "--id", label.encode().hex())

    def import_key(self, token, label):
        """A key that was made elsewhere."""
        file = self.path("imported.key")
        run("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", file)
        with self.on(self.TOKENS[token]):
            run("softhsm2-util", "--import", file, "--token", f"The {token}", "--label", label, "--id", "77", "--pin", PIN)
        os.unlink(file)

    def uri(self, token, label, pin_file="hsm.pin"):
        """Configuration files name the PIN's file relative to their own folder."""
        return f"pkcs11:token=The%20{token};object={label}?module-path={MODULE}&pin-source=file:{pin_file}"

    def write_pin(self, name, pin):
        with open(os.open(self.path(name), os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
            file.write(pin + "\n")

    def make_keys(self, organization="Token"):
        super().make_keys(organization)
        for file in glob.glob(self.path("pa", "*")) + glob.glob(self.path("ca", "*")):
            os.unlink(file)
        self.write_pin("hsm.pin", PIN)
        self.write_pin("wrong.pin", WRONG_PIN)
        self.make_tokens()
        for token, label in (("roots", "pa"), ("roots", "ca"), ("issuing", "issuing"), ("signers", "token")):
            self.make_key(token, label)
        self.import_key("signers", "crl")
        self.ceremonies()

    def ceremony(self, machine, which, *arguments, **keys):
        """`keys`: option -> (token, label)."""
        for option, (token, label) in keys.items():
            arguments += (f"--{option.replace('_', '-')}", self.uri(token, label, self.path("hsm.pin")))
        authority, step = which.split()
        with self.on(machine):
            self.stictl(authority, "ceremony", step, "--organization", f"Token {authority.upper()}", "--out", self.path(authority),
                        *arguments)

    def ceremonies(self):
        self.ceremony("vault", "pa root", key=("roots", "pa"))
        self.ceremony("vault", "pa signers", "--root-cert", self.path("pa/pa-root.pem"), root_key=("roots", "pa"),
                      key=("signers", "token"), crl_key=("signers", "crl"))
        self.ceremony("vault", "ca root", key=("roots", "ca"))
        self.ceremony("ca", "ca request", key=("issuing", "issuing"))
        self.ceremony("vault", "ca issuing", "--root-cert", self.path("ca/root.pem"), "--csr", self.path("ca/issuing.csr"),
                      "--crl-url", "https://pa.example.net/crl", "--crl-issuer", self.path("pa/pa-crl-signer.pem"),
                      root_key=("roots", "ca"))

    def configuration(self):
        files = super().configuration()
        for name, key, uri in (("sti-ca", "ca/issuing.key", self.uri("issuing", "issuing")),
                               ("sti-pa", "pa/pa-signer.key", self.uri("signers", "token")),
                               ("sti-pa", "pa/pa-crl-signer.key", self.uri("signers", "crl"))):
            assert key in files[f"{name}.yaml"]
            files[f"{name}.yaml"] = files[f"{name}.yaml"].replace(key, f"'{uri}'")
        return files

    def start(self, name):
        with self.on(MACHINE.get(name, "ca")):
            super().start(name)


class HsmTest(NetworkTest):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR"))  # pylint: disable=consider-using-with
        cls.network = TokenNetwork(cls.folder.name, BINARIES, free_ports(), others=("sti-as-late",))
        cls.network.make_keys()
        cls.network.write_configuration()
        try:
            start_and_enrol(cls.network)
        except BaseException:
            cls.tearDownClass()
            raise

    def write(self, name, contents):
        path = self.network.path(name)
        with open(path, "wb") as file:
            file.write(contents)
        return path

    def test_1_no_private_key_of_an_authority_is_in_a_file(self):
        files = sorted(os.path.basename(file) for folder in ("ca", "pa") for file in glob.glob(self.network.path(folder, "*")))
        self.assertEqual(files, ["issuing.csr", "issuing.pem", "pa-crl-signer.pem", "pa-root.pem", "pa-signer.pem", "root.pem"])

    def test_2_the_ceremony_signed_with_the_roots_in_the_token(self):
        path = self.network.path
        run("openssl", "req", "-verify", "-noout", "-in", path("ca/issuing.csr"))
        run("openssl", "verify", "-x509_strict", "-CAfile", path("ca/root.pem"), path("ca/root.pem"))
        run("openssl", "verify", "-x509_strict", "-CAfile", path("ca/root.pem"), path("ca/issuing.pem"))
        for name in ("pa-signer.pem", "pa-crl-signer.pem"):
            run("openssl", "verify", "-CAfile", path("pa/pa-root.pem"), path("pa", name))

    def test_3_a_call_signed_under_certificates_from_the_token_passes(self):
        identity = self.sign()["identity"]
        self.assert_passes(identity)
        serial = self.network.stictl_json("ca", "list")[1]["certificates"][0]["serial"]
        leaf = self.write("leaf.pem", self.network.stictl_json("ca", "show", serial)[1]["chain_pem"].encode())
        run("openssl", "verify", "-x509_strict", "-CAfile", self.network.path("ca/root.pem"), "-untrusted",
            self.network.path("ca/issuing.pem"), leaf)
        # The first certificate of the file is the leaf's: its key verifies the call.
        key = self.write("leaf.pub", run("openssl", "x509", "-pubkey", "-noout", "-in", leaf).encode())
        self.assert_es256(identity.split(";")[0], key)

    def test_4_openssl_verifies_trust_list_and_crl(self):
        path = self.network.path
        trust_list = self.network.stictl_json("pa", "trust-list", "show")[1]["trust_list"]
        signer = self.write("signer.pub", run("openssl", "x509", "-pubkey", "-noout", "-in", path("pa/pa-signer.pem")).encode())
        self.assert_es256(trust_list, signer)
        messages, services = client.stubs("trust")
        with client.channel(self.network, "sti-pa", "sti-vs") as channel:
            crl = services.TrustStub(channel).GetCrl(messages.GetCrlRequest(), timeout=10).crl
        der = self.write("crl.der", crl)
        # -CAfile takes the issuer of the CRL, whoever signed that.
        done = subprocess.run(["openssl", "crl", "-inform", "DER", "-in", der, "-noout", "-CAfile", path("pa/pa-crl-signer.pem")],
                              capture_output=True, text=True, check=False)
        self.assertIn("verify OK", done.stdout + done.stderr)

    def assert_es256(self, jws, key):
        """openssl verifies the signature of a compact JWS under the key file."""
        signed, _, signature = jws.rpartition(".")
        raw = base64.urlsafe_b64decode(signature + "==")
        self.assertEqual(len(raw), 64)

        def integer(octets):
            octets = octets.lstrip(b"\0") or b"\0"
            octets = b"\0" + octets if octets[0] >= 0x80 else octets
            return bytes([2, len(octets)]) + octets
        numbers = integer(raw[:32]) + integer(raw[32:])
        run("openssl", "dgst", "-sha256", "-verify", key, "-signature",
            self.write("signature", bytes([0x30, len(numbers)]) + numbers), self.write("signed", signed.encode()))

    def test_5_a_token_that_goes_away_and_comes_back_needs_no_restart(self):
        os.rename(self.network.path("hsm/ca"), self.network.path("hsm/unplugged"))
        late = None
        try:
            # Waits for a certificate, in vain.
            with self.assertRaises(NetworkError) as late:
                self.network.add_provider("sti-as-late", "5678")
        finally:
            os.rename(self.network.path("hsm/unplugged"), self.network.path("hsm/ca"))
        self.assertIn("sti-as-late to serve", str(late.exception))
        self.network.wait_until(lambda: self.network._state("sti-as-late-client.yaml", "as") == "SERVING",  # pylint: disable=protected-access
                                "the certificate, now that the token is back", 60)

    def refused_start(self, name, replacements):
        """What a daemon says that does not start with its configuration changed so."""
        with open(self.network.path(f"{name}.yaml"), encoding="utf-8") as file:
            text = file.read()
        for old, new in replacements.items():
            self.assertIn(old, text)
            text = text.replace(old, new)
        config = self.write(f"refused-{name}.yaml", text.encode())
        with self.network.on(MACHINE[name]):
            done = subprocess.run([self.network.binaries[name], "--config", config], capture_output=True, text=True, timeout=60,
                                  check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertNotIn(PIN, done.stdout + done.stderr)
        self.assertNotIn(WRONG_PIN, done.stdout + done.stderr)
        return done.stderr

    def test_6_a_daemon_with_the_wrong_pin_does_not_start_and_says_why(self):
        wrong = {"hsm.pin": "wrong.pin", "state/sti-ca": "state/other-ca"}
        said = self.refused_start("sti-ca", wrong)
        self.assertIn("issuing_key_file", said)
        self.assertIn("refuses the PIN", said)
        self.assertIn("CKR_PIN_INCORRECT", said)
        wrong = {"hsm.pin": "wrong.pin", "state/sti-pa": "state/other-pa"}
        self.assertIn("refuses the PIN", self.refused_start("sti-pa", wrong))

    def test_7_a_daemon_without_its_key_does_not_start_and_says_why(self):
        other = {"state/sti-ca": "state/other-ca"}
        self.assertIn("no such private key", self.refused_start("sti-ca", {"object=issuing": "object=nobody", **other}))
        self.assertIn("no such token", self.refused_start("sti-ca", {"token=The%20issuing": "token=Nobody", **other}))
        self.assertIn("pin-source=file:", self.refused_start("sti-ca", {"pin-source=file:hsm.pin": f"pin-value={PIN}", **other}))
        with open(self.network.path("open.pin"), "w", encoding="ascii") as file:
            file.write(PIN)
        os.chmod(file.name, 0o644)
        self.assertIn("chmod 600", self.refused_start("sti-ca", {"hsm.pin": "open.pin", **other}))
        # The key is another one's than the certificate's.
        self.network.make_key("issuing", "second")
        self.assertIn("is not the key of the certificate", self.refused_start("sti-ca", {"object=issuing": "object=second", **other}))

    def test_8_no_log_holds_a_pin(self):
        logs = glob.glob(self.network.path("*.log"))
        self.assertGreaterEqual(len(logs), 4)
        for log in logs:
            with open(log, encoding="utf-8", errors="replace") as file:
                text = file.read()
            self.assertNotIn(PIN, text, log)
            self.assertNotIn(WRONG_PIN, text, log)


if __name__ == "__main__":
    unittest.main()
