"""Writes CSRs (NAME.csr, DER) and SPC tokens (NAME.jwt) for the tests of sti-ca, good ones and defective ones.

usage: make_requests.py FOLDER UNIX_TIME. Signed with the demo PKI of tests/vectors by python3-cryptography, so that no code
under test has a hand in them.
"""

import base64
import datetime
import hashlib
import json
import os
import sys
import uuid

from cryptography import x509
from cryptography.hazmat.primitives import hashes, hmac, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa, utils
from cryptography.x509.oid import NameOID

FOLDER, NOW = sys.argv[1], int(sys.argv[2])
DEMO = "tests/vectors/demo-pki/"
TN_AUTH_LIST = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.26")


def read(name):
    with open(DEMO + name, "rb") as file:
        return file.read()


def key_of(name):
    return serialization.load_pem_private_key(read(name), None)


def b64url(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def spc_entry(spc):
    text = spc.encode()
    return bytes([0xA0, len(text) + 2, 0x16, len(text)]) + text


def number_entry(number):
    text = number.encode()
    return bytes([0xA2, len(text) + 2, 0x16, len(text)]) + text


def tn_list(*entries):
    body = b"".join(entries)
    return bytes([0x30, len(body)]) + body


ONE = tn_list(spc_entry("1234"))
OTHER = tn_list(spc_entry("5678"))
TWO = tn_list(spc_entry("1234"), spc_entry("5678"))
WITH_NUMBER = tn_list(spc_entry("1234"), number_entry("12155551212"))

KEYS = {name: ec.generate_private_key(ec.SECP256R1()) for name in ("subscriber", "second", "stranger")}
KEYS["issuing"] = key_of("int.key")


def csr(name, key=KEYS["subscriber"], tn=ONE, organization="Demo Carrier", ca=False, change=lambda der: der):
    attributes = [x509.NameAttribute(NameOID.COUNTRY_NAME, "CA"), x509.NameAttribute(NameOID.COMMON_NAME, "whatever"),
                  x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "not to be taken over")]
    if organization:
        attributes.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization))
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(attributes))
    if tn:
        builder = builder.add_extension(x509.UnrecognizedExtension(TN_AUTH_LIST, tn), critical=False)
    if ca:
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    der = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    with open(os.path.join(FOLDER, name + ".csr"), "wb") as file:
        file.write(change(der))


def delegate(name, tn, key="delegate", constraints=(), ca=False):
    """A CSR of a delegate; constraints are (OID, value in hexadecimal)."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")]))
    if tn:
        builder = builder.add_extension(x509.UnrecognizedExtension(TN_AUTH_LIST, tn), critical=False)
    for oid, value in constraints:
        builder = builder.add_extension(x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), bytes.fromhex(value)), False)
    if ca:
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    with open(os.path.join(FOLDER, name + ".csr"), "wb") as file:
        file.write(builder.sign(KEYS[key], hashes.SHA256()).public_bytes(serialization.Encoding.DER))


def ca_certificate(name, common_name, key, issuer, issuer_key, path_length):
    """NAME.pem and NAME.key: a CA of the SHAKEN profile that may have CAs below it."""
    subject = x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "US"), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Demo CA"),
                         x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    start = datetime.datetime.utcfromtimestamp(NOW - 86400)
    builder = (x509.CertificateBuilder().subject_name(subject).issuer_name(issuer.subject if issuer else subject)
               .public_key(key.public_key()).serial_number(x509.random_serial_number())
               .not_valid_before(start).not_valid_after(start + datetime.timedelta(days=3650))
               .add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
               .add_extension(x509.KeyUsage(False, False, False, False, False, True, False, False, False), critical=True)
               .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False))
    if issuer:
        builder = (builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), False)
                   .add_extension(x509.CertificatePolicies([x509.PolicyInformation(
                       x509.ObjectIdentifier("2.16.840.1.114569.1.1.4"), None)]), critical=False))
    certificate = builder.sign(issuer_key, hashes.SHA256())
    write_pem(name + ".pem", certificate.public_bytes(serialization.Encoding.PEM))
    write_key(name, key)
    return certificate


def write_pem(name, pem):
    with open(os.open(os.path.join(FOLDER, name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(pem)


def write_key(name, key):
    write_pem(name + ".key", key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                               serialization.NoEncryption()))


def number_range(start, count):
    text, number = start.encode(), count.to_bytes(2, "big")
    body = bytes([0x16, len(text)]) + text + bytes([0x02, 2]) + number
    return bytes([0xA1, len(body) + 2, 0x30, len(body)]) + body


# RFC 9118 s5; pyasn1-modules, tests/test_rfc8226.py; mustExclude of iat; mustInclude and mustExclude of foo.
ENHANCED = ("1.3.6.1.5.5.7.1.33", "3040a00e300c160a636f6e666964656e6365a120301e301c160a636f6e666964656e6365300e0c04686967680c066d"
            "656469756da20c300a16087072696f72697479")
PLAIN = ("1.3.6.1.5.5.7.1.27", base64.b64decode(
    "MD2gBzAFFgNmb2+hMjAwMBkWA2ZvbzASDARmb28xDARmb28yDARmb28zMBMWA2JhcjAMDARiYXIxDARiYXIy").hex())
EXCLUDES_IAT = ("1.3.6.1.5.5.7.1.33", "3009a20730051603696174")
CONTRADICTS = ("1.3.6.1.5.5.7.1.33", "3012a00730051603666f6fa20730051603666f6f")


def delegates():
    """A CA that may certify a provider's CA, that provider's request, and those of its delegates."""
    KEYS.update({name: ec.generate_private_key(ec.SECP256R1()) for name in ("root1", "int0", "int1", "sub_ca", "delegate")})
    root = ca_certificate("root1", "Demo SHAKEN ROOT 1", KEYS["root1"], None, KEYS["root1"], None)
    ca_certificate("int1", "Demo SHAKEN Issuing CA 1", KEYS["int1"], root, KEYS["root1"], 1)
    ca_certificate("int0", "Demo SHAKEN Issuing CA 0", KEYS["int0"], root, KEYS["root1"], 0)
    write_key("sub_ca", KEYS["sub_ca"])
    csr("sub_ca", key=KEYS["sub_ca"], ca=True)
    token("sub_ca", key=KEYS["sub_ca"], atc={"ca": True})
    delegate("number", tn_list(number_entry("12155551212")))
    delegate("range", tn_list(number_range("12155551000", 1000)))
    delegate("own_spc", ONE)
    delegate("other_spc", OTHER)
    delegate("delegate_ca", tn_list(number_entry("12155551212")), ca=True)
    delegate("no_list", None)
    delegate("enhanced", tn_list(number_entry("12155551212")), constraints=[ENHANCED])
    delegate("plain", tn_list(number_entry("12155551212")), constraints=[PLAIN])
    delegate("both_constraints", tn_list(number_entry("12155551212")), constraints=[PLAIN, ENHANCED])
    delegate("excludes_iat", tn_list(number_entry("12155551212")), constraints=[EXCLUDES_IAT])
    delegate("contradicts", tn_list(number_entry("12155551212")), constraints=[CONTRADICTS])
    # A provider's CA that may have CAs below it, and what they ask for.
    csr("sub_ca_other_spc", key=KEYS["delegate"], tn=OTHER, ca=True)
    token("sub_ca_other_spc", key=KEYS["delegate"], tn=OTHER, atc={"ca": True})
    csr("sub_sub_ca", key=KEYS["delegate"], ca=True)
    token("sub_sub_ca", key=KEYS["delegate"], atc={"ca": True})
    token("sub_sub_ca_without_flag", key=KEYS["delegate"])
    delegate("sub_ca_key", tn_list(number_entry("12155551212")), key="sub_ca")


def flip_last_bit(der):
    return der[:-1] + bytes([der[-1] ^ 1])


def fingerprint(key):
    numbers = key.public_key().public_numbers()
    x, y = (b64url(n.to_bytes(32, "big")) for n in (numbers.x, numbers.y))
    canonical = '{"crv":"P-256","kty":"EC","x":"%s","y":"%s"}' % (x, y)
    return "SHA256 " + ":".join(f"{octet:02X}" for octet in hashlib.sha256(canonical.encode()).digest())


def x5c(*certificates):
    return [base64.b64encode(c.public_bytes(serialization.Encoding.DER)).decode() for c in certificates]


SIGNER_KEY, SIGNER = key_of("pa-token-signer.key"), x509.load_pem_x509_certificate(read("pa-token-signer.pem"))


def impostor():
    """A signer under a root of its own with the real names."""
    root_key, signer_key = KEYS["stranger"], ec.generate_private_key(ec.SECP256R1())
    start = datetime.datetime.utcfromtimestamp(NOW - 86400)
    end = datetime.datetime.utcfromtimestamp(NOW + 86400)
    certificate = (x509.CertificateBuilder().subject_name(SIGNER.subject).issuer_name(SIGNER.issuer)
                   .public_key(signer_key.public_key()).serial_number(x509.random_serial_number())
                   .not_valid_before(start).not_valid_after(end)
                   .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
                   .add_extension(x509.KeyUsage(True, False, False, False, False, False, False, False, False), critical=True)
                   .sign(root_key, hashes.SHA256()))
    return signer_key, certificate


def next_pa():
    """The STI-PA root that comes next (pa_root_next.pem), and a signer below it."""
    root_key, signer_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    start = datetime.datetime.utcfromtimestamp(NOW - 86400)
    end = datetime.datetime.utcfromtimestamp(NOW + 86400)

    def certificate(subject, key, ca):
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
        issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Demo STI-PA ROOT 2")])
        return (x509.CertificateBuilder().subject_name(name).issuer_name(issuer).public_key(key.public_key())
                .serial_number(x509.random_serial_number()).not_valid_before(start).not_valid_after(end)
                .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
                .add_extension(x509.KeyUsage(not ca, False, False, False, False, ca, ca, False, False), critical=True)
                .sign(root_key, hashes.SHA256()))

    write_pem("pa_root_next.pem", certificate("Demo STI-PA ROOT 2", root_key, True).public_bytes(serialization.Encoding.PEM))
    return signer_key, certificate("Demo STI-PA Token Signer 2", signer_key, False)


def token(name, key=KEYS["subscriber"], tn=ONE, signer=SIGNER_KEY, chain=(SIGNER,), header=None, claims=None, atc=None):
    head = {"alg": "ES256", "typ": "JWT", "x5c": x5c(*chain), **(header or {})}
    body = {"exp": NOW + 3600, "jti": str(uuid.uuid4()),
            "atc": {"tktype": "TNAuthList", "tkvalue": b64url(tn), "ca": False, "fingerprint": fingerprint(key), **(atc or {})},
            **(claims or {})}
    head, body = ({name: value for name, value in part.items() if value is not None} for part in (head, body))
    text = ".".join(b64url(json.dumps(part, separators=(",", ":")).encode()) for part in (head, body))
    if head["alg"] == "HS256":
        public = SIGNER.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        mac = hmac.HMAC(public, hashes.SHA256())
        mac.update(text.encode())
        signature = mac.finalize()
    else:
        r, s = utils.decode_dss_signature(signer.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
        signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    with open(os.path.join(FOLDER, name + ".jwt"), "w", encoding="ascii") as file:
        file.write(text + "." + b64url(signature))


def main():
    csr("good")
    csr("second", key=KEYS["second"], organization="Zweite Telefon \u00c4G")
    csr("other_spc_same_key", tn=OTHER)
    csr("issuing_ca_key", key=KEYS["issuing"])
    csr("bad_signature", change=flip_last_bit)
    csr("trailing_octet", change=lambda der: der + b"\0")
    csr("truncated", change=lambda der: der[:-20])
    csr("oversize", change=lambda der: der + bytes(64 * 1024))
    csr("p384", key=ec.generate_private_key(ec.SECP384R1()))
    csr("rsa", key=rsa.generate_private_key(65537, 2048))
    csr("no_tn_auth_list", tn=None)
    csr("two_spcs", tn=TWO)
    csr("spc_and_number", tn=WITH_NUMBER)
    csr("empty_tn_auth_list", tn=b"\x30\x00")
    csr("ca", ca=True)
    csr("no_organization", organization=None)
    csr("organization_64", organization="\u00f6" * 64)
    csr("organization_65", organization="o" * 65)
    csr("control_character", organization="Demo\nCarrier")

    for number in range(1, 9):
        token(f"good{number}")
    token("second", key=KEYS["second"])
    token("other_spc_same_key", tn=OTHER)
    token("issuing_ca_key", key=KEYS["issuing"])
    token("two_spcs", tn=TWO)
    token("spc_and_number", tn=WITH_NUMBER)
    token("padded_base64", atc={"tkvalue": base64.b64encode(ONE).decode()})
    token("forged", signer=KEYS["stranger"])
    impostor_key, impostor_certificate = impostor()
    token("wrong_root", signer=impostor_key, chain=(impostor_certificate,))
    next_key, next_certificate = next_pa()
    token("next_root", signer=next_key, chain=(next_certificate,))
    token("no_chain", header={"x5c": None})
    token("empty_chain", header={"x5c": []})
    token("x5u_only", header={"x5c": None, "x5u": "https://attacker.example.net/signer.pem"})
    token("hs256", header={"alg": "HS256"})
    token("alg_none", header={"alg": "none"})
    token("crit", header={"crit": ["exp"]})
    token("expired", claims={"exp": NOW - 61})
    token("expired_within_skew", claims={"exp": NOW - 59})
    token("no_jti", claims={"jti": None})
    token("no_atc", claims={"atc": None})
    token("wrong_tktype", atc={"tktype": "Something"})
    token("wrong_fingerprint", key=KEYS["stranger"])
    token("wrong_tn_auth_list", tn=OTHER)
    token("ca", atc={"ca": True})
    token("oversize", claims={"pad": "x" * 20000})
    delegates()


main()
