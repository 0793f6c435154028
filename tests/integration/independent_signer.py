"""Certificates and PASSporTs made by python3-cryptography from the keys of a network's CA: nothing of the project signs."""

import base64
import datetime
import json
import time
import uuid

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

TN_AUTH_LIST = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.26")


def b64url(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def compact_json(value):
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()


class IndependentSigner:
    """One leaf under the network's issuing CA. `chain` is what its repository delivers."""

    def __init__(self, network, x5u, days=30, spc="1234"):
        self.x5u = x5u
        self.key = ec.generate_private_key(ec.SECP256R1())
        with open(network.path("ca/issuing.pem"), "rb") as file:
            issuing_pem = file.read()
        with open(network.path("ca/issuing.key"), "rb") as file:
            issuing_key = serialization.load_pem_private_key(file.read(), None)
        issuer = x509.load_pem_x509_certificate(issuing_pem)
        now = datetime.datetime.now(datetime.timezone.utc)
        text = spc.encode()
        # SEQUENCE OF [0] EXPLICIT IA5String (RFC 8226 s9).
        tn_auth_list = bytes([0x30, len(text) + 4, 0xA0, len(text) + 2, 0x16, len(text)]) + text
        usage = x509.KeyUsage(True, False, False, False, False, False, False, False, False)
        leaf = (x509.CertificateBuilder()
                .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COUNTRY_NAME, "US"),
                                         x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "Independent"),
                                         x509.NameAttribute(x509.NameOID.COMMON_NAME, f"SHAKEN {spc}")]))
                .issuer_name(issuer.subject).public_key(self.key.public_key()).serial_number(x509.random_serial_number())
                .not_valid_before(now - datetime.timedelta(hours=1)).not_valid_after(now + datetime.timedelta(days=days))
                .add_extension(x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), False)
                .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.public_key()), False)
                .add_extension(usage, True)
                .add_extension(x509.UnrecognizedExtension(TN_AUTH_LIST, tn_auth_list), False)
                .sign(issuing_key, hashes.SHA256()))
        self.issuing_pem = issuing_pem
        self.leaf_pem = leaf.public_bytes(serialization.Encoding.PEM)
        self.chain = self.leaf_pem + issuing_pem

    def token(self, header=None, claims=None, without=()):
        """A shaken token of now; `header` and `claims` replace members, `without` names those to leave out."""
        members = {"alg": "ES256", "ppt": "shaken", "typ": "passport", "x5u": self.x5u, **(header or {})}
        payload = {"attest": "A", "dest": {"tn": ["12155550131"]}, "iat": int(time.time()), "orig": {"tn": "12155550121"},
                   "origid": str(uuid.uuid4()), **(claims or {})}
        for name in without:
            members.pop(name, None)
            payload.pop(name, None)
        signed = b64url(compact_json(members)) + "." + b64url(compact_json(payload))
        r, s = utils.decode_dss_signature(self.key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
        return signed + "." + b64url(r.to_bytes(32, "big") + s.to_bytes(32, "big"))

    def identity(self, token=None, info=None, ppt="shaken"):
        return f"{token or self.token()};info=<{info or self.x5u}>;alg=ES256;ppt={ppt}"
