"""A real sti-vs against certificate repositories that mean harm, or are broken: each gives its Reason, and calls whose
certificate is cached pass meanwhile. What libcurl alone can show is in common/http/fetcher_test.cc."""

import datetime
import ipaddress
import json
import os
import subprocess
import sys
import unittest

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

sys.path.insert(0, os.path.abspath("tests/integration"))
# pylint: disable=wrong-import-position
import repository as hostile  # noqa: E402
from independent_signer import IndependentSigner  # noqa: E402
from suite_network import CALLED, CALLER, NetworkTest  # noqa: E402

HOST = "127.0.0.2"  # the only special address that this sti-vs may connect to
PASSED, NONE, FAILED = "TN-Validation-Passed", "No-TN-Validation", "TN-Validation-Failed"
UNAVAILABLE, TIMEOUT, REFUSED = "CERTIFICATE_UNAVAILABLE", "CERTIFICATE_FETCH_TIMEOUT", "CERTIFICATE_ADDRESS_REFUSED"
DAY = datetime.timedelta(days=1)


def tls_certificate(network, name, address, begins, ends):
    """A server certificate of the network's TLS CA; the paths of certificate and key."""
    with open(network.path("tls/ca.pem"), "rb") as file:
        ca = x509.load_pem_x509_certificate(file.read())
    with open(network.path("tls/ca.key"), "rb") as file:
        ca_key = serialization.load_pem_private_key(file.read(), None)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    certificate = (x509.CertificateBuilder().subject_name(subject).issuer_name(ca.subject).public_key(key.public_key())
                   .serial_number(x509.random_serial_number()).not_valid_before(begins).not_valid_after(ends)
                   .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), False)
                   .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca.public_key()), False)
                   .add_extension(x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.SERVER_AUTH]), False)
                   .sign(ca_key, hashes.SHA256()))
    paths = network.path(f"{name}.pem"), network.path(f"{name}.key")
    with open(paths[0], "wb") as file:
        file.write(certificate.public_bytes(serialization.Encoding.PEM))
    with open(paths[1], "wb") as file:
        file.write(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                     serialization.NoEncryption()))
    return paths


class HostileRepositoryTest(NetworkTest):
    @classmethod
    def prepare(cls, network):
        now = datetime.datetime.now(datetime.timezone.utc)
        good = network.path("tls/sti-ca.pem"), network.path("tls/sti-ca.key")
        cls.repositories = {
            "good": hostile.Repository(*good, host=HOST),
            "wrong-name": hostile.Repository(*tls_certificate(network, "wrong-name", "127.0.0.99", now - DAY, now + DAY), host=HOST),
            "expired": hostile.Repository(*tls_certificate(network, "expired", HOST, now - 2 * DAY, now - DAY), host=HOST),
        }
        network.stictl("dev-pki", "--out", network.path("foreign"), "--name", "sti-ca", "--ip", HOST)
        cls.repositories["foreign"] = hostile.Repository(network.path("foreign/sti-ca.pem"), network.path("foreign/sti-ca.key"),
                                                         host=HOST)
        cls.repositories["elsewhere"] = hostile.Repository(*good)  # 127.0.0.1, where a name leads that an attacker chose
        ports = [443, *(one.port for one in cls.repositories.values())]
        configuration = network.configuration

        def changed():
            files = configuration()
            head, _, tail = files["sti-vs.yaml"].partition("download: {")
            files["sti-vs.yaml"] = (head + f'download: {{ca_file: tls/ca.pem, allowed_special_addresses: ["{HOST}/32"], '
                                    f"timeout_ms: 1000, allowed_ports: {ports}}}" + tail.partition("}")[2])
            return files
        network.configuration = changed

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.good = cls.repositories["good"]
        cls.cached = cls.signer_at("/cached.pem")

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        for one in cls.repositories.values():
            one.stop()

    @classmethod
    def signer_at(cls, path, behaviour=None, repository=None, **more):
        """A signer whose certificate is at `path`; `behaviour` says how it is delivered, given the chain."""
        repository = repository or cls.good
        signer = IndependentSigner(cls.network, repository.url(path), **more)
        repository.paths[path] = (behaviour or hostile.document)(signer.chain)
        return signer

    def judge(self, signer, **more):
        """Reason, SIP code and verstat of a call that this signer signed."""
        verdict = self.verify(signer.identity(**more))
        return verdict["headers"][0]["reason"], verdict["sip_code"], verdict["verstat"]

    def assert_cached_call_passes(self):
        self.assertEqual(self.judge(self.cached), ("NONE", 0, PASSED))

    def test_bad_answers_have_their_reason(self):
        rows = [
            ("tarpit", lambda chain: hostile.tarpit, TIMEOUT),
            ("drip", lambda chain: hostile.drip, TIMEOUT),
            ("endless-body", lambda chain: hostile.endless_body, UNAVAILABLE),
            ("endless-header", lambda chain: hostile.endless_header, UNAVAILABLE),
            ("oversize", lambda chain: hostile.document(chain + b"\n" * (32 * 1024 + 1 - len(chain))), UNAVAILABLE),
            ("header", lambda chain: hostile.document(chain, "X-Filler: " + "x" * 17000), UNAVAILABLE),
            ("truncated", hostile.truncated, UNAVAILABLE),
            ("reset", lambda chain: hostile.reset, UNAVAILABLE),
            ("500", lambda chain: hostile.status("500 Internal Server Error"), UNAVAILABLE),
            ("404", lambda chain: hostile.status("404 Not Found"), UNAVAILABLE),
            ("204", lambda chain: hostile.status("204 No Content"), UNAVAILABLE),
            ("redirect", lambda chain: hostile.status("302 Found", "Location: /target.pem"), UNAVAILABLE),
            ("redirect-private", lambda chain: hostile.status("301 Moved Permanently", "Location: https://10.0.0.1/"), UNAVAILABLE),
            ("redirect-plain", lambda chain: hostile.status("307 Temporary Redirect", f"Location: http://{HOST}/"), UNAVAILABLE),
        ]
        self.good.paths["/target.pem"] = hostile.document(self.cached.chain)
        for name, behaviour, reason in rows:
            with self.subTest(name=name):
                signer = self.signer_at(f"/{name}.pem", behaviour)
                self.assertEqual(self.judge(signer), (reason, 436, NONE))
                self.assertEqual(self.good.requests[f"/{name}.pem"], 1)
        self.assertEqual(self.good.requests["/target.pem"], 0, "a redirect was followed")
        self.assert_cached_call_passes()

    def test_chain_may_be_as_long_as_the_limit(self):
        limit = lambda chain: hostile.document(chain + b"\n" * (32 * 1024 - len(chain)))  # noqa: E731
        self.assertEqual(self.judge(self.signer_at("/at-limit.pem", limit)), ("NONE", 0, PASSED))

    def test_bad_chains_have_their_reason(self):
        with open(self.network.path("ca/issuing.key"), "rb") as file:
            stray_key = file.read()
        issuing = self.cached.issuing_pem
        rows = [
            ("eleven", lambda chain: chain + issuing * 9, "CERTIFICATE_CHAIN_TOO_LONG"),
            ("garbage", lambda chain: b"SECRET-GARBAGE", "CERTIFICATE_MALFORMED"),
            ("empty", lambda chain: b"", "CERTIFICATE_MALFORMED"),
            ("half", lambda chain: chain[:300], "CERTIFICATE_MALFORMED"),
            ("key", lambda chain: chain + stray_key, "CERTIFICATE_MALFORMED"),
            ("leaf-alone", lambda chain: chain[:-len(issuing)], "CERTIFICATE_UNTRUSTED"),
        ]
        for name, body, reason in rows:
            with self.subTest(name=name):
                signer = self.signer_at(f"/{name}.pem", lambda chain, body=body: hostile.document(body(chain)))
                got, code, verstat = self.judge(signer)
                self.assertEqual((got, code, verstat), (reason, 437, FAILED))
        self.assert_cached_call_passes()

    def test_content_type_does_not_matter(self):
        for number, content_type in enumerate(("text/html", "application/x-pem-file", None)):
            signer = self.signer_at(f"/type-{number}.pem", lambda chain, t=content_type: hostile.document(chain, content_type=t))
            self.assertEqual(self.judge(signer), ("NONE", 0, PASSED), content_type)

    def test_bad_tls_is_refused(self):
        for name in ("wrong-name", "expired", "foreign"):
            with self.subTest(name=name):
                repository = self.repositories[name]
                self.assertEqual(self.judge(self.signer_at("/chain.pem", repository=repository)), (UNAVAILABLE, 436, NONE))
                self.assertEqual(repository.requests["/chain.pem"], 0, "the URL went to a server that nobody vouches for")

    def test_names_and_addresses_of_inner_networks_are_refused(self):
        port = self.repositories["elsewhere"].port
        hosts = ["localhost", "127.0.0.1", "10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
                 "[::1]", "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "[fe80::1]", "[fc00::1]", "[64:ff9b::7f00:1]"]
        for host in hosts:
            with self.subTest(host=host):
                signer = IndependentSigner(self.network, f"https://{host}:{port}/chain.pem")
                reason, code, verstat = self.judge(signer)
                # A machine without IPv6 cannot look an IPv6 address up.
                self.assertIn(reason, (REFUSED, UNAVAILABLE) if host.startswith("[") else (REFUSED,))
                self.assertEqual((code, verstat), (436, NONE))
        self.assertEqual(self.repositories["elsewhere"].connections, 0, "a refused address was connected to")

    def test_ports_and_schemes_that_are_not_allowed_are_no_urls(self):
        for url in (f"https://{HOST}:22/chain.pem", f"http://{HOST}:443/chain.pem", "file:///etc/passwd", "ftp://x/chain.pem"):
            self.assertEqual(self.judge(IndependentSigner(self.network, url)), ("INFO_INVALID", 436, NONE), url)

    def test_failure_is_remembered_for_a_while(self):
        signer = self.signer_at("/negative.pem", lambda chain: hostile.status("503 Service Unavailable"))
        for _ in range(3):
            self.assertEqual(self.judge(signer), (UNAVAILABLE, 436, NONE))
        self.assertEqual(self.good.requests["/negative.pem"], 1)

    def verify_in_background(self, identity):
        command = [self.network.binaries["stictl"], "--config", self.network.path("sbc.yaml"), "--output", "json", "call", "verify",
                   "--from", CALLER, "--to", CALLED, "--identity", identity]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def test_many_calls_share_one_download_and_hold_up_nobody(self):
        signer = self.signer_at("/shared-tarpit.pem", lambda chain: hostile.tarpit)
        self.assert_cached_call_passes()
        waiting = [self.verify_in_background(signer.identity()) for _ in range(6)]
        self.assertTrue(hostile.wait_for(lambda: self.good.requests["/shared-tarpit.pem"] > 0))
        self.assert_cached_call_passes()
        for one in waiting:
            out, error = one.communicate(timeout=30)
            self.assertEqual(json.loads(out)["headers"][0]["reason"], TIMEOUT, error)
        # A late starter may have come after the first one's end; then the failure was remembered.
        self.assertEqual(self.good.requests["/shared-tarpit.pem"], 1)

    def test_certificate_that_is_swapped_is_fetched_anew_once(self):
        before = self.signer_at("/swapped.pem")
        self.assertEqual(self.judge(before), ("NONE", 0, PASSED))
        self.assertEqual(self.judge(before), ("NONE", 0, PASSED))
        self.assertEqual(self.good.requests["/swapped.pem"], 1)
        after = self.signer_at("/swapped.pem")
        # A chain that was fetched in the last ten seconds is believed to be the current one.
        self.assertTrue(hostile.wait_for(lambda: self.judge(after) == ("NONE", 0, PASSED), seconds=40))
        self.assertEqual(self.good.requests["/swapped.pem"], 2)
        # Whoever sends bad signatures does not make it download each time: six a minute and URL are the most.
        for _ in range(12):
            self.assertEqual(self.judge(before), ("SIGNATURE_INVALID", 438, FAILED))
        self.assertLess(self.good.requests["/swapped.pem"], 10)
        self.assertEqual(self.judge(after), ("NONE", 0, PASSED))

    def test_nothing_that_a_repository_sends_is_repeated(self):
        for path, behaviour in (("/phrase.pem", lambda chain: hostile.status("500 SECRET-PHRASE", "X-Secret: SECRET-FIELD")),
                                ("/text.pem", lambda chain: hostile.document(b"SECRET-BODY"))):
            self.assertNotIn("SECRET", json.dumps(self.verify(self.signer_at(path, behaviour).identity())))
        with open(self.network.path("sti-vs.log"), encoding="utf-8", errors="replace") as file:
            self.assertNotIn("SECRET", file.read())


if __name__ == "__main__":
    unittest.main()
