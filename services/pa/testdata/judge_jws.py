"""Verifies a JWS of the STI-PA with python3-cryptography and prints its payload as JSON with sorted names.

usage: judge_jws.py JWS_FILE ROOT_PEM. Exit code 1 when the signature is wrong or the signer has no path to the root.
"""

import base64
import json
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils


def unb64url(text):
    assert "=" not in text
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


with open(sys.argv[1], encoding="ascii") as file:
    signing_input, _, signature = file.read().rpartition(".")
with open(sys.argv[2], "rb") as file:
    root = x509.load_pem_x509_certificate(file.read())
header, payload = (json.loads(unb64url(part)) for part in signing_input.split("."))
assert sorted(header) == ["alg", "typ", "x5c"], header
assert (header["alg"], header["typ"]) == ("ES256", "JWT"), header

chain = [x509.load_der_x509_certificate(base64.b64decode(text, validate=True)) for text in header["x5c"]]
assert chain and chain[-1].issuer == root.subject
for certificate, issuer in zip(chain, chain[1:] + [root]):
    issuer.public_key().verify(certificate.signature, certificate.tbs_certificate_bytes, ec.ECDSA(hashes.SHA256()))
octets = unb64url(signature)
assert len(octets) == 64
der = utils.encode_dss_signature(int.from_bytes(octets[:32], "big"), int.from_bytes(octets[32:], "big"))
chain[0].public_key().verify(der, signing_input.encode(), ec.ECDSA(hashes.SHA256()))
print(json.dumps(payload, sort_keys=True, separators=(",", ":")))
