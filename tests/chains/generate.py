#!/usr/bin/python3
"""Writes the golden chain folders beside this file, with python3-cryptography and none of the code under test.

    generate.py [FOLDER...]     only these folders; all of them when none is named

Keys come from their names, dates are fixed; a new run changes signatures (ECDSA draws random numbers) and nothing else.
README.md says what the files of a folder are and how to add a case.
"""

import base64
import datetime
import hashlib
import pathlib
import shutil
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID, ObjectIdentifier

HERE = pathlib.Path(__file__).resolve().parent
AT = datetime.datetime(2025, 7, 1, 12, 0, 0)  # UTC, the time at which a chain is judged unless it says otherwise
SECOND = datetime.timedelta(seconds=1)
START, END = datetime.datetime(2025, 1, 1), datetime.datetime(2026, 1, 1)
CA_START, CA_END = datetime.datetime(2020, 1, 1), datetime.datetime(2040, 1, 1)
POLICY = ObjectIdentifier("2.16.840.1.114569.1.1.4")
TN_AUTH_LIST = ObjectIdentifier("1.3.6.1.5.5.7.1.26")
CLAIM_CONSTRAINTS = ObjectIdentifier("1.3.6.1.5.5.7.1.27")
ENHANCED_CLAIM_CONSTRAINTS = ObjectIdentifier("1.3.6.1.5.5.7.1.33")
CRL_URL = "https://pa.example.net/download/v1/crl"
SPC_1234 = bytes.fromhex("3008a006160431323334")
ANY_POLICY = ObjectIdentifier("2.5.29.32.0")


def der(tag, contents):
    length = len(contents)
    if length >= 128:
        octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
        return bytes([tag, 128 + len(octets)]) + octets + contents
    return bytes([tag, length]) + contents


def tn_list(*entries):
    """TNAuthList (RFC 8226 s9): "spc 1234", "12155551000" or ("12155551000", count)."""
    def entry(one):
        if isinstance(one, tuple):
            start, count = one
            number = count.to_bytes(count.bit_length() // 8 + 1, "big")
            return der(0xA1, der(0x30, der(0x16, start.encode()) + der(0x02, number)))
        if one.startswith("spc "):
            return der(0xA0, der(0x16, one[4:].encode()))
        return der(0xA2, der(0x16, one.encode()))
    return der(0x30, b"".join(entry(one) for one in entries))


assert tn_list("spc 1234") == SPC_1234
assert tn_list("spc 1234", ("12155551000", 1000), "18005551234") == bytes.fromhex(  # certificates.md s3
    "302ca006160431323334a1133011160b3132313535353531303030020203e8a20d160b3138303035353531323334")


def key(label, curve=ec.SECP256R1):
    """A private key that is the same in each run."""
    if curve == "RSA":
        path = HERE / "rsa.key"  # cannot be derived from a label with this library, so it is kept
        if not path.exists():
            made = rsa.generate_private_key(65537, 2048)
            path.write_bytes(key_pem(made))
        return serialization.load_pem_private_key(path.read_bytes(), None)
    return ec.derive_private_key(int.from_bytes(hashlib.sha256(label.encode()).digest(), "big"), curve())


def key_pem(private):
    return private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                 serialization.NoEncryption())


def name(common_name, organization="Golden"):
    return x509.Name([
        x509.NameAttribute(NameOID.COUNTRY_NAME, "US"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization),
        x509.NameAttribute(NameOID.COMMON_NAME, common_name),
    ])


PA_CRL_NAME = name("STI-PA CRL", "Golden STI-PA")


def key_usage(*bits):
    known = ["digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
             "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"]
    return x509.KeyUsage(**{bit: bit in bits for bit in known})


class Entity:
    """A certificate with its private key."""

    def __init__(self, certificate, private):
        self.certificate, self.private = certificate, private


def issue(subject, private, issuer=None, ca=False, path_length=None, usage=None, tn_auth_list=None, start=None,
          end=None, critical_unknown=False, extensions=(), basic_constraints=True, issuer_name=None, sign_with=None,
          digest=None, authority=None, policy=True, serial=None, subject_name=None, key_ids=True,
          critical_list=False):
    """One certificate of the SHAKEN profile, but for what the arguments say. Without issuer: self-signed.

    `policy`: True for the SHAKEN CP's, False for none (and no CRL distribution point), or OIDs."""
    subject_name = subject_name or name(subject)
    signer = sign_with or (issuer.private if issuer else private)
    issuer_name = issuer_name or (issuer.certificate.subject if issuer else subject_name)
    number = serial or int.from_bytes(hashlib.sha256(("serial " + subject).encode()).digest()[:16], "big") | 1
    builder = (x509.CertificateBuilder().subject_name(subject_name).issuer_name(issuer_name).serial_number(number)
               .public_key(private.public_key())
               .not_valid_before(start or (CA_START if ca else START)).not_valid_after(end or (CA_END if ca else END)))
    if basic_constraints:
        builder = builder.add_extension(x509.BasicConstraints(ca, path_length), critical=True)
    if usage is None:
        usage = ["key_cert_sign"] if ca else ["digital_signature"]
    if usage:
        builder = builder.add_extension(key_usage(*usage), critical=True)
    if key_ids:
        builder = builder.add_extension(
            x509.SubjectKeyIdentifier.from_public_key(private.public_key()), critical=False)
    if issuer:
        if key_ids:
            builder = builder.add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key((authority or issuer).private.public_key()), False)
        if policy:
            oids = [POLICY] if policy is True else policy
            builder = builder.add_extension(
                x509.CertificatePolicies([x509.PolicyInformation(oid, None) for oid in oids]), critical=False)
            builder = builder.add_extension(x509.CRLDistributionPoints([x509.DistributionPoint(
                [x509.UniformResourceIdentifier(CRL_URL)], None, None, [x509.DirectoryName(PA_CRL_NAME)])]), False)
    if tn_auth_list is not None:
        builder = builder.add_extension(x509.UnrecognizedExtension(TN_AUTH_LIST, tn_auth_list), critical_list)
    if critical_unknown:
        unknown = x509.UnrecognizedExtension(ObjectIdentifier("1.3.6.1.4.1.32473.1"), b"\x05\x00")
        builder = builder.add_extension(unknown, critical=True)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return Entity(builder.sign(signer, digest or hashes.SHA256()), private)


def root_ca(label="SHAKEN ROOT", **more):
    return issue(label, more.pop("private", None) or key(label), ca=True, **more)


def issuing_ca(issuer, label="SHAKEN Issuing CA", **more):
    return issue(label, more.pop("private", None) or key(label), issuer, ca=True, **more)


def shaken_leaf(issuer, label="SHAKEN 1234", **more):
    more.setdefault("tn_auth_list", SPC_1234)
    return issue(label, more.pop("private", None) or key(label), issuer, **more)


PA_ROOT = issue("STI-PA ROOT", key("STI-PA ROOT"), ca=True, subject_name=name("STI-PA ROOT", "Golden STI-PA"))
PA_CRL_SIGNER = issue("STI-PA CRL", key("STI-PA CRL"), PA_ROOT, usage=["crl_sign"], subject_name=PA_CRL_NAME,
                      start=CA_START, end=CA_END, policy=False)


def pem_block(octets):
    text = base64.encodebytes(octets).replace(b"\n", b"")
    lines = [text[i:i + 64] for i in range(0, len(text), 64)]
    return b"\n".join([b"-----BEGIN CERTIFICATE-----", *lines, b"-----END CERTIFICATE-----", b""])


def pem(*entities):
    return b"".join(e.certificate.public_bytes(serialization.Encoding.PEM) for e in entities)


def crl(*revoked):
    """CRL, its signer and the STI-PA's root. `revoked`: Entity, or (serial, issuer's name or None to leave it out)."""
    builder = (x509.CertificateRevocationListBuilder().issuer_name(PA_CRL_NAME)
               .last_update(datetime.datetime(2025, 6, 30)).next_update(datetime.datetime(2030, 1, 1))
               .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(
                   PA_CRL_SIGNER.private.public_key()), False)
               .add_extension(x509.CRLNumber(7), False)
               .add_extension(x509.IssuingDistributionPoint(
                   [x509.UniformResourceIdentifier(CRL_URL)], None, False, False, None, True, False), True))
    for one in revoked:
        if isinstance(one, Entity):
            one = (one.certificate.serial_number, one.certificate.issuer)
        serial, issuer = one
        entry = (x509.RevokedCertificateBuilder().serial_number(serial)
                 .revocation_date(datetime.datetime(2025, 6, 1)))
        if issuer is not None:
            entry = entry.add_extension(x509.CertificateIssuer([x509.DirectoryName(issuer)]), critical=True)
        builder = builder.add_revoked_certificate(entry.build())
    made = builder.sign(PA_CRL_SIGNER.private, hashes.SHA256())
    return made.public_bytes(serialization.Encoding.PEM) + pem(PA_CRL_SIGNER, PA_ROOT)


def write(folder, reason, chain, anchors, crl_pem=None, at=AT, openssl=None, why="", **policy):
    """`openssl`: whether `openssl verify` accepts the chain, where it differs from us; `why` then says why.
    `policy`: settings of the verifier that are not its defaults, as README.md lists them."""
    if sys.argv[1:] and folder not in sys.argv[1:]:
        return
    path = HERE / folder
    if path.exists():
        shutil.rmtree(path)
    path.mkdir()
    (path / "chain.pem").write_bytes(chain if isinstance(chain, bytes) else pem(*chain))
    (path / "anchors.pem").write_bytes(pem(*anchors))
    if crl_pem:
        (path / "crl.pem").write_bytes(crl_pem)
    if not isinstance(chain, bytes):
        (path / "leaf.key").write_bytes(key_pem(chain[0].private))
    lines = ["time " + at.strftime("%Y-%m-%dT%H:%M:%SZ"), "reason " + reason]
    if openssl is not None:
        lines.append("openssl %s: %s" % ("accepts" if openssl else "refuses", why))
    lines += ["%s %s" % setting for setting in policy.items()]
    (path / "expect.txt").write_text("\n".join(lines) + "\n")


def good_cases():
    root = root_ca()
    issuing = issuing_ca(root)
    leaf = shaken_leaf(issuing)
    anchors = [root_ca("Another SHAKEN ROOT"), root]
    write("good", "NONE", [leaf, issuing], anchors, crl())
    write("good_root_included", "NONE", [leaf, issuing, root], anchors)
    write("good_leaf_under_root", "NONE", [shaken_leaf(root)], anchors)
    write("good_two_intermediates", "NONE", [
        shaken_leaf(second := issuing_ca(first := issuing_ca(root, "SHAKEN Policy CA", path_length=1), path_length=0)),
        second, first], anchors)
    p384_root = root_ca("SHAKEN P-384 ROOT", private=key("SHAKEN P-384 ROOT", ec.SECP384R1), digest=hashes.SHA384())
    p384_ca = issuing_ca(p384_root, private=key("P-384 CA", ec.SECP384R1), digest=hashes.SHA384())
    write("good_p384_ca", "NONE", [shaken_leaf(p384_ca, digest=hashes.SHA384()), p384_ca], [p384_root])
    write("good_last_second", "NONE", [leaf, issuing], anchors, at=END, openssl=False,
          why="openssl counts the last second as past, RFC 5280 s4.1.2.5 includes it")
    write("good_first_second", "NONE", [leaf, issuing], anchors, at=START)
    renewed = root_ca(end=datetime.datetime(2050, 1, 1), serial=99)
    write("good_renewed_root_in_anchors", "NONE", [leaf, issuing], [root_ca(end=AT - SECOND, serial=98), renewed])
    new_key = root_ca(private=key("SHAKEN ROOT, second key"))
    write("good_root_changes_key", "NONE", [leaf, issuing], [new_key, root])
    write("good_other_certificate_revoked", "NONE", [leaf, issuing], anchors,
          crl((leaf.certificate.serial_number, name("Someone else")), shaken_leaf(issuing, "SHAKEN 5678")))
    write("good_claim_constraints", "NONE", [shaken_leaf(issuing, extensions=[
        (x509.UnrecognizedExtension(CLAIM_CONSTRAINTS, CONSTRAINTS), True)]), issuing], anchors, openssl=False,
          why="its extension is critical here, which openssl does not know")
    write("good_profile_lints", "NONE", [shaken_leaf(issuing, policy=False, subject_name=x509.Name([
        x509.NameAttribute(NameOID.COMMON_NAME, "no country, no organization, no SPC")]), serial=5), issuing], anchors)
    write("good_ca_without_key_usage", "NONE", [shaken_leaf(bare := issuing_ca(root, usage=[])), bare], anchors)
    write("good_delegate_ca", "NONE", [
        shaken_leaf(delegate := issuing_ca(issuing, "SHAKEN 1234 sub CA", tn_auth_list=SPC_1234)),
        delegate, issuing], anchors)
    differently = x509.Name([  # equal by RFC 5280 s7.1: case and spaces do not count
        x509.NameAttribute(NameOID.COUNTRY_NAME, "US"), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "GOLDEN"),
        x509.NameAttribute(NameOID.COMMON_NAME, " shaken   issuing ca ")])
    write("good_issuer_spelled_differently", "NONE", [shaken_leaf(issuing, issuer_name=differently), issuing], anchors)


def time_cases():
    root = root_ca()
    issuing = issuing_ca(root)
    leaf = shaken_leaf(issuing)
    write("expired_leaf", "CERTIFICATE_EXPIRED", [leaf, issuing], [root], at=END + SECOND)
    write("leaf_not_yet_valid", "CERTIFICATE_NOT_YET_VALID", [leaf, issuing], [root], at=START - SECOND)
    old = issuing_ca(root, end=AT - SECOND)
    write("expired_intermediate", "CERTIFICATE_EXPIRED", [shaken_leaf(old), old], [root])
    young = issuing_ca(root, start=AT + SECOND)
    write("intermediate_not_yet_valid", "CERTIFICATE_NOT_YET_VALID", [shaken_leaf(young), young], [root])
    old_root = root_ca(end=AT - SECOND)
    write("expired_root", "CERTIFICATE_EXPIRED", [leaf, issuing], [old_root])
    write("expired_root_included", "CERTIFICATE_EXPIRED", [leaf, issuing, old_root], [old_root])
    young_root = root_ca(start=AT + SECOND)
    write("root_not_yet_valid", "CERTIFICATE_NOT_YET_VALID", [leaf, issuing], [young_root])


def trust_cases():
    root = root_ca()
    issuing = issuing_ca(root)
    leaf = shaken_leaf(issuing)
    write("unknown_ca", "CERTIFICATE_UNTRUSTED", [leaf, issuing], [root_ca("Another SHAKEN ROOT")])
    write("unknown_root_included", "CERTIFICATE_UNTRUSTED", [leaf, issuing, root], [root_ca("Another SHAKEN ROOT")])
    impostor = root_ca(private=key("an impostor with the root's name"))
    write("impostor_root", "CERTIFICATE_UNTRUSTED", [leaf, issuing], [impostor])
    write("self_signed_leaf", "CERTIFICATE_UNTRUSTED", [
        issue("SHAKEN 1234", key("SHAKEN 1234"), tn_auth_list=SPC_1234)], [root])
    write("missing_intermediate", "CERTIFICATE_UNTRUSTED", [leaf], [root])
    write("intermediate_as_anchor", "CERTIFICATE_UNTRUSTED", [leaf], [issuing])
    top = issuing_ca(root, "SHAKEN Policy CA")
    low = issuing_ca(top)
    reordered = "openssl looks for issuers in any order; RFC 9060 s7 demands signer first, in order"
    write("wrong_order", "CERTIFICATE_UNTRUSTED", [shaken_leaf(low), top, low], [root], openssl=True, why=reordered)
    write("intermediate_first", "CERTIFICATE_NOT_LEAF", [issuing, leaf], [root], openssl=True, why=reordered)
    stranger = issuing_ca(root_ca("Another SHAKEN ROOT"), "A stranger")
    write("unrelated_certificate", "CERTIFICATE_UNTRUSTED", [leaf, issuing, stranger], [root], openssl=True,
          why="openssl leaves out what it does not need")
    write("duplicate_intermediate", "CERTIFICATE_UNTRUSTED", [leaf, issuing, issuing], [root], openssl=True,
          why="openssl leaves out what it does not need")
    cas = [issuing_ca(root, "SHAKEN CA 0")]
    for i in range(1, 10):
        cas.insert(0, issuing_ca(cas[0], "SHAKEN CA %d" % i))
    write("ten_certificates", "NONE", [shaken_leaf(cas[1]), *cas[1:]], [root])
    write("too_many_certificates", "CERTIFICATE_CHAIN_TOO_LONG", [shaken_leaf(cas[0]), *cas], [root], openssl=True,
          why="the limit is ours")


def signature_cases():
    root = root_ca()
    issuing = issuing_ca(root)
    forger = key("a forger")
    write("wrong_leaf_signature", "CERTIFICATE_SIGNATURE_INVALID", [
        shaken_leaf(issuing, sign_with=forger), issuing], [root])
    forged = issuing_ca(root, sign_with=forger)
    write("wrong_intermediate_signature", "CERTIFICATE_SIGNATURE_INVALID", [shaken_leaf(forged), forged], [root])
    write("wrong_authority_key_id", "CERTIFICATE_UNTRUSTED", [shaken_leaf(issuing, authority=root), issuing], [root])
    write("sha512_signature", "CERTIFICATE_SIGNATURE_INVALID", [
        shaken_leaf(issuing, digest=hashes.SHA512()), issuing], [root], openssl=True, why="the profile is ours")


    # RFC 5280 s4.1.1.2: the algorithm inside and outside of what is signed is the same.
    octets = leaf_octets = shaken_leaf(issuing).certificate.public_bytes(serialization.Encoding.DER)
    sha256, sha384 = bytes.fromhex("2a8648ce3d040302"), bytes.fromhex("2a8648ce3d040303")
    place = octets.rindex(sha256)
    octets = octets[:place] + sha384 + octets[place + len(sha384):]
    assert octets != leaf_octets
    write("algorithms_differ", "CERTIFICATE_SIGNATURE_INVALID", pem_block(octets) + pem(issuing), [root])
    without = issuing_ca(root, key_ids=False)
    write("good_without_key_ids", "NONE", [shaken_leaf(without, key_ids=False), without], [root])


def ca_cases():
    root = root_ca()
    plain = issue("SHAKEN Issuing CA", key("SHAKEN Issuing CA"), root, usage=["key_cert_sign"])
    write("issuer_not_ca", "CERTIFICATE_NOT_CA", [shaken_leaf(plain), plain], [root])
    provider = shaken_leaf(issuing := issuing_ca(root), "SHAKEN 5678")
    write("leaf_as_issuer", "CERTIFICATE_NOT_CA", [shaken_leaf(provider), provider, issuing], [root])
    no_constraints = issuing_ca(root, basic_constraints=False)
    write("issuer_without_basic_constraints", "CERTIFICATE_NOT_CA", [shaken_leaf(no_constraints), no_constraints],
          [root])
    cannot = issuing_ca(root, usage=["digital_signature", "crl_sign"])
    write("issuer_without_key_cert_sign", "CERTIFICATE_NOT_CA", [shaken_leaf(cannot), cannot], [root])
    idle_root = root_ca(usage=["crl_sign"])
    write("root_without_key_cert_sign", "CERTIFICATE_NOT_CA", [shaken_leaf(idle_root)], [idle_root])
    no_ca_root = issue("SHAKEN ROOT", key("SHAKEN ROOT"), usage=["key_cert_sign"])
    write("root_not_ca", "CERTIFICATE_NOT_CA", [shaken_leaf(no_ca_root)], [no_ca_root])
    first = issuing_ca(root, "SHAKEN Policy CA", path_length=0)
    second = issuing_ca(first)
    write("path_length_exceeded", "CERTIFICATE_PATH_TOO_LONG", [shaken_leaf(second), second, first], [root])
    short_root = root_ca(path_length=0)
    issuing = issuing_ca(short_root)
    write("path_length_of_root_exceeded", "CERTIFICATE_PATH_TOO_LONG", [shaken_leaf(issuing), issuing], [short_root])
    rollover = issue("SHAKEN Policy CA", key("Policy CA, new key"), first, ca=True)
    issuing = issuing_ca(rollover)
    write("path_length_and_self_issued", "CERTIFICATE_PATH_TOO_LONG",
          [shaken_leaf(issuing), issuing, rollover, first], [root])
    one = issuing_ca(root, "SHAKEN Policy CA", path_length=1)
    rollover = issue("SHAKEN Policy CA", key("Policy CA, new key"), one, ca=True)
    issuing = issuing_ca(rollover)
    write("good_self_issued_does_not_count", "NONE", [shaken_leaf(issuing), issuing, rollover, one], [root])


def leaf_cases():
    root = root_ca()
    issuing = issuing_ca(root)
    role = "openssl does not know what signs a PASSporT"
    write("leaf_is_ca", "CERTIFICATE_NOT_LEAF", [issuing_ca(
        issuing, "SHAKEN 1234", tn_auth_list=SPC_1234, usage=["digital_signature", "key_cert_sign"],
        start=START, end=END), issuing], [root], openssl=True, why=role)
    write("leaf_is_trusted_root", "CERTIFICATE_NOT_LEAF", [root], [root], openssl=True, why=role)
    write("leaf_without_digital_signature", "CERTIFICATE_NOT_LEAF", [
        shaken_leaf(issuing, usage=["key_agreement"]), issuing], [root], openssl=True, why=role)
    write("leaf_without_key_usage", "CERTIFICATE_NOT_LEAF", [shaken_leaf(issuing, usage=[]), issuing], [root],
          openssl=True, why=role)
    write("no_tn_auth_list", "TN_AUTH_LIST_MISSING", [shaken_leaf(issuing, tn_auth_list=None), issuing], [root],
          openssl=True, why=role)
    write("tn_auth_list_with_implicit_tag", "TN_AUTH_LIST_INVALID", [
        shaken_leaf(issuing, tn_auth_list=bytes.fromhex("3006800431323334")), issuing], [root], openssl=True,
          why=role)
    # RFC 9060 s8: a CA may vouch for numbers itself. That SHAKEN needs an SPC is judged with the PASSporT.
    write("good_numbers_without_spc", "NONE", [
        shaken_leaf(issuing, tn_auth_list=tn_list("12155551212")), issuing], [root])
    write("good_critical_tn_auth_list", "NONE", [shaken_leaf(issuing, critical_list=True), issuing], [root],
          openssl=False, why="openssl does not know the extension")
    write("good_spc_and_numbers", "NONE", [shaken_leaf(issuing, tn_auth_list=tn_list(
        "spc 1234", ("12155551000", 1000), "18005551234")), issuing], [root])
    keys = "the profile is ours"
    write("p384_leaf", "CERTIFICATE_KEY_UNSUPPORTED", [
        shaken_leaf(issuing, private=key("P-384 leaf", ec.SECP384R1)), issuing], [root], openssl=True, why=keys)
    write("rsa_leaf", "CERTIFICATE_KEY_UNSUPPORTED", [shaken_leaf(issuing, private=key("", "RSA")), issuing], [root],
          openssl=True, why=keys)
    rsa_ca = issuing_ca(root, private=key("", "RSA"))
    write("rsa_intermediate", "CERTIFICATE_KEY_UNSUPPORTED", [shaken_leaf(rsa_ca), rsa_ca], [root], openssl=True,
          why=keys)
    p521_ca = issuing_ca(root, private=key("P-521 CA", ec.SECP521R1))
    write("p521_intermediate", "CERTIFICATE_KEY_UNSUPPORTED", [shaken_leaf(p521_ca), p521_ca], [root], openssl=True,
          why=keys)


CONSTRAINTS = bytes.fromhex("3009a00730051603666f6f")  # mustInclude foo


def extension_cases():
    root = root_ca()
    issuing = issuing_ca(root)
    write("unknown_critical_extension_in_leaf", "CERTIFICATE_CRITICAL_EXTENSION", [
        shaken_leaf(issuing, critical_unknown=True), issuing], [root])
    odd = issuing_ca(root, critical_unknown=True)
    write("unknown_critical_extension_in_intermediate", "CERTIFICATE_CRITICAL_EXTENSION", [shaken_leaf(odd), odd],
          [root])
    odd_root = root_ca(critical_unknown=True)
    write("unknown_critical_extension_in_root", "CERTIFICATE_CRITICAL_EXTENSION", [shaken_leaf(odd_root)], [odd_root])
    constraints = x509.NameConstraints([x509.DNSName("example.org")], None)
    limited = issuing_ca(root, extensions=[(constraints, True)])
    write("critical_name_constraints", "CERTIFICATE_CRITICAL_EXTENSION", [shaken_leaf(limited), limited], [root],
          openssl=True, why="openssl processes name constraints, we do not")
    both = [(x509.UnrecognizedExtension(CLAIM_CONSTRAINTS, CONSTRAINTS), False),
            (x509.UnrecognizedExtension(ENHANCED_CLAIM_CONSTRAINTS, CONSTRAINTS), False)]
    write("both_claim_constraints", "CERTIFICATE_MALFORMED", [shaken_leaf(issuing, extensions=both), issuing], [root],
          openssl=True, why="openssl does not know claim constraints")


def revocation_cases():
    root = root_ca()
    issuing = issuing_ca(root)
    leaf = shaken_leaf(issuing)
    crls = "openssl is not given the CRL, which has another trust anchor"
    write("revoked_leaf", "CERTIFICATE_REVOKED", [leaf, issuing], [root], crl(leaf), openssl=True, why=crls)
    write("revoked_intermediate", "CERTIFICATE_REVOKED", [leaf, issuing], [root], crl(issuing), openssl=True,
          why=crls)
    carried = crl((1, issuing.certificate.subject), (leaf.certificate.serial_number, None))
    write("revoked_leaf_issuer_carried_over", "CERTIFICATE_REVOKED", [leaf, issuing], [root], carried, openssl=True,
          why=crls)
    write("root_on_crl_is_not_asked", "NONE", [leaf, issuing, root], [root], crl(root))


SCOPES = "openssl does not know TNAuthList"


def delegate(issuer, *numbers, **more):
    """A leaf that speaks for these numbers."""
    return shaken_leaf(issuer, "Delegate of 1234", tn_auth_list=tn_list(*numbers), **more)


def delegate_cases():
    root = root_ca()
    issuing = issuing_ca(root)

    def sub_ca(*scope, above=issuing, label="SHAKEN 1234 sub CA", **more):
        return issuing_ca(above, label, tn_auth_list=tn_list(*scope), **more)

    by_spc = sub_ca("spc 1234")
    write("good_delegate_numbers_under_spc", "NONE", [
        delegate(by_spc, "12155551212", ("12155552000", 10)), by_spc, issuing], [root])
    write("delegate_numbers_that_spc_may_not_give", "DELEGATE_SCOPE_EXCEEDED", [
        delegate(by_spc, "12155551212"), by_spc, issuing], [root], openssl=True, why=SCOPES, spc_scope="itself")
    write("good_delegate_spc_where_numbers_are_spelled_out", "NONE", [
        shaken_leaf(by_spc), by_spc, issuing], [root], spc_scope="itself")
    write("delegate_of_another_spc", "DELEGATE_SCOPE_EXCEEDED", [
        shaken_leaf(by_spc, "SHAKEN 5678", tn_auth_list=tn_list("spc 5678")), by_spc, issuing], [root],
          openssl=True, why=SCOPES)
    ranges = sub_ca(("12155551000", 1000), "12155552000", ("12155552001", 99), "911")
    write("good_delegate_range_over_adjoining_entries", "NONE", [
        delegate(ranges, ("12155551500", 600), "911"), ranges, issuing], [root])
    write("delegate_range_ends_one_too_late", "DELEGATE_SCOPE_EXCEEDED", [
        delegate(ranges, ("12155551500", 601)), ranges, issuing], [root], openssl=True, why=SCOPES)
    write("delegate_range_starts_one_too_early", "DELEGATE_SCOPE_EXCEEDED", [
        delegate(ranges, ("12155550999", 2)), ranges, issuing], [root], openssl=True, why=SCOPES)
    write("delegate_number_of_another_length", "DELEGATE_SCOPE_EXCEEDED", [
        delegate(ranges, "0911"), ranges, issuing], [root], openssl=True, why=SCOPES)
    write("delegate_spc_under_numbers", "DELEGATE_SCOPE_EXCEEDED", [
        shaken_leaf(ranges), ranges, issuing], [root], openssl=True, why=SCOPES)
    narrow = sub_ca(("12155551000", 10), above=ranges, label="Delegate CA")
    write("good_two_delegations", "NONE", [delegate(narrow, "12155551009"), narrow, ranges, issuing], [root])
    write("delegate_exceeds_nearest_parent", "DELEGATE_SCOPE_EXCEEDED", [
        delegate(narrow, "12155551010"), narrow, ranges, issuing], [root], openssl=True, why=SCOPES)
    wide = sub_ca(("12155551000", 10), "18005551234", above=ranges, label="Delegate CA")
    write("delegate_ca_exceeds_its_parent", "DELEGATE_SCOPE_EXCEEDED", [
        delegate(wide, "12155551009"), wide, ranges, issuing], [root], openssl=True, why=SCOPES)
    blank = issuing_ca(ranges, "A CA between")
    write("delegate_exceeds_through_ca_without_list", "DELEGATE_SCOPE_EXCEEDED", [
        delegate(blank, "18005551234"), blank, ranges, issuing], [root], openssl=True, why=SCOPES)
    write("good_delegate_through_ca_without_list", "NONE", [
        delegate(blank, "12155551000"), blank, ranges, issuing], [root])
    last = sub_ca(("12155551000", 1000), path_length=0)
    below = sub_ca("12155551000", above=last, label="Delegate CA")
    write("delegate_ca_below_path_length", "CERTIFICATE_PATH_TOO_LONG", [
        delegate(below, "12155551000"), below, last, issuing], [root])
    write("delegate_ca_signs_itself", "CERTIFICATE_NOT_LEAF", [
        sub_ca("12155551000", above=ranges, label="Delegate CA", usage=["digital_signature", "key_cert_sign"]),
        ranges, issuing], [root], openssl=True, why="openssl does not know what signs a PASSporT")
    write("delegate_leaf_that_delegates", "CERTIFICATE_NOT_CA", [
        delegate(leaf := delegate(ranges, ("12155551000", 10), usage=["digital_signature", "key_cert_sign"]),
                 "12155551000"), leaf, ranges, issuing], [root])
    ids = "openssl needs no key identifiers, RFC 9060 s7 demands them"
    write("delegate_without_authority_key_id", "CERTIFICATE_UNTRUSTED", [
        delegate(by_spc, "12155551212", key_ids=False), by_spc, issuing], [root], openssl=True, why=ids)
    bare = sub_ca("spc 1234", key_ids=False)
    write("delegate_parent_without_key_ids", "CERTIFICATE_UNTRUSTED", [
        delegate(bare, "12155551212"), bare, issuing], [root], openssl=True, why=ids)
    write("delegate_parent_missing", "CERTIFICATE_UNTRUSTED", [delegate(by_spc, "12155551212"), issuing], [root])
    write("delegate_expired", "CERTIFICATE_EXPIRED", [
        delegate(by_spc, "12155551212", end=AT - SECOND), by_spc, issuing], [root])
    write("delegate_ca_revoked", "CERTIFICATE_REVOKED", [delegate(by_spc, "12155551212"), by_spc, issuing], [root],
          crl(by_spc), openssl=True, why="openssl is not given the CRL, which has another trust anchor")
    off = "openssl has no such setting"
    write("delegates_off_and_numbers_without_spc", "TN_AUTH_LIST_INVALID", [
        delegate(issuing, "12155551212"), issuing], [root], openssl=True, why=off, delegates="off")
    write("delegates_off_and_delegating_ca", "TN_AUTH_LIST_INVALID", [shaken_leaf(by_spc), by_spc, issuing], [root],
          openssl=True, why=off, delegates="off")
    write("good_delegates_off_and_spc_with_numbers", "NONE", [shaken_leaf(
        issuing, tn_auth_list=tn_list("spc 1234", "12155551212")), issuing], [root], delegates="off")


def policy_cases():
    root = root_ca()
    issuing = issuing_ca(root)
    old = ObjectIdentifier("2.16.840.1.114569.1.1.3")
    accepted = POLICY.dotted_string
    why = "openssl was not asked for a policy"
    write("good_policy", "NONE", [shaken_leaf(issuing), issuing], [root], policy_oids=accepted)
    write("good_policy_among_several", "NONE", [
        shaken_leaf(issuing, policy=[old, POLICY]), issuing], [root], policy_oids=accepted)
    write("policy_missing", "CERTIFICATE_POLICY_MISSING", [shaken_leaf(issuing, policy=False), issuing], [root],
          openssl=True, why=why, policy_oids=accepted)
    write("policy_of_an_older_version", "CERTIFICATE_POLICY_MISSING", [
        shaken_leaf(issuing, policy=[old]), issuing], [root], openssl=True, why=why, policy_oids=accepted)
    write("good_policies_of_two_versions", "NONE", [shaken_leaf(issuing, policy=[old]), issuing], [root],
          policy_oids=old.dotted_string + "," + accepted)
    write("policy_any_in_leaf", "CERTIFICATE_POLICY_MISSING", [
        shaken_leaf(issuing, policy=[ANY_POLICY]), issuing], [root], openssl=True, why=why, policy_oids=accepted)
    anything = issuing_ca(root, policy=[ANY_POLICY])
    write("good_policy_any_in_ca", "NONE", [shaken_leaf(anything), anything], [root], policy_oids=accepted)
    silent = issuing_ca(root, policy=False)
    write("policy_missing_in_ca", "CERTIFICATE_POLICY_MISSING", [shaken_leaf(silent), silent], [root],
          openssl=True, why=why, policy_oids=accepted)


def malformed_cases():
    root = root_ca()
    issuing = issuing_ca(root)
    leaf = shaken_leaf(issuing)
    write("truncated_leaf", "CERTIFICATE_MALFORMED", b"-----BEGIN CERTIFICATE-----\n" +
          b"".join(pem(leaf).splitlines(True)[1:-3]) + b"-----END CERTIFICATE-----\n" + pem(issuing), [root])
    write("key_in_chain", "CERTIFICATE_MALFORMED", pem(leaf, issuing) + key_pem(key("a key that escaped")), [root],
          openssl=True, why="openssl passes over the block")
    policies = x509.UnrecognizedExtension(ObjectIdentifier("2.5.29.32"), b"\x30\x02\x05\x00")
    write("policies_malformed", "CERTIFICATE_MALFORMED", [
        shaken_leaf(issuing, policy=False, extensions=[(policies, False)]), issuing], [root], openssl=True,
          why="openssl decodes policies only when it is asked for one")
    write("empty_chain", "CERTIFICATE_MALFORMED", b"", [root])


if __name__ == "__main__":
    for cases in [good_cases, time_cases, trust_cases, signature_cases, ca_cases, leaf_cases, extension_cases,
                  revocation_cases, delegate_cases, policy_cases, malformed_cases]:
        cases()
