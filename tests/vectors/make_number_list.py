#!/usr/bin/python3
"""Writes number_list.json: number authority lists made without any code of this repository.

Signed by python3-cryptography with demo-pki/pa-token-signer.key. The signatures differ from run to run. Run from
anywhere.
"""

import base64
import json
import pathlib

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

HERE = pathlib.Path(__file__).parent
NUMBERS = [
    {"spc": "1234", "tn": ["12155550121", "18005551234"], "ranges": [["12155551000", 1000], ["12155552000", 10]]},
    {"spc": "5678", "ranges": [["12155552010", 90]], "later": "versions may say more"},
    {"spc": "848J"},
]


def b64url(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def sign(payload):
    key = serialization.load_pem_private_key((HERE / "demo-pki/pa-token-signer.key").read_bytes(), None)
    certificate = x509.load_pem_x509_certificate((HERE / "demo-pki/pa-token-signer.pem").read_bytes())
    x5c = [base64.b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode()]
    signed = ".".join(b64url(json.dumps(part).encode())
                      for part in ({"alg": "ES256", "typ": "JWT", "x5c": x5c}, payload))
    r, s = utils.decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    return signed + "." + b64url(r.to_bytes(32, "big") + s.to_bytes(32, "big"))


def main():
    good = {"version": "1.0", "sequence": 5, "exp": 1956528000, "numbers": NUMBERS}
    overlap = dict(good, numbers=NUMBERS + [{"spc": "848J", "tn": ["12155551999"]}])
    lists = {"good": sign(good), "overlap": sign(overlap)}
    (HERE / "number_list.json").write_text(json.dumps(lists, indent=1) + "\n")


if __name__ == "__main__":
    main()
