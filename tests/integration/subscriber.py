"""Gets certificates from sti-pa and sti-ca over gRPC, with keys and requests of python3-cryptography."""

import base64
import hashlib
import json

import grpc
from client import channel, error_detail, stubs
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

TN_AUTH_LIST = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.26")


def spc_list(spc):
    text = spc.encode()
    return bytes([0x30, len(text) + 4, 0xA0, len(text) + 2, 0x16, len(text)]) + text


def thumbprint(key):
    """RFC 7638, in the notation of RFC 9447 s5.4."""
    numbers = key.public_key().public_numbers()
    x, y = (base64.urlsafe_b64encode(n.to_bytes(32, "big")).rstrip(b"=").decode() for n in (numbers.x, numbers.y))
    jwk = json.dumps({"crv": "P-256", "kty": "EC", "x": x, "y": y}, separators=(",", ":"))
    return "SHA256 " + ":".join(f"{octet:02X}" for octet in hashlib.sha256(jwk.encode()).digest())


class Request:
    """A key, its request and the token for it. May be sent as often as one likes; it is good once."""

    def __init__(self, network, spc, client="sti-as"):
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "US"), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Suite"),
                          x509.NameAttribute(NameOID.COMMON_NAME, f"SHAKEN {spc}")])
        csr = x509.CertificateSigningRequestBuilder().subject_name(name).add_extension(
            x509.UnrecognizedExtension(TN_AUTH_LIST, spc_list(spc)), critical=False).sign(key, hashes.SHA256())
        self.csr = csr.public_bytes(serialization.Encoding.DER)
        messages, services = stubs("spc_tokens")
        with channel(network, "sti-pa", client) as pa:
            answer = services.SpcTokensStub(pa).IssueToken(
                messages.IssueTokenRequest(tn_auth_list=spc_list(spc), fingerprint=thumbprint(key)), timeout=10)
        self.token, self.jti = answer.token, answer.jti

    def send(self, connection):
        """The answer; or the name of the Reason, "UNAVAILABLE" when there was no answer."""
        messages, services = stubs("certificate_authority")
        try:
            return services.CertificateAuthorityStub(connection).IssueCertificate(
                messages.IssueCertificateRequest(csr=self.csr, spc_token=self.token), timeout=10)
        except grpc.RpcError as error:
            try:
                return error_detail(error).reason
            except AssertionError:  # nobody said why
                if error.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED):
                    return "UNAVAILABLE"
                raise


def certificates(network, daemon):
    """All that the CA has issued, as its admin sees them, by serial."""
    messages, services = stubs("certificate_authority")
    found, token = {}, ""
    with channel(network, daemon, "admin") as connection:
        stub = services.AuthorityAdminStub(connection)
        while True:
            page = stub.ListCertificates(messages.ListCertificatesRequest(page_size=50, page_token=token), timeout=10)
            for record in page.certificates:
                assert record.serial not in found, f"{record.serial} is listed twice"
                found[record.serial] = record
            token = page.next_page_token
            if not token:
                return found
