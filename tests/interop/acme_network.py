"""sti-pa, sti-ca and sti-vs as processes, for ACME clients from elsewhere."""

import base64
import hashlib
import os
import sys
import tempfile
import unittest

sys.path[:0] = [os.path.abspath("tests/integration"), os.path.abspath("tools/story")]
# pylint: disable=wrong-import-position
from cryptography import x509  # noqa: E402
from cryptography.hazmat.primitives import hashes, serialization  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import ec  # noqa: E402
from cryptography.x509.oid import NameOID  # noqa: E402

import client  # noqa: E402
from network import Network, free_ports  # noqa: E402
from suite_network import BINARIES  # noqa: E402

TN_AUTH_LIST = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.26")
DAEMONS = ("sti-pa", "sti-ca", "sti-vs")
SPC, OTHER_SPC = "1234", "5678"


def b64url(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def tn_auth_list(*spcs):
    """DER of a TNAuthorizationList (RFC 8226 s9) with these SPCs."""
    body = b"".join(bytes([0xA0, len(spc) + 2, 0x16, len(spc)]) + spc.encode() for spc in spcs)
    return bytes([0x30, len(body)]) + body


def new_key():
    return ec.generate_private_key(ec.SECP256R1())


def jwk_of(key):
    numbers = key.public_key().public_numbers()
    x, y = (b64url(number.to_bytes(32, "big")) for number in (numbers.x, numbers.y))
    return {"crv": "P-256", "kty": "EC", "x": x, "y": y}


def colon_hex(octets):
    return "SHA256 " + ":".join(f"{octet:02X}" for octet in hashlib.sha256(octets).digest())


def fingerprint(key):
    jwk = jwk_of(key)
    return colon_hex(('{"crv":"P-256","kty":"EC","x":"%s","y":"%s"}' % (jwk["x"], jwk["y"])).encode())


def spki_fingerprint(key):
    return colon_hex(key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo))


def make_csr(key, tn=tn_auth_list(SPC), ca=False, organization="Interop Telephone"):
    names = [x509.NameAttribute(NameOID.COUNTRY_NAME, "US"), x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization)]
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(names))
    if tn:
        builder = builder.add_extension(x509.UnrecognizedExtension(TN_AUTH_LIST, tn), critical=False)
    if ca:
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    return builder.sign(key, hashes.SHA256())


def der(thing):
    return thing.public_bytes(serialization.Encoding.DER)


class AcmeNetwork(Network):
    acme = ""  # YAML flow mapping

    def configuration(self):
        files = super().configuration()
        files["sti-ca.yaml"] += f"acme: {{{self.acme}}}\n"
        return files

    @property
    def acme_port(self):
        """Where clients reach it; that of a server in front of sti-ca where there is one."""
        return self.ports.get("acme", self.ports["repository"])

    @property
    def acme_url(self):
        return f"https://localhost:{self.acme_port}/acme/"

    def spc_token(self, key_fingerprint, tn=tn_auth_list(SPC)):
        """From sti-pa itself, over gRPC, as the provider."""
        messages, services = client.stubs("spc_tokens")
        with client.channel(self, "sti-pa", "sti-as") as channel:
            request = messages.IssueTokenRequest(tn_auth_list=tn, fingerprint=key_fingerprint)
            return services.SpcTokensStub(channel).IssueToken(request, timeout=20).token


class AcmeTest(unittest.TestCase):
    """One network a class."""
    acme = ""
    sti_ca = ""  # more YAML lines

    @classmethod
    def prepare(cls, network):
        """For what a suite changes before the configuration is written."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR"))  # pylint: disable=consider-using-with
        cls.network = network = AcmeNetwork(cls.folder.name, BINARIES, free_ports())
        network.acme = cls.acme
        network.extra["sti-ca"] += cls.sti_ca
        try:
            network.make_keys()
            cls.prepare(network)
            network.write_configuration()
            for name in DAEMONS:
                network.start(name)
            network.wait_until(lambda: network.serving("pa", "ca"), "sti-pa and sti-ca to serve")
            network.stictl("pa", "provider", "register", "--id", "interop", "--name", "Interop Telephone", "--spc", SPC, "--spc",
                           OTHER_SPC, "--client", "sti-as")
            network.stictl("pa", "authority", "approve", "--name", "Interop CA", "--root", network.path("ca/root.pem"))
            network.wait_until(lambda: network.stictl_json("vs", "status", config="sbc.yaml")[1]["anchors"] > 0,
                               "the CA to be trusted")
        except BaseException:
            cls.tearDownClass()
            raise

    @classmethod
    def tearDownClass(cls):
        codes = cls.network.stop_all()
        logs = {name: cls.network.last_words(name, 20) for name, code in codes.items() if code != 0}
        cls.folder.cleanup()
        if logs:
            raise AssertionError(f"daemons did not end cleanly: {logs}")
