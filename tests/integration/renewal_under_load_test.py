"""Certificates of sti-as are renewed while calls are signed as fast as they can: none fails, each is signed with a
certificate that was published before. Import of a certificate bought elsewhere, and what the self-check says."""

import os
import ssl
import sys
import threading
import types
import unittest
import urllib.request

from cryptography import x509
from cryptography.hazmat.primitives import serialization

sys.path.insert(0, os.path.abspath("tests/integration"))
sys.path.insert(0, os.path.abspath("tools/story"))
# pylint: disable=wrong-import-position
import client  # noqa: E402
from network import free_ports  # noqa: E402
from subscriber import spc_list, thumbprint  # noqa: E402
from suite_network import CALLED, CALLER, NetworkTest  # noqa: E402

THREADS, RENEWALS = 4, 5


class Caller(threading.Thread):
    """Signs call after call on a connection of its own."""

    def __init__(self, network, stop):
        super().__init__(daemon=True)
        self.network, self.stop = network, stop
        self.errors, self.count, self.identities = [], 0, {}

    def run(self):
        messages, services = client.stubs("authentication")
        calls = client.stubs("call")[0]
        request = messages.SignRequest(orig=calls.Party(tn=CALLER), dest=calls.Destination(tn=[CALLED]), attest=calls.ATTESTATION_A)
        with client.channel(self.network, "sti-as", "sbc") as channel:
            stub = services.AuthenticationStub(channel)
            while not self.stop.is_set():
                try:
                    signed = stub.Sign(request, timeout=30)
                    self.count += 1
                    self.identities[signed.x5u] = signed.identity
                except Exception as error:  # pylint: disable=broad-except
                    self.errors.append(str(error))
                    return


class RenewalUnderLoadTest(NetworkTest):
    @classmethod
    def prepare(cls, network):
        network.ports["published"] = free_ports(("published",))["published"]
        own = f"https://127.0.0.1:{network.ports['published']}"
        # The first line goes on with the provider.
        network.extra["sti-as"] += (
            f"    publication: {{public_url: \"{own}\", https: {{listen: \"{own[8:]}\", certificate_file: tls/sti-as.pem, "
            "key_file: tls/sti-as.key}}\nadmins: [admin]\n")

    def signer(self):
        return self.network.stictl_json("as", "signer", "list")[1]["signers"][0]

    def current(self):
        found = [c for c in self.signer()["certificates"] if c["use"] == "USE_CURRENT"]
        self.assertEqual(len(found), 1)
        return found[0]

    def test_1_certificates_are_renewed_without_one_failed_or_unsigned_call(self):
        client.stubs("authentication")
        stop = threading.Event()
        callers = [Caller(self.network, stop) for _ in range(THREADS)]
        first = self.current()["x5u"]
        for caller in callers:
            caller.start()
        used = [first]
        try:
            for _ in range(RENEWALS):
                renewed = self.network.stictl_json("as", "signer", "renew")[1]["certificate"]["x5u"]
                self.assertNotIn(renewed, used)
                self.network.wait_until(lambda url=renewed: self.current()["x5u"] == url, "the new certificate to be used", 60)
                # Every caller has signed with it.
                self.network.wait_until(lambda url=renewed: all(url in caller.identities or caller.errors for caller in callers),
                                        "calls to be signed with it", 60)
                used.append(renewed)
        finally:
            stop.set()
            for caller in callers:
                caller.join(60)
        self.assertEqual([error for caller in callers for error in caller.errors], [])
        self.assertGreater(sum(caller.count for caller in callers), THREADS * (RENEWALS + 1))
        for caller in callers:
            self.assertEqual(set(caller.identities), set(used))
        # sti-vs downloads each from its x5u.
        for identity in callers[0].identities.values():
            self.assert_passes(identity)

    def test_2_the_certificate_in_use_survives_a_restart(self):
        before = self.current()
        self.network.stop("sti-as")
        self.network.start("sti-as")
        self.network.wait_until(lambda: self.network.stictl_process("as", "signer", "list").returncode == 0, "sti-as to answer", 30)
        self.assertEqual(self.current(), before)
        self.assert_passes(self.sign()["identity"])

    def test_3_the_self_check_has_nothing_that_verifiers_refuse(self):
        result = self.network.stictl_json("as", "signer", "check")[1]["result"]
        errors = {finding["name"] for finding in result.get("findings", []) if finding["severity"] == "error"}
        # The repository of this network has a port that the kernel chose.
        self.assertLessEqual(errors, {"x5u_port"})
        self.assertNotIn("trust_unknown", {finding["name"] for finding in result.get("findings", [])})

    def test_4_a_certificate_for_another_key_is_refused_and_names_the_field(self):
        csr = self.network.stictl("as", "signer", "request")
        self.assertTrue(csr.startswith("-----BEGIN CERTIFICATE REQUEST-----"), csr)
        refused = self.network.stictl_process("as", "signer", "import", self.network.path("ca/root.pem"), "--x5u",
                                              "https://cr.example.net/1.pem")
        self.assertEqual(refused.returncode, 3)
        self.assertIn("KEY_MISMATCH", refused.stderr)

    def buy(self, csr_pem):
        """What a CA elsewhere does with the request."""
        csr = x509.load_pem_x509_csr(csr_pem.encode())
        self.assertTrue(csr.is_signature_valid)
        key = types.SimpleNamespace(public_key=csr.public_key)
        messages, services = client.stubs("spc_tokens")
        with client.channel(self.network, "sti-pa", "sti-as") as channel:
            token = services.SpcTokensStub(channel).IssueToken(messages.IssueTokenRequest(
                tn_auth_list=spc_list(self.network.spc), fingerprint=thumbprint(key)), timeout=10).token
        messages, services = client.stubs("certificate_authority")
        with client.channel(self.network, "sti-ca", "sti-as") as channel:
            return services.CertificateAuthorityStub(channel).IssueCertificate(messages.IssueCertificateRequest(
                csr=csr.public_bytes(serialization.Encoding.DER), spc_token=token), timeout=10)

    def take(self, chain_pem, *more):
        with open(self.network.path("bought.pem"), "w", encoding="ascii") as file:
            file.write(chain_pem)
        url = self.network.stictl_json("as", "signer", "import", file.name, *more)[1]["certificate"]["x5u"]
        self.network.wait_until(lambda: self.current()["x5u"] == url, "the imported certificate to be used", 60)
        return url

    def test_5_a_certificate_bought_elsewhere_is_signed_with(self):
        bought = self.buy(self.network.stictl("as", "signer", "request"))
        self.assertEqual(self.take(bought.chain_pem, "--x5u", bought.x5u), bought.x5u)
        self.assertEqual(self.current()["serial"], bought.serial)
        self.assert_passes(self.sign()["identity"])

    def test_6_without_url_it_is_published_here(self):
        bought = self.buy(self.network.stictl("as", "signer", "request"))
        # Its port is none that the self-check of this network may ask, so it would wait for the last moment.
        with open(self.network.path("bought.pem"), "w", encoding="ascii") as file:
            file.write(bought.chain_pem)
        url = self.network.stictl_json("as", "signer", "import", file.name)[1]["certificate"]["x5u"]
        self.assertTrue(url.startswith(f"https://127.0.0.1:{self.network.ports['published']}/certs/"), url)
        context = ssl.create_default_context(cafile=self.network.path("tls/ca.pem"))
        for _ in range(2):
            with urllib.request.urlopen(url, context=context, timeout=10) as answer:
                self.assertEqual(answer.read().decode(), bought.chain_pem)
                self.assertEqual(answer.headers["Content-Type"], "application/pem-certificate-chain")
                self.assertEqual(answer.headers["Cache-Control"], "public, max-age=86400, immutable")
            self.network.stop("sti-as")
            self.network.start("sti-as")
            self.network.wait_until(lambda: self.network.stictl_process("as", "signer", "list").returncode == 0, "sti-as", 30)
        uses = {certificate["use"]: certificate["x5u"] for certificate in self.signer()["certificates"]}
        self.assertEqual(uses["USE_NEXT"], url)
        self.assertNotEqual(uses["USE_CURRENT"], url)
        self.assertTrue(any("not seen at" in lacking for lacking in self.signer()["lacking"]), self.signer())

    def test_7_nobody_but_admins_may(self):
        for command in ("list", "renew", "request", "check"):
            refused = self.network.stictl_process("as", "signer", command, config="sbc.yaml")
            self.assertEqual(refused.returncode, 3, command)
            self.assertIn("PERMISSION_DENIED", refused.stderr)

    def test_8_the_self_check_tells_of_a_revocation(self):
        def errors():
            result = self.network.stictl_json("as", "signer", "check")[1]["result"]
            return {finding["name"] for finding in result.get("findings", []) if finding["severity"] == "error"}

        self.assertNotIn("revoked", errors())
        self.network.stictl("ca", "revoke", self.current()["serial"], "--reason", "4", "--yes")
        self.network.wait_until(lambda: "revoked" in errors(), "the STI-PA's CRL to name it", 60)


if __name__ == "__main__":
    unittest.main()
