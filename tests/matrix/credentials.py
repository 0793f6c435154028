"""TLS client certificates that the suite did not make: python3-cryptography, some of them bad on purpose."""

import datetime
import os

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = datetime.timedelta(days=1)


def _name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _issue(name, issuer, issuer_key, begin, end):
    key = ec.generate_private_key(ec.SECP256R1())
    builder = (x509.CertificateBuilder().subject_name(_name(name)).issuer_name(issuer).public_key(key.public_key())
               .serial_number(x509.random_serial_number()).not_valid_before(begin).not_valid_after(end)
               .add_extension(x509.BasicConstraints(False, None), critical=True)
               .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False))
    return key, builder.sign(issuer_key, hashes.SHA256())


def _write(folder, file_name, key, certificate):
    with open(os.open(os.path.join(folder, f"{file_name}.key"), os.O_CREAT | os.O_WRONLY, 0o600), "wb") as file:
        file.write(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                     serialization.NoEncryption()))
    with open(os.path.join(folder, f"{file_name}.pem"), "wb") as file:
        file.write(certificate.public_bytes(serialization.Encoding.PEM))


def make_clients(folder, good, bad):
    """Certificates of the CA in `folder` for the names `good`; for each of `bad` NAME-expired, whose end was an hour ago, and
    NAME-foreign, from a CA of the same name with another key."""
    with open(os.path.join(folder, "ca.key"), "rb") as file:
        ca_key = serialization.load_pem_private_key(file.read(), None)
    with open(os.path.join(folder, "ca.pem"), "rb") as file:
        ca = x509.load_pem_x509_certificate(file.read()).subject
    now = datetime.datetime.utcnow()
    foreign_key = ec.generate_private_key(ec.SECP256R1())
    for name in good:
        _write(folder, name, *_issue(name, ca, ca_key, now - DAY, now + DAY))
    for name in bad:
        _write(folder, f"{name}-expired", *_issue(name, ca, ca_key, now - DAY, now - DAY / 24))
        _write(folder, f"{name}-foreign", *_issue(name, ca, foreign_key, now - DAY, now + DAY))
