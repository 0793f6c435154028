#!/usr/bin/python3
"""Writes constrained_leaf.pem: a leaf of the demo PKI's issuing CA for the key of leaf1234, whose
EnhancedJWTClaimConstraints are those printed in RFC 9118 s5: mustInclude confidence, permitted values of
confidence "high" and "medium", mustExclude priority. Run from anywhere; the signature differs between runs.
"""

import datetime
import pathlib

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

HERE = pathlib.Path(__file__).parent
DEMO = HERE / "demo-pki"
CONSTRAINTS = bytes.fromhex(
    "3040a00e300c160a636f6e666964656e6365a120301e301c160a636f6e666964656e6365300e0c04686967680c066d656469756d"
    "a20c300a16087072696f72697479")
TN_AUTH_LIST = bytes.fromhex("3008a006160431323334")

leaf = x509.load_pem_x509_certificate((DEMO / "leaf1234.pem").read_bytes())
issuer_key = serialization.load_pem_private_key((DEMO / "int.key").read_bytes(), None)
builder = (
    x509.CertificateBuilder()
    .subject_name(leaf.subject)
    .issuer_name(leaf.issuer)
    .public_key(leaf.public_key())
    .serial_number(0x1F2E3D4C5B6A79880102030405060708)
    .not_valid_before(datetime.datetime(2024, 1, 1))
    .not_valid_after(datetime.datetime(2033, 1, 1)))
for oid, value in (("1.3.6.1.5.5.7.1.26", TN_AUTH_LIST), ("1.3.6.1.5.5.7.1.33", CONSTRAINTS)):
    extension = x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), value)
    builder = builder.add_extension(extension, critical=False)
for extension in leaf.extensions:
    if extension.oid.dotted_string != "1.3.6.1.5.5.7.1.26":
        builder = builder.add_extension(extension.value, critical=extension.critical)
certificate = builder.sign(issuer_key, hashes.SHA256())
(HERE / "constrained_leaf.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
