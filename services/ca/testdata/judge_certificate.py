"""Judges a chain that sti-ca issued by certificates.md s2, with python3-cryptography. Prints what is wrong; exit code 1 then.

usage: judge_certificate.py CHAIN SPC ORGANIZATION_UTF8 NOT_BEFORE NOT_AFTER CRL_URL (times in seconds since 1970; CRL_URL
may be empty)
"""

import datetime
import hashlib
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtensionOID, NameOID

CHAIN, SPC, ORGANIZATION, NOT_BEFORE, NOT_AFTER, CRL_URL = sys.argv[1:]
POLICY = x509.ObjectIdentifier("2.16.840.1.114569.1.1.4")
TN_AUTH_LIST = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.26")
failures = []


def check(what, good):
    if not good:
        failures.append(what)


def utc(seconds):
    return datetime.datetime.utcfromtimestamp(int(seconds))


with open(CHAIN, encoding="ascii") as file:
    blocks = [part + "-----END CERTIFICATE-----\n" for part in file.read().split("-----END CERTIFICATE-----\n")[:-1]]
check("leaf and issuing CA, nothing else", len(blocks) == 2)
leaf, issuer = (x509.load_pem_x509_certificate(block.encode()) for block in blocks)
check("no root in the chain", issuer.subject != issuer.issuer)

check("v3", leaf.version == x509.Version.v3)
check("serial of 64 to 159 bits", 64 <= leaf.serial_number.bit_length() <= 159)
check("ecdsa-with-SHA256", leaf.signature_algorithm_oid.dotted_string == "1.2.840.10045.4.3.2")
issuer.public_key().verify(leaf.signature, leaf.tbs_certificate_bytes, ec.ECDSA(hashes.SHA256()))
check("issuer", leaf.issuer == issuer.subject)
check("P-256", isinstance(leaf.public_key().curve, ec.SECP256R1))
names = sorted((a.oid.dotted_string, a.value) for a in leaf.subject)
wanted = sorted([(NameOID.COUNTRY_NAME.dotted_string, "US"), (NameOID.ORGANIZATION_NAME.dotted_string, ORGANIZATION),
                 (NameOID.COMMON_NAME.dotted_string, f"SHAKEN {SPC}")])
check(f"subject {names}", names == wanted)
check(f"notBefore {leaf.not_valid_before}", leaf.not_valid_before == utc(NOT_BEFORE))
check(f"notAfter {leaf.not_valid_after}", leaf.not_valid_after == utc(NOT_AFTER))

extensions = {e.oid: e for e in leaf.extensions}
expected = {ExtensionOID.BASIC_CONSTRAINTS, ExtensionOID.KEY_USAGE, ExtensionOID.SUBJECT_KEY_IDENTIFIER,
            ExtensionOID.AUTHORITY_KEY_IDENTIFIER, ExtensionOID.CERTIFICATE_POLICIES, TN_AUTH_LIST}
if CRL_URL:
    expected.add(ExtensionOID.CRL_DISTRIBUTION_POINTS)
check(f"extensions {sorted(o.dotted_string for o in extensions)}", set(extensions) == expected)
critical = {oid for oid, extension in extensions.items() if extension.critical}
check("critical extensions", critical == {ExtensionOID.BASIC_CONSTRAINTS, ExtensionOID.KEY_USAGE})


def value(oid):
    return extensions[oid].value


check("CA:FALSE", value(ExtensionOID.BASIC_CONSTRAINTS).ca is False)
check("KeyUsage", value(ExtensionOID.KEY_USAGE).public_bytes() == bytes.fromhex("03020780"))
spki = leaf.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
check("SKI is SHA-1 of the key", value(ExtensionOID.SUBJECT_KEY_IDENTIFIER).digest == hashlib.sha1(spki).digest())
check("AKI is the issuer's SKI", value(ExtensionOID.AUTHORITY_KEY_IDENTIFIER).key_identifier
      == issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest)
check("policy", [p.policy_identifier for p in value(ExtensionOID.CERTIFICATE_POLICIES)] == [POLICY])
entry = SPC.encode()
der = bytes([0x30, len(entry) + 4, 0xA0, len(entry) + 2, 0x16, len(entry)]) + entry
check("TNAuthList", value(TN_AUTH_LIST).value == der)
if CRL_URL:
    points = list(value(ExtensionOID.CRL_DISTRIBUTION_POINTS))
    check("one distribution point", len(points) == 1)
    check("its URL", [n.value for n in points[0].full_name] == [CRL_URL])
    check("its cRLIssuer", [n.value.rfc4514_string() for n in points[0].crl_issuer]
          == ["CN=STI-PA CRL,O=Demo STI-PA,C=US"])

for failure in failures:
    print(failure)
sys.exit(1 if failures else 0)
