"""The issuing CA of sti-ca in use: exchanged for another, asked for a provider's CA, and all of an SPC revoked."""

import base64
import os
import subprocess
import sys
import unittest

sys.path[:0] = [os.path.abspath("tests/interop"), os.path.abspath("tests/integration")]
# pylint: disable=wrong-import-position
from acme_network import OTHER_SPC, SPC, AcmeTest, der, fingerprint, make_csr, new_key, tn_auth_list  # noqa: E402
from client import channel, stubs  # noqa: E402
from cryptography import x509  # noqa: E402
from cryptography.hazmat.primitives import hashes, serialization  # noqa: E402
from subscriber import Request  # noqa: E402

NUMBER_LIST = bytes.fromhex("300fa20d160b3132313535353531323132")  # 12155551212, certificates.md s3


def certificates_of(pem):
    parts = pem.split("-----END CERTIFICATE-----\n")[:-1]
    return [x509.load_pem_x509_certificate((part + "-----END CERTIFICATE-----\n").encode()) for part in parts]


class IssuingCaTest(AcmeTest):
    acme = "enabled: true"

    @classmethod
    def prepare(cls, network):
        crl = ["--crl-url", "https://pa.example.net/crl", "--crl-issuer", network.path("pa/pa-crl-signer.pem")]
        network.stictl("ca", "ceremony", "issuing", "--organization", "Second CA", "--delegates", "--out", network.path("ca2"),
                       "--root-cert", network.path("ca/root.pem"), "--root-key", network.path("ca/root.key"), *crl)
        configuration = network.configuration

        def with_both():
            files = configuration()
            files["sti-pa.yaml"] = files["sti-pa.yaml"].replace(
                "revocation_reporters: [", "revocation_reporters: [{client: sti-ca, issuing_certificate_file: ca2/issuing.pem}, ")
            return files
        network.configuration = with_both

    def restart_ca(self, *changes, more=""):
        """With the first configuration, changed."""
        self.network.stop("sti-ca")
        text = self.network.configuration()["sti-ca.yaml"]
        for old, new in changes:
            self.assertIn(old, text)
            text = text.replace(old, new)
        with open(self.network.path("sti-ca.yaml"), "w", encoding="utf-8") as file:
            file.write(text + more)
        self.network.start("sti-ca")
        self.network.wait_until(lambda: self.network.serving("ca"), "sti-ca to serve")

    def issue(self, spc=SPC):
        with channel(self.network, "sti-ca", "sti-as") as ca:
            issued = Request(self.network, spc).send(ca)
        self.assertFalse(isinstance(issued, str), issued)
        return issued

    def crl_entry(self, serial):
        """The row of the CRL as openssl and python3-cryptography read it; None when there is none."""
        messages, services = stubs("trust")
        with channel(self.network, "sti-pa", "sti-vs") as pa:
            answer = services.TrustStub(pa).GetCrl(messages.GetCrlRequest(), timeout=10)
        crl = x509.load_der_x509_crl(answer.crl)
        return crl.get_revoked_certificate_by_serial_number(int(serial, 16))

    def test_1_issuing_ca_is_exchanged_and_the_first_ones_certificates_reach_the_crl_under_its_name(self):
        first = self.issue()
        second_ca = (("issuing_certificate_file: ca/issuing.pem", "issuing_certificate_file: ca2/issuing.pem"),
                     ("issuing_key_file: ca/issuing.key", "issuing_key_file: ca2/issuing.key"))
        self.restart_ca(*second_ca, more="other_issuers:\n  - {certificate_file: ca/issuing.pem, key_file: ca/issuing.key, "
                                         "root_certificate_file: ca/root.pem}\n")
        second = self.issue()
        with open(self.network.path("ca/issuing.pem"), "rb") as file:
            first_issuer = x509.load_pem_x509_certificate(file.read())
        with open(self.network.path("ca2/issuing.pem"), "rb") as file:
            second_issuer = x509.load_pem_x509_certificate(file.read())
        self.assertEqual(certificates_of(first.chain_pem)[0].issuer, first_issuer.subject)
        self.assertEqual(certificates_of(second.chain_pem)[1], second_issuer)
        self.assertEqual(len(certificates_of(self.network.stictl("ca", "chain"))), 4)

        self.network.stictl("ca", "revoke", first.serial, "--reason", "4", "--yes")
        self.network.stictl("ca", "revoke", second.serial, "--reason", "4", "--yes")
        for issued, issuer in ((first, first_issuer), (second, second_issuer)):
            self.network.wait_until(lambda serial=issued.serial: self.crl_entry(serial), "the revocation on the CRL")
            named = self.crl_entry(issued.serial).extensions.get_extension_for_class(x509.CertificateIssuer).value
            self.assertEqual(named.get_values_for_type(x509.DirectoryName), [issuer.subject])
        # And back.
        self.restart_ca()
        self.assertEqual(certificates_of(self.issue().chain_pem)[1], first_issuer)

    def test_2_all_of_an_spc_is_revoked_only_with_yes(self):
        mine, others = [self.issue(OTHER_SPC).serial for _ in range(2)], self.issue(SPC).serial
        shown = self.network.stictl("ca", "revoke", "--spc", OTHER_SPC, "--reason", "9")
        self.assertIn("2 would be revoked", shown)
        self.assertIn("--yes", shown)
        record = self.network.stictl_json("ca", "show", mine[0])[1]
        self.assertNotIn("revoked", record)
        done = self.network.stictl_json("ca", "revoke", "--spc", OTHER_SPC, "--reason", "9", "--yes")[1]
        self.assertEqual(done["serials"], mine)
        self.network.wait_until(lambda: all(self.crl_entry(serial) for serial in mine), "both on the CRL")
        self.assertIsNone(self.crl_entry(others))
        self.assertIn("0 revoked", self.network.stictl("ca", "revoke", "--spc", OTHER_SPC, "--reason", "9", "--yes"))

    def test_3_limits_and_names_hold_at_once(self):
        self.network.stictl("ca", "organization", "set", "--spc", SPC, "--name", "Vetted Telephone, Inc.")
        leaf = certificates_of(self.issue().chain_pem)[0]
        self.assertEqual(leaf.subject.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)[0].value, "Vetted Telephone, Inc.")
        self.assertIn("Vetted Telephone", self.network.stictl("ca", "organization", "list"))
        self.network.stictl("ca", "limit", "set", "--spc", SPC, "certificates_per_day", "1")
        with channel(self.network, "sti-ca", "sti-as") as ca:
            self.assertEqual(Request(self.network, SPC).send(ca), "OVERLOADED")
        self.assertIn("certificates_per_day", self.network.stictl("ca", "limit", "list"))
        self.network.stictl("ca", "limit", "remove", "--spc", SPC, "certificates_per_day")
        self.issue()

    def test_4_provider_gets_a_ca_and_issues_to_a_delegate(self):
        second_ca = (("issuing_certificate_file: ca/issuing.pem", "issuing_certificate_file: ca2/issuing.pem"),
                     ("issuing_key_file: ca/issuing.key", "issuing_key_file: ca2/issuing.key"))
        self.restart_ca(*second_ca, more="profiles: [shaken, delegate_ca]\n")
        key = new_key()
        messages, services = stubs("spc_tokens")
        with channel(self.network, "sti-pa", "sti-as") as pa:
            request = messages.IssueTokenRequest(tn_auth_list=tn_auth_list(SPC), fingerprint=fingerprint(key), ca=True)
            token = services.SpcTokensStub(pa).IssueToken(request, timeout=10).token
        messages, services = stubs("certificate_authority")
        with channel(self.network, "sti-ca", "sti-as") as ca:
            request = messages.IssueCertificateRequest(csr=der(make_csr(key, ca=True)), spc_token=token)
            own_ca = services.CertificateAuthorityStub(ca).IssueCertificate(request, timeout=10)
        os.makedirs(self.network.path("provider"), exist_ok=True)
        with open(self.network.path("provider/ca.pem"), "w", encoding="ascii") as file:
            file.write(own_ca.chain_pem)
        with open(os.open(self.network.path("provider/ca.key"), os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
            file.write(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                         serialization.NoEncryption()))
        # Here the provider's sti-ca.
        self.restart_ca(("issuing_certificate_file: ca/issuing.pem", "issuing_certificate_file: provider/ca.pem"),
                        ("issuing_key_file: ca/issuing.key", "issuing_key_file: provider/ca.key"),
                        ("state_dir: state/sti-ca", "state_dir: state/provider-ca"), more="profiles: [delegate]\n")
        delegate = (x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
                    .add_extension(x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.5.5.7.1.26"), NUMBER_LIST), False)
                    .sign(new_key(), hashes.SHA256()))
        with open(self.network.path("provider/delegate.csr"), "wb") as file:
            file.write(delegate.public_bytes(serialization.Encoding.PEM))
        issued = self.network.stictl_json("ca", "delegate", "issue", "--csr", self.network.path("provider/delegate.csr"),
                                          "--organization", "Corner Shop", "--days", "30")[1]
        chain = certificates_of(issued["chain_pem"])
        self.assertEqual(len(chain), 3)
        self.assertEqual(chain[0].subject.rfc4514_string(), f"CN=Delegate of {SPC},O=Corner Shop,C=US")
        with open(self.network.path("provider/delegate.pem"), "w", encoding="ascii") as file:
            file.write(issued["chain_pem"])
        verified = subprocess.run(["openssl", "verify", "-x509_strict", "-CAfile", self.network.path("ca/root.pem"), "-untrusted",
                                   self.network.path("provider/delegate.pem"), self.network.path("provider/delegate.pem")],
                                  capture_output=True, text=True, check=False)
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)
        # SHAKEN certificates are the STI-CA's to issue.
        with channel(self.network, "sti-ca", "sti-as") as ca:
            self.assertEqual(Request(self.network, SPC).send(ca), "CSR_INVALID")
        self.assertEqual(base64.b16encode(chain[0].serial_number.to_bytes(20, "big")).decode().lstrip("0"), issued["serial"])


if __name__ == "__main__":
    unittest.main()
