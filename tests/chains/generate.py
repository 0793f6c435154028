#!/usr/bin/python3
"""Writes the golden chain folders beside this file, with python3-cryptography and none of the code under test.

    generate.py [FOLDER...]     only these folders; all of them when none is named

Keys come from their names, dates are fixed; a new run changes signatures (ECDSA draws random numbers) and nothing else.
README.md says what the files of a folder are and how to add a case.
"""

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
          digest=None, authority=None, policy=True, serial=None, subject_name=None):
    """One certificate of the SHAKEN profile, but for what the arguments say. Without issuer: self-signed."""
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
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(private.public_key()), critical=False)
    if issuer:
        builder = builder.add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key((authority or issuer).private.public_key()), False)
        if policy:
            builder = builder.add_extension(
                x509.CertificatePolicies([x509.PolicyInformation(POLICY, None)]), critical=False)
            builder = builder.add_extension(x509.CRLDistributionPoints([x509.DistributionPoint(
                [x509.UniformResourceIdentifier(CRL_URL)], None, None, [x509.DirectoryName(PA_CRL_NAME)])]), False)
    if tn_auth_list is not None:
        builder = builder.add_extension(x509.UnrecognizedExtension(TN_AUTH_LIST, tn_auth_list), critical=False)
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


def write(folder, reason, chain, anchors, crl_pem=None, at=AT, openssl=None, why=""):
    """`openssl`: whether `openssl verify` accepts the chain, where it differs from us; `why` then says why."""
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
    number = bytes.fromhex("300fa20d160b3132313535353531323132")
    write("tn_auth_list_without_spc", "TN_AUTH_LIST_INVALID", [
        shaken_leaf(issuing, tn_auth_list=number), issuing], [root], openssl=True, why=role)
    write("good_spc_and_numbers", "NONE", [shaken_leaf(issuing, tn_auth_list=bytes.fromhex(
        "302ca006160431323334a1133011160b3132313535353531303030020203e8a20d160b3138303035353531323334")), issuing],
          [root])
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


def malformed_cases():
    root = root_ca()
    issuing = issuing_ca(root)
    leaf = shaken_leaf(issuing)
    write("truncated_leaf", "CERTIFICATE_MALFORMED", b"-----BEGIN CERTIFICATE-----\n" +
          b"".join(pem(leaf).splitlines(True)[1:-3]) + b"-----END CERTIFICATE-----\n" + pem(issuing), [root])
    write("key_in_chain", "CERTIFICATE_MALFORMED", pem(leaf, issuing) + key_pem(key("a key that escaped")), [root],
          openssl=True, why="openssl passes over the block")
    write("empty_chain", "CERTIFICATE_MALFORMED", b"", [root])


if __name__ == "__main__":
    for cases in [good_cases, time_cases, trust_cases, signature_cases, ca_cases, leaf_cases, extension_cases,
                  revocation_cases, malformed_cases]:
        cases()
