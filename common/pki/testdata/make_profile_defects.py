"""Makes certificates that break one rule of the SHAKEN profile each, with python3-cryptography.

Prints a line a certificate: role, names of the rules that it breaks ("-" for none), DER of the certificate and of its
issuer in hexadecimal.
"""
import datetime
import hashlib

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID, ObjectIdentifier

CP = "2.16.840.1.114569.1.1."
TN_AUTH_LIST = ObjectIdentifier("1.3.6.1.5.5.7.1.26")
SPC_1234 = "3008a006160431323334"
DIGITAL_SIGNATURE, KEY_CERT_SIGN = "03020780", "03020204"
LATER = datetime.datetime(2045, 1, 1)
NOW = "2024-06-01"


def key(label, curve=ec.SECP256R1):
    return ec.derive_private_key(int.from_bytes(hashlib.sha256(label.encode()).digest(), "big"), curve())


def name(*attributes):
    oids = {"C": NameOID.COUNTRY_NAME, "O": NameOID.ORGANIZATION_NAME, "CN": NameOID.COMMON_NAME,
            "L": NameOID.LOCALITY_NAME, "SN": NameOID.SERIAL_NUMBER}
    return x509.Name([x509.NameAttribute(oids[kind], text, _validate=False)
                      for kind, text in (attribute.split("=", 1) for attribute in attributes)])


def raw(oid, value):
    return x509.UnrecognizedExtension(ObjectIdentifier(oid), bytes.fromhex(value))


PA_CRL = x509.DirectoryName(name("C=US", "O=STI-PA", "CN=STI-PA CRL"))
URL = x509.UniformResourceIdentifier("https://pa.example.net/download/v1/crl")


def crl_points(*points):
    return x509.CRLDistributionPoints([x509.DistributionPoint(names, None, None, issuer) for names, issuer in points])


CRL_POINT = crl_points(([URL], [PA_CRL]))


def policies(*oids):
    return x509.CertificatePolicies([x509.PolicyInformation(ObjectIdentifier(oid), None) for oid in oids])


def serial_of(subject):
    return int.from_bytes(hashlib.sha256(subject.public_bytes()).digest()[:16], "big") | 1 << 127


def certificate(subject, private, issuer, issuer_key, extensions, since=NOW, serial=None, digest=None):
    builder = (x509.CertificateBuilder().subject_name(subject)
               .issuer_name(issuer.subject if issuer else subject).serial_number(serial or serial_of(subject))
               .public_key(private.public_key()).not_valid_after(LATER)
               .not_valid_before(datetime.datetime.fromisoformat(since)))
    for extension, critical in extensions.values():
        builder = builder.add_extension(extension, critical)
    return builder.sign(issuer_key, digest or hashes.SHA256())


def ski(private):
    return x509.SubjectKeyIdentifier.from_public_key(private.public_key())


def aki(private):
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(private.public_key())


ROOT_NAME = name("C=US", "O=Golden", "CN=SHAKEN Root CA")
INT_NAME = name("C=US", "O=Golden", "CN=SHAKEN Issuing CA")
LEAF_NAME = name("C=US", "O=Carrier", "CN=SHAKEN 1234")
LEAF_NAME_OF_CP_13 = name("C=US", "O=Carrier", "CN=SHAKEN 1234", "SN=17")
ROOT_KEY, INT_KEY, LEAF_KEY = key("root"), key("intermediate"), key("leaf")


def root_extensions(private=ROOT_KEY):
    return {"bc": (x509.BasicConstraints(True, None), True), "ku": (raw("2.5.29.15", KEY_CERT_SIGN), True),
            "ski": (ski(private), False)}


def int_extensions(private=INT_KEY):
    return {"bc": (x509.BasicConstraints(True, None), True), "ku": (raw("2.5.29.15", KEY_CERT_SIGN), True),
            "ski": (ski(private), False), "aki": (aki(ROOT_KEY), False), "cp": (policies(CP + "4"), False),
            "crl": (CRL_POINT, False)}


def leaf_extensions(private=LEAF_KEY):
    return {"bc": (x509.BasicConstraints(False, None), True), "ku": (raw("2.5.29.15", DIGITAL_SIGNATURE), True),
            "ski": (ski(private), False), "aki": (aki(INT_KEY), False), "cp": (policies(CP + "4"), False),
            "crl": (CRL_POINT, False), "tn": (raw(TN_AUTH_LIST.dotted_string, SPC_1234), False)}


ROOT = certificate(ROOT_NAME, ROOT_KEY, None, ROOT_KEY, root_extensions())
INT = certificate(INT_NAME, INT_KEY, ROOT, ROOT_KEY, int_extensions())


def show(role, broken, made, issuer, patch=()):
    """`patch`: octets in hexadecimal and what stands in their place."""
    der = [c.public_bytes(serialization.Encoding.DER).hex() for c in (made, issuer)]
    if patch == "length":  # three octets for what fits into two
        assert der[0].startswith("3082")
        der[0], patch = "308300" + der[0][4:], ()
    for old, new in patch:
        assert old in der[0], old
        der[0] = der[0].replace(old, new)
    print(role, broken or "-", *der)


def changed(extensions, changes):
    """`changes`: key of an extension -> None to leave it out, or (extension, critical)."""
    merged = dict(extensions)
    for which, what in changes.items():
        merged.pop(which, None)
        if what is not None:
            merged[which] = what
    return merged


def leaf(broken, subject=None, private=LEAF_KEY, since=NOW, serial=None, digest=None, role="leaf", patch=(), **changes):
    extensions = changed(leaf_extensions(private), changes)
    show(role, broken, certificate(subject or LEAF_NAME, private, INT, INT_KEY, extensions, since, serial, digest), INT,
         patch)


def intermediate(broken, subject=None, private=INT_KEY, since=NOW, serial=None, digest=None, role="intermediate",
                 **changes):
    extensions = changed(int_extensions(private), changes)
    show(role, broken, certificate(subject or INT_NAME, private, ROOT, ROOT_KEY, extensions, since, serial, digest),
         ROOT)


def root(broken, subject=None, private=ROOT_KEY, since=NOW, **changes):
    made = certificate(subject or ROOT_NAME, private, None, private, changed(root_extensions(private), changes), since)
    show("root", broken, made, made)


def policy(*versions):
    return policies(*(CP + version for version in versions)), False


def tn(value, critical=False):
    return raw(TN_AUTH_LIST.dotted_string, value), critical


def ku(value, critical=True):
    return raw("2.5.29.15", value), critical


# What fits the profile.
leaf("")
leaf("", subject=name("C=US", "O=Carrier", "CN=Carrier SHAKEN 1234", "SN=17"))
intermediate("")
root("")
root("", aki=(aki(ROOT_KEY), False))

# Serial number, algorithms. Version and sign are made by openssl.
leaf("serial_too_short", serial=0x123456789ABCDE)
leaf("", serial=0x123456789ABCDEF)
leaf("serial_too_short", since="2023-03-12", serial=5, cp=policy("3"), subject=LEAF_NAME_OF_CP_13)
leaf("", since="2023-03-11", serial=5, cp=policy("3"), subject=LEAF_NAME_OF_CP_13)
intermediate("serial_too_short", since="2022-12-12", serial=5, cp=policy("3"))
intermediate("", since="2022-12-11", serial=5, cp=policy("3"))
leaf("signature_algorithm", digest=hashes.SHA384())
intermediate("", digest=hashes.SHA384())
intermediate("", since="2023-06-06", digest=hashes.SHA384())
intermediate("signature_algorithm", since="2023-06-05", digest=hashes.SHA384())
leaf("public_key", private=key("P-384", ec.SECP384R1))
intermediate("", private=key("P-384", ec.SECP384R1))
intermediate("public_key", since="2023-06-05", private=key("P-384", ec.SECP384R1))
intermediate("public_key", private=key("P-521", ec.SECP521R1))

# Subject.
leaf("subject_country_count", subject=name("O=Carrier", "CN=SHAKEN 1234"))
leaf("subject_country_count", subject=name("C=US", "C=US", "O=Carrier", "CN=SHAKEN 1234"))
leaf("subject_country_code,subject_country_not_us", subject=name("C=us", "O=Carrier", "CN=SHAKEN 1234"))
leaf("subject_country_not_us", subject=name("C=CA", "O=Carrier", "CN=SHAKEN 1234"))
leaf("", subject=name("C=CA", "O=Carrier", "CN=SHAKEN 1234", "SN=17"), since="2023-09-03")
leaf("subject_country_not_us", subject=name("C=CA", "O=Carrier", "CN=SHAKEN 1234"), since="2023-09-04")
leaf("subject_organization_count", subject=name("C=US", "CN=SHAKEN 1234"))
leaf("subject_organization_count", subject=name("C=US", "O=Carrier", "O=Another", "CN=SHAKEN 1234"))
leaf("subject_common_name_count", subject=name("C=US", "O=Carrier"))
leaf("subject_common_name_count", subject=name("C=US", "O=Carrier", "CN=SHAKEN 1234", "CN=two"))
leaf("subject_common_name_without_spc", subject=name("C=US", "O=Carrier", "CN=SHAKEN Carrier 1234"))
leaf("subject_common_name_without_spc", subject=name("C=US", "O=Carrier", "CN=SHAKEN 5678"))
leaf("subject_common_name_without_spc,subject_serial_number_missing", since="2022-01-16", cp=policy("3"),
     subject=name("C=US", "O=Carrier", "CN=Carrier"))
leaf("subject_serial_number_missing", since="2022-01-15", cp=policy("3"),
     subject=name("C=US", "O=Carrier", "CN=Carrier"))
intermediate("ca_common_name_without_shaken", subject=name("C=US", "O=Golden", "CN=Issuing CA"))
intermediate("ca_common_name_without_shaken", subject=name("C=US", "O=Golden", "CN=Issuing CA"), since="2021-10-18",
             cp=policy("3"))
intermediate("", subject=name("C=US", "O=Golden", "CN=Issuing CA"), since="2021-10-17", cp=policy("3"))
root("root_common_name_without_root", subject=name("C=US", "O=Golden", "CN=SHAKEN CA"))
root("", subject=name("C=US", "O=Golden", "CN=SHAKEN root CA"))
leaf("subject_serial_number_missing", since="2022-01-10", cp=policy("3"))
leaf("", since="2022-01-09", cp=policy("3"))
leaf("", since="2022-01-10", cp=policy("3"), subject=LEAF_NAME_OF_CP_13)
leaf("", since="2023-09-04")
leaf("subject_serial_number_missing", since="2023-09-03")
leaf("subject_other_attribute", subject=name("C=US", "L=Bridgewater", "O=Carrier", "CN=SHAKEN 1234"))
intermediate("subject_other_attribute", subject=name("C=US", "O=Golden", "CN=SHAKEN Issuing CA", "SN=1"))

# Extensions of RFC 5280.
leaf("basic_constraints_missing", bc=None)
intermediate("basic_constraints_missing,ca_is_no_ca", bc=None)
leaf("basic_constraints_not_critical", bc=(x509.BasicConstraints(False, None), False))
leaf("leaf_is_ca", bc=(x509.BasicConstraints(True, None), True))
intermediate("ca_is_no_ca", bc=(x509.BasicConstraints(False, None), True))
root("ca_is_no_ca", bc=(x509.BasicConstraints(False, None), True))
leaf("key_usage_missing", ku=None)
leaf("key_usage_not_critical", ku=ku(DIGITAL_SIGNATURE, critical=False))
leaf("leaf_key_usage", ku=ku("030205a0"))  # and keyEncipherment
leaf("leaf_key_usage", ku=ku("03020080"))  # unused bits not counted: not DER
intermediate("ca_key_usage_not_key_cert_sign_alone", ku=ku("03020186"))
intermediate("ca_key_usage_not_key_cert_sign_alone", ku=ku("03020106"), since="2023-06-06")
for usage in ("03020106", "03020186", "03020284", KEY_CERT_SIGN):
    intermediate("", ku=ku(usage), since="2023-06-05", cp=policy("3"))
intermediate("ca_key_usage", ku=ku("03020780"), since="2023-06-05", cp=policy("3"))
intermediate("ca_key_usage", ku=ku("03020244"), since="2023-06-05", cp=policy("3"))  # and contentCommitment
leaf("subject_key_id_missing", ski=None)
leaf("subject_key_id_not_sha1_of_key", ski=(x509.SubjectKeyIdentifier(b"x" * 20), False))
leaf("subject_key_id_not_sha1_of_key", ski=(x509.SubjectKeyIdentifier(b"x" * 8), False))
leaf("authority_key_id_missing", aki=None)
leaf("authority_key_id_missing", aki=(x509.AuthorityKeyIdentifier(
    None, [x509.DirectoryName(ROOT_NAME)], INT.serial_number), False))
leaf("authority_key_id_not_issuers", aki=(aki(ROOT_KEY), False))
intermediate("authority_key_id_missing", aki=None)
root("root_authority_key_id", aki=(aki(INT_KEY), False))
leaf("extension_critical", tn=tn(SPC_1234, critical=True))
leaf("extension_critical", cp=(policies(CP + "4"), True))
leaf("extension_other", eku=(x509.ExtendedKeyUsage([ObjectIdentifier("1.3.6.1.5.5.7.3.20")]), False))
leaf("extension_other", san=(x509.SubjectAlternativeName([x509.DNSName("example.org")]), False))
intermediate("extension_other", san=(x509.SubjectAlternativeName([x509.DNSName("example.org")]), False))
leaf("", since="2023-03-11", cp=policy("3"), subject=LEAF_NAME_OF_CP_13,
     san=(x509.SubjectAlternativeName([x509.DNSName("example.org")]), False))

# Policies, CRL, TNAuthList.
leaf("policies_missing", cp=None)
leaf("policies_several", cp=policy("3", "4"))
leaf("policy_oid", cp=policy("3"))
leaf("", cp=policy("3"), since="2022-01-09")
leaf("", cp=policy("1"), since="2022-01-09")
leaf("policy_oid,subject_serial_number_missing", cp=policy("1"), since="2022-01-10")
leaf("policy_oid", cp=policy("9"), since="2022-01-09")
intermediate("policy_oid", cp=(policies("2.5.29.32.0"), False))
intermediate("policies_missing", cp=None)
root("root_policies", cp=policy("4"))
leaf("crl_point_missing", crl=None)
leaf("crl_points_several", crl=(crl_points(([URL], [PA_CRL]), ([URL], [PA_CRL])), False))
leaf("crl_url", crl=(crl_points((None, [PA_CRL])), False))
leaf("crl_url", crl=(crl_points(([URL, URL], [PA_CRL])), False))
leaf("crl_issuer_missing", crl=(crl_points(([URL], None)), False))
intermediate("crl_issuer_missing", crl=(crl_points(([URL], None)), False))
root("root_crl_point", crl=(CRL_POINT, False))
leaf("tn_auth_list_missing", tn=None)
leaf("tn_auth_list_not_one_spc", tn=tn("3010a006160431323334a006160435363738"))
leaf("tn_auth_list_numbers", tn=tn("3017a006160431323334a20d160b3132313535353531323132"))
leaf("tn_auth_list_not_one_spc,tn_auth_list_numbers", tn=tn("300fa20d160b3132313535353531323132"))
leaf("spc_characters", tn=tn("3008a006160435383361"), subject=name("C=US", "O=Carrier", "CN=SHAKEN 583a"))
leaf("", since="2022-01-09", tn=tn("3008a006160435383361"), cp=policy("3"))
leaf("spc_length", tn=tn("3007a0051603313233"), subject=name("C=US", "O=Carrier", "CN=SHAKEN 123"))
intermediate("ca_tn_auth_list", tn=tn(SPC_1234))
root("ca_tn_auth_list", tn=tn(SPC_1234))

# Delegates keep only what does not say who is certified.
leaf("", role="delegate", subject=name("CN=An enterprise"), tn=tn("300fa20d160b3132313535353531323132"), cp=None,
     cc=(raw("1.3.6.1.5.5.7.1.27", "3009a00730051603666f6f"), False))
leaf("crl_point_missing", role="delegate", tn=tn("300fa20d160b3132313535353531323132"), crl=None)
intermediate("", role="delegate_ca", subject=name("CN=Sub CA of 1234"), tn=tn(SPC_1234), cp=None)
intermediate("tn_auth_list_missing", role="delegate_ca")

# Before the profile there was none.
leaf("", since="2020-07-05", cp=policy("9"), tn=None, bc=None, ku=None, ski=None, aki=None, crl=None)

# What cannot be decoded. Signatures are not judged, so some are patched after they were signed.
BROKEN = "0500"  # NULL, where something else belongs
NUMBER = "300fa20d160b3132313535353531323132"


def broken(oid, value=BROKEN, critical=False):
    return raw(oid, value), critical


def delegate(names, value, **changes):
    leaf(names, role="delegate", subject=name("CN=An enterprise"), cp=None, tn=tn(value), **changes)


leaf("certificate_not_der", patch="length")
leaf("validity_malformed", patch=[("240601000000Z".encode().hex(), "240601000000X".encode().hex())])
leaf("extensions_before_version_3,version_not_3", patch=[("a003020102", "a003020101")])
leaf("extension_other,extension_twice", one=broken("1.3.6.1.4.1.99999.1"), two=broken("1.3.6.1.4.1.99999.2"),
     patch=[("06092b06010401868d1f02"[4:], "06092b06010401868d1f01"[4:])])
leaf("authority_key_id_malformed", aki=broken("2.5.29.35"))
root("root_authority_key_id", aki=(aki(INT_KEY), False))
leaf("subject_key_id_malformed", ski=broken("2.5.29.14"))
leaf("key_usage_malformed,leaf_key_usage", ku=ku(BROKEN))
leaf("certificate_refused,leaf_key_usage", ku=ku("030100"))  # no bit at all
leaf("policies_malformed", cp=broken("2.5.29.32"))
intermediate("policies_malformed", cp=broken("2.5.29.32", "300c300a"))
leaf("policies_missing", cp=broken("2.5.29.32", "3000"))
leaf("basic_constraints_malformed", bc=broken("2.5.29.19", critical=True))
intermediate("basic_constraints_malformed", bc=broken("2.5.29.19", critical=True))
leaf("basic_constraints_encoding", bc=broken("2.5.29.19", "3003010100", critical=True))
leaf("path_length_without_ca", bc=broken("2.5.29.19", "3003020100", critical=True))
leaf("crl_points_malformed", crl=broken("2.5.29.31"))
leaf("extension_malformed,extension_other", san=broken("2.5.29.17"))
delegate("claim_constraints_malformed", NUMBER, cc=broken("1.3.6.1.5.5.7.1.27"))
delegate("claim_constraints_malformed", NUMBER, cc=broken("1.3.6.1.5.5.7.1.33"))
delegate("claim_constraints_both", NUMBER, cc=broken("1.3.6.1.5.5.7.1.27", "3009a00730051603666f6f"),
         ecc=broken("1.3.6.1.5.5.7.1.33", "3009a20730051603666f6f"))

# RFC 8226 s9, entry by entry.
leaf("tn_auth_list_malformed", tn=tn("3008a0061604313233"))  # cut off
leaf("tn_auth_list_malformed", tn=tn("3008a00616043132333400"))  # an octet behind it
leaf("tn_auth_list_malformed", tn=tn("308108a006160431323334"))  # a length that DER writes in one octet
leaf("tn_auth_list_malformed", tn=tn(BROKEN))
leaf("tn_auth_list_empty", tn=tn("3000"))
leaf("tn_auth_list_entry_tag", tn=tn("3006800431323334"))  # IMPLICIT
leaf("tn_auth_list_entry_tag", tn=tn("3008a306160431323334"))  # [3]
leaf("tn_auth_list_spc_type", tn=tn("3008a0060c0431323334"))  # UTF8String
leaf("spc_characters,spc_length,subject_common_name_without_spc,tn_auth_list_malformed",
     subject=name("C=US", "O=Carrier", "CN=Carrier 1234"), tn=tn("3004a0021600"))  # an empty SPC
intermediate("ca_tn_auth_list,tn_auth_list_empty", tn=tn("3000"))
delegate("tn_auth_list_number_type", "300fa20d0c0b3132313535353531323132")
delegate("tn_auth_list_number_size", "3014a212161031323334353637383930313233343536")
delegate("tn_auth_list_number_size", "3004a2021600")
delegate("", "3013a211160f313233343536373839303132333435")
delegate("tn_auth_list_number_characters", "3009a20716052b31323135")  # a plus sign
delegate("", "3007a205160323312a")
delegate("tn_auth_list_range_malformed", "300fa10d160b3132313535353531303030")
delegate("tn_auth_list_range_malformed", "300ba109300716033132330500")
delegate("tn_auth_list_range_start", "300ca10a30081603313223020102")
delegate("tn_auth_list_range_count", "300ca10a30081603313233020101")
delegate("tn_auth_list_range_count", "300ca10a300816033132330201ff")
delegate("tn_auth_list_range_end", "300ca10a30081603393938020102")
delegate("", "300ca10a30081603393937020102")
delegate("", "300ea10c300a16033939370201020500")  # RFC 8226 s9: an element of a later version
delegate("tn_auth_list_number_size,tn_auth_list_range_count", "3009a10730051600020101")
