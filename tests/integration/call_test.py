"""Calls as an SBC makes them, over mutual TLS, with a client in another language."""

import base64
import os
import ssl
import subprocess
import sys
import time
import unittest
import urllib.request

import grpc
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

sys.path.insert(0, os.path.abspath("tests/integration"))
# pylint: disable=wrong-import-position
import client  # noqa: E402
from suite_network import CALLED, CALLER, NetworkTest  # noqa: E402

PASSED = "TN-Validation-Passed"


def unb64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class CallTest(NetworkTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calls, services = client.stubs("authentication")
        cls.verdicts, verification = client.stubs("verification")
        cls.party = client.stubs("call")[0]
        cls.sti_as = services.AuthenticationStub(client.channel(cls.network, "sti-as", "sbc"))
        cls.sti_vs = verification.VerificationStub(client.channel(cls.network, "sti-vs", "sbc"))

    def request(self, **changes):
        fields = {"orig": self.party.Party(tn="+1 (215) 555-0121"), "dest": self.party.Destination(tn=[CALLED]),
                  "attest": self.party.ATTESTATION_A, **changes}
        return self.calls.SignRequest(**fields)

    def refused(self, **changes):
        with self.assertRaises(grpc.RpcError) as caught:
            self.sti_as.Sign(self.request(**changes))
        return caught.exception

    def test_python_cryptography_verifies_what_sti_as_signs(self):
        response = self.sti_as.Sign(self.request())
        context = ssl.create_default_context(cafile=self.network.path("tls/ca.pem"))
        with urllib.request.urlopen(response.x5u, context=context) as answer:
            self.assertEqual(answer.headers["Content-Type"], "application/pem-certificate-chain")
            self.assertIn("max-age=", answer.headers["Cache-Control"])
            self.assertTrue(answer.headers["ETag"])
            leaf = x509.load_pem_x509_certificate(answer.read())
        head, _, signature = response.passport.rpartition(".")
        raw = unb64url(signature)
        self.assertEqual(len(raw), 64)
        der = utils.encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
        leaf.public_key().verify(der, head.encode(), ec.ECDSA(hashes.SHA256()))
        tn_auth_list = leaf.extensions.get_extension_for_oid(x509.ObjectIdentifier("1.3.6.1.5.5.7.1.26")).value.value
        self.assertEqual(tn_auth_list.hex(), "3008a006160431323334")
        claims = unb64url(response.passport.split(".")[1]).decode()
        self.assertEqual(claims, f'{{"attest":"A","dest":{{"tn":["{CALLED}"]}},"iat":{response.iat},'
                                 f'"orig":{{"tn":"{CALLER}"}},"origid":"{response.origid}"}}')

    def test_openssl_accepts_the_issued_chain(self):
        serial = self.network.stictl_json("ca", "list")[1]["certificates"][0]["serial"]
        chain = self.network.stictl_json("ca", "show", serial)[1]["chain_pem"]
        leaf, issuing = [block + "-----END CERTIFICATE-----\n" for block in chain.split("-----END CERTIFICATE-----\n")[:2]]
        for name, pem in (("leaf.pem", leaf), ("issuing-published.pem", issuing)):
            with open(self.network.path(name), "w", encoding="ascii") as file:
                file.write(pem)
        subprocess.run(["openssl", "verify", "-x509_strict", "-CAfile", self.network.path("ca/root.pem"), "-untrusted",
                        self.network.path("issuing-published.pem"), self.network.path("leaf.pem")], check=True,
                       capture_output=True)

    def test_bad_requests_name_reason_and_field(self):
        tn, uri = self.party.Party, self.party.Destination
        cases = [
            ({"orig": None}, "MISSING_FIELD", "orig"),
            ({"orig": tn(tn="12x")}, "TELEPHONE_NUMBER_INVALID", "orig.tn"),
            ({"dest": None}, "MISSING_FIELD", "dest"),
            ({"dest": uri(tn=[CALLED, ""])}, None, "dest.tn[1]"),
            ({"attest": 9}, "ATTEST_INVALID", "attest"),
            ({"origid": "not-a-uuid"}, "INVALID_FIELD", "origid"),
            ({"ppt": "nonsense"}, "PPT_UNSUPPORTED", "ppt"),
            ({"iat": int(time.time()) - 120}, "IAT_STALE", "iat"),
            ({"iat": int(time.time()) + 120}, "IAT_IN_FUTURE", "iat"),
        ]
        # The policy decides, and knows nobody here.
        undecided = client.error_detail(self.refused(attest=0))
        self.assertEqual((undecided.reason, undecided.field), ("CUSTOMER_UNKNOWN", "customer"))
        for changes, reason, field in cases:
            with self.subTest(changes=changes):
                error = self.refused(**changes)
                detail = client.error_detail(error)
                self.assertEqual(error.code(), grpc.StatusCode.INVALID_ARGUMENT, detail)
                self.assertEqual(detail.field, field)
                if reason:
                    self.assertEqual(detail.reason, reason)
                self.assertTrue(detail.text)

    def test_a_batch_keeps_order_and_fails_row_by_row(self):
        requests = [self.request(), self.request(orig=None), self.request(attest=self.party.ATTESTATION_C)]
        results = self.sti_as.SignBatch(self.calls.SignBatchRequest(requests=requests)).results
        self.assertEqual([row.WhichOneof("result") for row in results], ["response", "error", "response"])
        self.assertEqual(results[1].error.reason, "MISSING_FIELD")
        verifications = [self.verdicts.VerifyRequest(identity=[row.response.identity], to=CALLED, **{"from": CALLER})
                         for row in results if row.HasField("response")]
        verifications.insert(1, self.verdicts.VerifyRequest(to=CALLED))
        rows = self.sti_vs.VerifyBatch(self.verdicts.VerifyBatchRequest(requests=verifications)).results
        self.assertEqual([row.WhichOneof("result") for row in rows], ["response", "error", "response"])
        self.assertEqual([row.response.attestation for row in rows if row.HasField("response")],
                         [self.party.ATTESTATION_A, self.party.ATTESTATION_C])

    def test_a_batch_beyond_the_limit_is_refused_whole(self):
        with self.assertRaises(grpc.RpcError) as caught:
            self.sti_as.SignBatch(self.calls.SignBatchRequest(requests=[self.request()] * 257))
        self.assertEqual(client.error_detail(caught.exception).reason, "TOO_LARGE")

    def test_sip_forms_of_the_numbers_are_understood(self):
        identity = self.sti_as.Sign(self.request()).identity
        request = self.verdicts.VerifyRequest(
            identity=["Identity: " + identity], to=f"<sip:+{CALLED};npdi@example.com;user=phone>;tag=1",
            p_asserted_identity=[f"tel:+{CALLER}"], **{"from": '"Anonymous" <sip:anonymous@anonymous.invalid>'})
        verdict = self.sti_vs.Verify(request)
        self.assertEqual(verdict.verstat, PASSED, verdict)
        self.assertEqual(verdict.signer.spc, "1234")

    def test_one_valid_header_among_bad_ones_suffices(self):
        identity = self.sti_as.Sign(self.request()).identity
        verdict = self.verify(identity.replace("eyJ", "eyK", 1), identity)
        self.assertEqual(verdict["verstat"], PASSED, verdict)
        self.assertNotEqual(verdict["headers"][0]["reason"], "NONE")

    def test_only_listed_clients_may_sign_and_verify(self):
        for daemon in ("sti-as", "sti-vs"):
            name, message = ("authentication", "SignRequest") if daemon == "sti-as" else ("verification", "VerifyRequest")
            messages, services = client.stubs(name)
            stub_type = services.AuthenticationStub if daemon == "sti-as" else services.VerificationStub
            stub = stub_type(client.channel(self.network, daemon, "attacker"))
            with self.assertRaises(grpc.RpcError) as caught:
                (stub.Sign if daemon == "sti-as" else stub.Verify)(getattr(messages, message)())
            self.assertEqual(caught.exception.code(), grpc.StatusCode.PERMISSION_DENIED)

    def test_admin_rpcs_are_for_admins(self):
        for name, stub_name, daemon, method, request in (
                ("policy_admin", "PolicyAdminStub", "sti-pa", "ListProviders", "ListProvidersRequest"),
                ("certificate_authority", "AuthorityAdminStub", "sti-ca", "ListCertificates", "ListCertificatesRequest")):
            messages, services = client.stubs(name)
            stub = getattr(services, stub_name)(client.channel(self.network, daemon, "sbc"))
            with self.assertRaises(grpc.RpcError) as caught:
                getattr(stub, method)(getattr(messages, request)())
            self.assertEqual(client.error_detail(caught.exception).reason, "PERMISSION_DENIED")

    def test_a_stranger_gets_no_token(self):
        messages, services = client.stubs("spc_tokens")
        stub = services.SpcTokensStub(client.channel(self.network, "sti-pa", "attacker"))
        with self.assertRaises(grpc.RpcError) as caught:
            stub.IssueToken(messages.IssueTokenRequest(tn_auth_list=bytes.fromhex("3008a006160431323334"),
                                                       fingerprint="SHA256 " + ":".join(["AB"] * 32)))
        self.assertEqual(client.error_detail(caught.exception).reason, "PROVIDER_UNKNOWN")

    def test_a_provider_gets_no_token_for_another_spc(self):
        messages, services = client.stubs("spc_tokens")
        stub = services.SpcTokensStub(client.channel(self.network, "sti-pa", "sti-as"))
        with self.assertRaises(grpc.RpcError) as caught:
            stub.IssueToken(messages.IssueTokenRequest(tn_auth_list=bytes.fromhex("3008a006160439393939"),
                                                       fingerprint="SHA256 " + ":".join(["AB"] * 32)))
        self.assertEqual(client.error_detail(caught.exception).reason, "SPC_NOT_ASSIGNED")

    def test_without_a_client_certificate_nothing_is_served(self):
        with open(self.network.path("tls/ca.pem"), "rb") as file:
            credentials = grpc.ssl_channel_credentials(file.read())
        for daemon in ("sti-as", "sti-vs", "sti-ca", "sti-pa"):
            messages, services = client.stubs("authentication")
            channel = grpc.secure_channel(f"127.0.0.1:{self.network.ports[daemon]}", credentials)
            with self.assertRaises(grpc.RpcError) as caught:
                services.AuthenticationStub(channel).Sign(messages.SignRequest(), timeout=5)
            self.assertEqual(caught.exception.code(), grpc.StatusCode.UNAVAILABLE)

    def test_all_four_daemons_report_health(self):
        done = self.network.stictl_process("health")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(done.stdout.count("SERVING"), 4)


if __name__ == "__main__":
    unittest.main()
