"""Verifies a CRL with python3-cryptography and prints "number", the life in seconds, and a line for each entry: serial, reason.

usage: judge_crl.py CRL_DER SIGNER_PEM CRL_URL
"""

import sys

from cryptography import x509

with open(sys.argv[1], "rb") as file:
    crl = x509.load_der_x509_crl(file.read())
with open(sys.argv[2], "rb") as file:
    signer = x509.load_pem_x509_certificate(file.read())
assert crl.is_signature_valid(signer.public_key())
assert crl.issuer == signer.subject
point = crl.extensions.get_extension_for_class(x509.IssuingDistributionPoint)
assert point.critical and point.value.indirect_crl
assert [name.value for name in point.value.full_name] == [sys.argv[3]]
print(crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number)
print(int((crl.next_update - crl.last_update).total_seconds()))
issuer = crl.issuer
for entry in crl:
    reason = "unspecified"
    for extension in entry.extensions:
        if isinstance(extension.value, x509.CRLReason):
            reason = extension.value.reason.value
        if isinstance(extension.value, x509.CertificateIssuer):
            issuer = extension.value.get_values_for_type(x509.DirectoryName)[0]
    print(f"{entry.serial_number:X} {reason} {issuer.rfc4514_string()}")
