"""Judges a chain below a CA with TNAuthList by RFC 9060 and RFC 9118, with python3-cryptography. Prints what is wrong; exit
code 1 then.

usage: judge_delegate.py CHAIN ROOT LEAF_IS_CA SUBJECT TN_AUTH_LIST_HEX CONSTRAINTS_HEX (of the leaf; empty: none)
"""

import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtensionOID

CHAIN, ROOT, IS_CA, SUBJECT, TN_HEX, CONSTRAINTS_HEX = sys.argv[1:]
TN_AUTH_LIST = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.26")
CONSTRAINTS = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.33")
OLD_CONSTRAINTS = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.27")
failures = []


def check(what, good):
    if not good:
        failures.append(what)


def load(path):
    with open(path, encoding="ascii") as file:
        blocks = file.read().split("-----END CERTIFICATE-----\n")[:-1]
    return [x509.load_pem_x509_certificate((block + "-----END CERTIFICATE-----\n").encode()) for block in blocks]


def value(certificate, oid):
    found = [e.value for e in certificate.extensions if e.oid == oid]
    return found[0] if found else None


path = load(CHAIN) + load(ROOT)
check("no root in the chain", path[-2].subject != path[-2].issuer)
for child, parent in zip(path, path[1:]):
    parent.public_key().verify(child.signature, child.tbs_certificate_bytes, ec.ECDSA(hashes.SHA256()))
    check("issuer", child.issuer == parent.subject)
    check("AKI is the next SKI", value(child, ExtensionOID.AUTHORITY_KEY_IDENTIFIER).key_identifier
          == value(parent, ExtensionOID.SUBJECT_KEY_IDENTIFIER).digest)
    check("parent is a CA", value(parent, ExtensionOID.BASIC_CONSTRAINTS).ca)
    check("parent may sign", value(parent, ExtensionOID.KEY_USAGE).key_cert_sign)
    check("notAfter within the parent's", child.not_valid_after <= parent.not_valid_after)

leaf = path[0]
wants_ca = IS_CA == "ca"
constraints = value(leaf, ExtensionOID.BASIC_CONSTRAINTS)
check("BasicConstraints", constraints.ca == wants_ca and constraints.path_length == (0 if wants_ca else None))
check("KeyUsage", value(leaf, ExtensionOID.KEY_USAGE).public_bytes() == bytes.fromhex("03020204" if wants_ca else "03020780"))
check("subject " + leaf.subject.rfc4514_string(), leaf.subject.rfc4514_string() == SUBJECT)
check("TNAuthList", value(leaf, TN_AUTH_LIST).value.hex() == TN_HEX)
claims = value(leaf, CONSTRAINTS)
check("constraints " + (claims.value.hex() if claims else ""), (claims.value.hex() if claims else "") == CONSTRAINTS_HEX)
check("one kind of constraints", value(leaf, OLD_CONSTRAINTS) is None)
critical = {e.oid for e in leaf.extensions if e.critical}
check("critical extensions", critical == {ExtensionOID.BASIC_CONSTRAINTS, ExtensionOID.KEY_USAGE})

for failure in failures:
    print(failure)
sys.exit(1 if failures else 0)
