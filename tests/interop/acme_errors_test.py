"""The rules of RFC 8555 that a client can break, one by one, and the problem document for each; every error type that this
CA gives."""

import base64
import os
import signal
import sys
import time
import unittest

sys.path.insert(0, os.path.abspath("tests/interop"))
# pylint: disable=wrong-import-position
from acme_network import SPC, AcmeTest, b64url, der, fingerprint, jwk_of, make_csr, new_key, tn_auth_list  # noqa: E402
from cryptography import x509  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: E402
from raw_acme import URN, RawAcme, es256, flattened, hs256  # noqa: E402

TN = b64url(tn_auth_list(SPC))


def rfc3339(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


class AcmeErrorsTest(AcmeTest):
    acme = "orders_per_hour: 0, token_authority: \"https://pa.example.net/token\", website: \"https://ca.example.net/\""

    def setUp(self):
        self.acme = RawAcme(self.network, new_key())
        self.assertEqual(self.acme.register(contact=["mailto:noc@example.net"]).status, 201)
        self.new_order_url = self.acme.directory["newOrder"]

    def assert_problem(self, answer, error, status):
        self.assertEqual((answer.problem, answer.status), (error, status), answer.body)
        self.assertIn(f"<{self.network.acme_url}directory>;rel=\"index\"", answer.links)
        return answer

    def ready_order(self, acme=None, **fields):
        acme = acme or self.acme
        order = acme.order(TN, **fields)
        self.assertEqual(order.status, 201, order.body)
        challenge = acme.answer_challenge(order.json, self.network.spc_token(fingerprint(acme.key)))
        self.assertEqual(challenge.json["status"], "valid", challenge.body)
        return order.headers["location"], order.json

    def finalize(self, order, csr, acme=None):
        return (acme or self.acme).post(order["finalize"], {"csr": b64url(csr)})

    def issued(self, key, acme=None, **fields):
        """(order URL, order, leaf in DER)"""
        acme = acme or self.acme
        url, order = self.ready_order(acme, **fields)
        answer = self.finalize(order, der(make_csr(key)), acme)
        self.assertEqual(answer.json["status"], "valid", answer.body)
        chain = acme.post(answer.json["certificate"])
        self.assertEqual(chain.headers["content-type"], "application/pem-certificate-chain")
        return url, answer.json, der(x509.load_pem_x509_certificate(chain.body))

    # --- s7.1, s7.2

    def test_directory_and_nonces(self):
        directory = self.acme.http("GET", self.network.acme_url + "directory")
        self.assertEqual(directory.json["meta"], {"externalAccountRequired": False, "website": "https://ca.example.net/"})
        self.assertEqual(set(directory.json), {"newNonce", "newAccount", "newOrder", "revokeCert", "keyChange", "renewalInfo", "meta"})
        self.assertEqual(directory.links, [])
        for method, status in (("HEAD", 200), ("GET", 204)):
            answer = self.acme.http(method, directory.json["newNonce"])
            self.assertEqual((answer.status, answer.headers["cache-control"]), (status, "no-store"))
            self.assertRegex(answer.headers["replay-nonce"], "^[A-Za-z0-9_-]{22,}$")
        self.assertEqual(self.acme.post(directory.json["newNonce"]).status, 204)
        self.assertEqual(self.acme.post(self.network.acme_url + "directory").json, directory.json)

    def test_nonce_serves_once_and_every_answer_to_a_post_brings_another(self):
        nonce = self.acme.nonce()
        first = self.acme.post(self.acme.kid, change={"nonce": nonce})
        self.assertEqual(first.status, 200)
        again = self.assert_problem(self.acme.post(self.acme.kid, change={"nonce": nonce}), "badNonce", 400)
        for fresh in (first.headers["replay-nonce"], again.headers["replay-nonce"]):
            self.assertEqual(self.acme.post(self.acme.kid, change={"nonce": fresh}).status, 200)
        self.assert_problem(self.acme.post(self.acme.kid, change={"nonce": None}), "badNonce", 400)
        self.assert_problem(self.acme.post(self.acme.kid, change={"nonce": b64url(bytes(40))}), "badNonce", 400)
        self.assert_problem(self.acme.post(self.acme.kid, change={"nonce": "not+base64url="}), "malformed", 400)

    def test_nonce_outlives_a_restart_and_so_does_its_use(self):
        kept, used = self.acme.nonce(), self.acme.nonce()
        self.assertEqual(self.acme.post(self.acme.kid, change={"nonce": used}).status, 200)
        self.network.stop("sti-ca")
        self.network.start("sti-ca")
        self.network.wait_until(lambda: self.network.serving("ca"), "sti-ca to serve")
        self.assertEqual(self.acme.post(self.acme.kid, change={"nonce": kept}).status, 200)
        self.assert_problem(self.acme.post(self.acme.kid, change={"nonce": used}), "badNonce", 400)

    def test_what_was_answered_survives_a_kill(self):
        url, order = self.ready_order()
        key = new_key()
        _, issued, leaf = self.issued(key)
        self.network.stop("sti-ca", signal.SIGKILL)
        self.network.start("sti-ca")
        self.network.wait_until(lambda: self.network.serving("ca"), "sti-ca to serve")
        self.assertEqual(self.acme.post(self.acme.kid).json["status"], "valid")
        self.assertEqual(self.acme.post(url).json["status"], "ready")
        self.assertEqual(der(x509.load_pem_x509_certificate(self.acme.post(issued["certificate"]).body)), leaf)
        self.assertEqual(self.finalize(order, der(make_csr(new_key()))).json["status"], "valid")

    # --- s6: the JWS

    def test_content_type_method_and_path(self):
        jws = flattened(self.acme.header(self.acme.kid), None, lambda text: es256(self.acme.key, text))
        self.assert_problem(self.acme.send(self.acme.kid, jws, "application/json"), "malformed", 415)
        for method in ("GET", "PUT", "DELETE"):
            answer = self.assert_problem(self.acme.http(method, self.new_order_url), "malformed", 405)
            self.assertEqual(answer.headers["allow"], "POST")
        self.assert_problem(self.acme.http("GET", self.network.acme_url + "nothing"), "malformed", 404)
        self.assert_problem(self.acme.post(self.network.acme_url + "order/0123"), "malformed", 404)

    def test_shape_of_the_jws(self):
        def jws(**change):
            good = flattened(self.acme.header(self.acme.kid), None, lambda text: es256(self.acme.key, text))
            return {name: value for name, value in {**good, **change}.items() if value is not None}
        self.assertEqual(self.acme.send(self.acme.kid, jws()).status, 200)
        compact = ".".join(jws()[part] for part in ("protected", "payload", "signature"))
        for bad in (jws(header={"kid": self.acme.kid}), jws(signatures=[]), jws(protected=None), jws(payload=None),
                    jws(signature=None), jws(signature="AAAA"), jws(payload="=="), compact, "[]", b"\xff"):
            self.assert_problem(self.acme.send(self.acme.kid, bad), "malformed", 400)

    def test_protected_header(self):
        post, kid = self.acme.post, self.acme.kid
        for change in ({"jwk": jwk_of(self.acme.key)}, {"kid": None}, {"url": None}, {"crit": ["b64"], "b64": False}, {"b64": True},
                       {"kid": 7}):
            self.assert_problem(post(kid, change=change), "malformed", 400)
        self.assert_problem(post(kid, change={"url": kid + "/"}), "unauthorized", 403)
        self.assert_problem(post(kid, change={"kid": kid[:-1] + ("0" if kid[-1] != "0" else "1")}), "accountDoesNotExist", 400)
        # Each resource takes one of jwk and kid.
        self.assert_problem(post(self.new_order_url, {}, with_jwk=True), "malformed", 400)
        self.assert_problem(post(self.acme.directory["newAccount"], {}), "malformed", 400)
        self.assert_problem(post(kid, key=new_key()), "malformed", 400)

    def test_algorithms_and_keys(self):
        for alg in ("RS256", "EdDSA", "ES384", "HS256", "none", ""):
            answer = self.assert_problem(self.acme.post(self.acme.kid, change={"alg": alg}), "badSignatureAlgorithm", 400)
            self.assertEqual(answer.json["algorithms"], ["ES256"])
        mac = self.acme.post(self.acme.kid, change={"alg": "HS256"}, sign=lambda text: hs256(b"key", text))
        self.assert_problem(mac, "badSignatureAlgorithm", 400)
        public = rsa.generate_private_key(65537, 2048).public_key().public_numbers()
        rsa_jwk = {"kty": "RSA", "e": "AQAB", "n": b64url(public.n.to_bytes(256, "big"))}
        point = {**jwk_of(new_key()), "y": b64url(bytes(32))}
        for jwk in (rsa_jwk, point, {**jwk_of(new_key()), "d": b64url(bytes(32))}, "text"):
            answer = self.acme.post(self.acme.directory["newAccount"], {}, with_jwk=True, change={"jwk": jwk})
            self.assert_problem(answer, "badPublicKey", 400)

    def test_payload_must_be_empty_for_reading_and_json_otherwise(self):
        order = self.acme.order(TN)
        self.assert_problem(self.acme.post(order.headers["location"], {}), "malformed", 400)
        for payload in (b"", b"[]", b"{", b"{\"identifiers\": 7}", b"{\"identifiers\": []}", b"{\"identifiers\":[{}]}"):
            self.assert_problem(self.acme.post(self.new_order_url, payload), "malformed", 400)

    def test_bodies_beyond_the_limit(self):
        self.assertIn(self.acme.post(self.new_order_url, {"pad": "x" * 60000}).status, (400, 413))
        self.assertEqual(self.acme.send(self.new_order_url, "x" * 70000).status, 413)

    # --- s7.3: accounts

    def test_contacts(self):
        register = RawAcme(self.network, new_key()).register
        self.assert_problem(register(contact=["tel:+12155550100"]), "unsupportedContact", 400)
        for bad in ("mailto:", "mailto:a@example.net,b@example.net", "mailto:a@example.net?subject=x", "mailto:nobody",
                    "mailto:a@" + "x" * 260):
            self.assert_problem(register(contact=[bad]), "invalidContact", 400)
        self.assert_problem(register(contact="mailto:a@example.net"), "malformed", 400)
        self.assertEqual(register(contact=["mailto:a@example.net"]).status, 201)

    def test_only_return_existing(self):
        stranger = RawAcme(self.network, new_key())
        self.assert_problem(stranger.register(onlyReturnExisting=True), "accountDoesNotExist", 400)
        found = self.acme.register(onlyReturnExisting=True, contact=["mailto:ignored@example.net"])
        self.assertEqual((found.status, found.headers["location"], found.json["contact"]), (200, self.acme.kid, ["mailto:noc@example.net"]))
        self.assertNotIn("onlyReturnExisting", found.json)

    def test_deactivated_account_is_401_everywhere(self):
        order = self.acme.order(TN)
        self.assertEqual(self.acme.post(self.acme.kid, {"status": "deactivated"}).json["status"], "deactivated")
        for url in (self.acme.kid, order.headers["location"], self.new_order_url):
            self.assert_problem(self.acme.post(url), "unauthorized", 401)
        self.assert_problem(self.acme.register(), "unauthorized", 401)

    def test_objects_of_another_account(self):
        order = self.acme.order(TN)
        thief = RawAcme(self.network, new_key())
        thief.register()
        for url in (self.acme.kid, order.json["authorizations"][0], order.headers["location"], self.acme.kid + "/orders"):
            self.assert_problem(thief.post(url), "unauthorized", 403)
        self.assert_problem(thief.post(order.json["finalize"], {"csr": b64url(der(make_csr(new_key())))}), "unauthorized", 403)

    def inner(self, new, change=None, sign_with=None, **payload):
        header = {"alg": "ES256", "jwk": jwk_of(new), "url": self.acme.directory["keyChange"], **(change or {})}
        header = {name: value for name, value in header.items() if value is not None}
        body = {"account": self.acme.kid, "oldKey": jwk_of(self.acme.key), **payload}
        return flattened(header, body, lambda text: es256(sign_with or new, text))

    def test_key_change(self):
        url, old, new = self.acme.directory["keyChange"], self.acme.key, new_key()
        for bad in (self.inner(new, {"nonce": "AAAA"}), self.inner(new, {"jwk": None}), self.inner(new, {"url": self.acme.kid}),
                    self.inner(new, {"kid": self.acme.kid}), self.inner(new, sign_with=old), self.inner(new, account="x"),
                    self.inner(new, oldKey=jwk_of(new)), {"account": self.acme.kid}):
            self.assert_problem(self.acme.post(url, bad), "malformed", 400)
        self.assert_problem(self.acme.post(url, self.inner(new, {"alg": "RS256"})), "badSignatureAlgorithm", 400)
        other = RawAcme(self.network, new_key())
        other.register()
        taken = self.assert_problem(self.acme.post(url, self.inner(other.key)), "malformed", 409)
        self.assertEqual(taken.headers["location"], other.kid)

        pending = self.acme.order(TN)
        self.assertEqual(self.acme.post(url, self.inner(new)).status, 200)
        self.assert_problem(self.acme.post(self.acme.kid), "malformed", 400)  # signed with the old key
        self.acme.key = new
        self.assertEqual(self.acme.post(pending.headers["location"]).json["status"], "pending")
        # A token for the old key is of no use any more, and the old key opens no other account.
        self.assertEqual(self.acme.answer_challenge(pending.json, self.network.spc_token(fingerprint(old))).json["status"], "invalid")
        self.assert_problem(RawAcme(self.network, old).register(), "badPublicKey", 400)

    # --- s7.4: orders

    def test_identifiers(self):
        def order(*identifiers):
            return self.acme.post(self.new_order_url, {"identifiers": [{"type": kind, "value": value} for kind, value in identifiers]})
        unsupported = self.assert_problem(order(("dns", "example.net")), "unsupportedIdentifier", 400)
        self.assertEqual(unsupported.json["subproblems"][0]["identifier"], {"type": "dns", "value": "example.net"})
        self.assert_problem(order(("TNAuthList", "!")), "malformed", 400)
        self.assert_problem(order(("TNAuthList", b64url(b"\x30\x00"))), "malformed", 400)
        self.assert_problem(order(("TNAuthList", b64url(tn_auth_list(SPC, "5678")))), "rejectedIdentifier", 403)
        self.assert_problem(order(("TNAuthList", TN), ("TNAuthList", TN)), "rejectedIdentifier", 403)
        compound = self.assert_problem(order(("dns", "a.example"), ("TNAuthList", "!"), ("TNAuthList", TN)), "compound", 400)
        self.assertEqual([row["type"] for row in compound.json["subproblems"]], [URN + "unsupportedIdentifier", URN + "malformed"])

    def test_times_are_met_exactly_or_refused(self):
        now = int(time.time())
        wanted = {"notBefore": rfc3339(now), "notAfter": rfc3339(now + 86400)}
        _, order, leaf = self.issued(new_key(), **wanted)
        certificate = x509.load_der_x509_certificate(leaf)
        self.assertEqual((f"{certificate.not_valid_before:%Y-%m-%dT%H:%M:%SZ}", f"{certificate.not_valid_after:%Y-%m-%dT%H:%M:%SZ}"),
                         (wanted["notBefore"], wanted["notAfter"]))
        self.assertEqual((order["notBefore"], order["notAfter"]), (wanted["notBefore"], wanted["notAfter"]))
        for bad in ({"notAfter": rfc3339(now + 91 * 86400 + 3600)}, {"notBefore": rfc3339(now - 3600)}, {"notAfter": rfc3339(now - 1)},
                    {"notBefore": "tomorrow"}, {"notAfter": 7}):
            self.assert_problem(self.acme.order(TN, **bad), "malformed", 400)

    def test_order_is_finalized_only_when_ready_and_only_once(self):
        csr = der(make_csr(new_key()))
        pending = self.acme.order(TN).json
        self.assert_problem(self.finalize(pending, csr), "orderNotReady", 403)
        _, order = self.ready_order()
        self.assertEqual(self.finalize(order, csr).json["status"], "valid")
        self.assert_problem(self.finalize(order, csr), "orderNotReady", 403)

    def test_bad_requests_leave_the_order_ready(self):
        url, order = self.ready_order()
        bad = make_csr(new_key())
        flipped = der(bad)[:-1] + bytes([der(bad)[-1] ^ 1])
        for csr in (flipped, b"", der(make_csr(new_key(), tn=None)), der(make_csr(new_key(), tn=tn_auth_list("5678"))),
                    der(make_csr(new_key(), organization="o" * 64 + "o"))[:100], bytes(9000)):
            answer = self.finalize(order, csr)
            self.assertIn((answer.problem, answer.status), (("badCSR", 400), ("malformed", 400)), answer.body)
        self.assert_problem(self.acme.post(order["finalize"], {"csr": "!"}), "badCSR", 400)
        # No account's key may be certified, this one's least of all (s11.1).
        stranger = RawAcme(self.network, new_key())
        stranger.register()
        for key in (self.acme.key, stranger.key):
            self.assert_problem(self.finalize(order, der(make_csr(key))), "badPublicKey", 400)
        self.assertEqual(self.acme.post(url).json["status"], "ready")
        key = new_key()
        self.assertEqual(self.finalize(order, der(make_csr(key))).json["status"], "valid")
        # Nor may a certified key open an account.
        self.assert_problem(RawAcme(self.network, key).register(), "badPublicKey", 400)

    def test_order_object_authorization_and_list(self):
        url, order, _ = self.issued(new_key())
        self.assertEqual(order["identifiers"], [{"type": "TNAuthList", "value": TN}])
        self.assertTrue(order["x5u"].startswith("https://localhost:"), order)
        self.assertEqual(self.acme.http("GET", order["x5u"]).body, self.acme.post(order["certificate"]).body)
        authorization = self.acme.post(order["authorizations"][0]).json
        challenge, = authorization["challenges"]
        self.assertEqual((authorization["status"], challenge["type"], challenge["tkauth-type"], challenge["token-authority"],
                          challenge["status"]), ("valid", "tkauth-01", "atc", "https://pa.example.net/token", "valid"))
        self.assertIn("validated", challenge)
        self.assertEqual(self.acme.post(self.acme.kid + "/orders").json, {"orders": [url]})
        self.assert_problem(self.acme.http("GET", order["certificate"]), "malformed", 405)

    def test_authorization_can_be_deactivated(self):
        order = self.acme.order(TN)
        url = order.json["authorizations"][0]
        self.assert_problem(self.acme.post(url, {"status": "valid"}), "malformed", 400)
        self.assertEqual(self.acme.post(url, {"status": "deactivated"}).json["status"], "deactivated")
        self.assertEqual(self.acme.post(order.headers["location"]).json["status"], "invalid")
        self.assertEqual(self.acme.post(self.acme.kid + "/orders").json, {"orders": []})

    def test_challenge_answers_without_a_token_change_nothing(self):
        order = self.acme.order(TN)
        url = self.acme.challenge_url(order.json)
        for payload in ({}, {"tkauth": 7}, {"tkauth": "a", "atc": "b"}, {"tkauth": "x" * 17000}):
            self.assert_problem(self.acme.post(url, payload), "malformed", 400)
        answer = self.acme.post(url)
        self.assertEqual(answer.json["status"], "pending")
        self.assertIn(f"<{order.json['authorizations'][0]}>;rel=\"up\"", answer.links)

    # --- s7.6: revocation

    def test_revocation_by_the_account_and_its_errors(self):
        url = self.acme.directory["revokeCert"]
        _, _, leaf = self.issued(new_key())
        payload = {"certificate": b64url(leaf)}
        for reason in (2, 6, 8, 9, 10, 11, -1, "1"):
            self.assert_problem(self.acme.post(url, {**payload, "reason": reason}), "badRevocationReason", 400)
        thief = RawAcme(self.network, new_key())
        thief.register()
        self.assert_problem(thief.post(url, payload), "unauthorized", 403)
        self.assert_problem(self.acme.post(url, {"certificate": b64url(leaf[:-1])}), "malformed", 400)
        with open(self.network.path("ca/issuing.pem"), "rb") as file:
            issuing = der(x509.load_pem_x509_certificate(file.read()))
        self.assert_problem(self.acme.post(url, {"certificate": b64url(issuing)}), "malformed", 404)
        done = self.acme.post(url, {**payload, "reason": 5})
        self.assertEqual((done.status, done.body), (200, b""))
        self.assert_problem(self.acme.post(url, payload), "alreadyRevoked", 400)

    def test_revocation_by_the_certificates_key_or_by_another_account_with_the_same_authority(self):
        url = self.acme.directory["revokeCert"]
        key = new_key()
        _, _, leaf = self.issued(key)
        self.assert_problem(RawAcme(self.network, new_key()).post(url, {"certificate": b64url(leaf)}), "unauthorized", 403)
        self.assertEqual(RawAcme(self.network, key).post(url, {"certificate": b64url(leaf), "reason": 4}).status, 200)
        _, _, leaf = self.issued(new_key())
        sibling = RawAcme(self.network, new_key())
        sibling.register()
        self.ready_order(sibling)
        self.assertEqual(sibling.post(url, {"certificate": b64url(leaf)}).status, 200)

    # --- RFC 9773

    def test_renewal_information_and_replacement(self):
        _, _, leaf = self.issued(new_key())
        certificate = x509.load_der_x509_certificate(leaf)
        key_id = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
        serial = certificate.serial_number
        name = f"{b64url(key_id)}.{b64url(serial.to_bytes(serial.bit_length() // 8 + 1, 'big'))}"
        info = self.acme.http("GET", f"{self.acme.directory['renewalInfo']}/{name}")
        self.assertEqual(info.status, 200, info.body)
        self.assertGreater(int(info.headers["retry-after"]), 0)
        window = info.json["suggestedWindow"]
        self.assertLess(window["start"], window["end"])
        self.assertLess(window["end"], f"{certificate.not_valid_after:%Y-%m-%dT%H:%M:%SZ}")
        self.assertGreater(window["start"], rfc3339(time.time()))
        self.assert_problem(self.acme.http("GET", f"{self.acme.directory['renewalInfo']}/AAAA.AAAA"), "malformed", 404)
        self.assert_problem(self.acme.http("GET", f"{self.acme.directory['renewalInfo']}/AAAA"), "malformed", 400)

        self.assertEqual(self.acme.order(TN, replaces=name).json["replaces"], name)
        self.assert_problem(self.acme.order(TN, replaces=name), "alreadyReplaced", 409)
        self.assert_problem(self.acme.order(TN, replaces="AAAA.AAAA"), "malformed", 400)
        self.acme.post(self.acme.directory["revokeCert"], {"certificate": b64url(leaf)})
        window = self.acme.http("GET", f"{self.acme.directory['renewalInfo']}/{name}").json["suggestedWindow"]
        self.assertLessEqual(window["end"], rfc3339(time.time()))


class StrictAcmeTest(AcmeTest):
    """Terms, external accounts and limits."""
    acme = ("terms_of_service: \"https://ca.example.net/terms\", external_account_required: true, orders_per_hour: 3,"
            " failed_challenges_per_hour: 1")
    sti_ca = "certificates_per_day: 1\n"

    def binding(self, acme, kid, key, change=None, jwk=None):
        header = {"alg": "HS256", "kid": kid, "url": acme.directory["newAccount"], **(change or {})}
        return flattened(header, jwk or jwk_of(acme.key), lambda text: hs256(key, text))

    def external_key(self):
        made = self.network.stictl_json("ca", "account", "key", "--provider", "Interop Telephone")[1]
        return made["id"], base64.urlsafe_b64decode(made["mac_key"] + "==")

    def registered(self):
        acme = RawAcme(self.network, new_key())
        answer = acme.register(termsOfServiceAgreed=True, externalAccountBinding=self.binding(acme, *self.external_key()))
        self.assertEqual(answer.status, 201, answer.body)
        return acme

    def test_terms_must_be_agreed_to(self):
        acme = RawAcme(self.network, new_key())
        self.assertEqual(acme.directory["meta"]["termsOfService"], "https://ca.example.net/terms")
        answer = acme.register()
        self.assertEqual((answer.problem, answer.status, answer.json["instance"]), ("userActionRequired", 403, "https://ca.example.net/terms"))
        self.assertIn("<https://ca.example.net/terms>;rel=\"terms-of-service\"", answer.links)

    def test_external_account_binding(self):
        acme = RawAcme(self.network, new_key())
        self.assertTrue(acme.directory["meta"]["externalAccountRequired"])
        self.assertEqual(acme.register(termsOfServiceAgreed=True).problem, "externalAccountRequired")
        kid, key = self.external_key()
        for error, bad in (("unauthorized", self.binding(acme, "unknown", key)), ("unauthorized", self.binding(acme, kid, b"wrong")),
                           ("malformed", self.binding(acme, kid, key, {"alg": "ES256"})),
                           ("malformed", self.binding(acme, kid, key, {"nonce": "AAAA"})),
                           ("malformed", self.binding(acme, kid, key, {"url": acme.directory["newOrder"]})),
                           ("malformed", self.binding(acme, kid, key, jwk=jwk_of(new_key()))), ("malformed", {}), ("malformed", "x")):
            answer = acme.register(termsOfServiceAgreed=True, externalAccountBinding=bad)
            self.assertEqual(answer.problem, error, answer.body)
        good = self.binding(acme, kid, key)
        answer = acme.register(termsOfServiceAgreed=True, externalAccountBinding=good)
        self.assertEqual((answer.status, answer.json["externalAccountBinding"]), (201, good))
        other = RawAcme(self.network, new_key())
        again = other.register(termsOfServiceAgreed=True, externalAccountBinding=self.binding(other, kid, key))
        self.assertEqual(again.problem, "unauthorized")

    def assert_limited(self, answer):
        self.assertEqual((answer.problem, answer.status), ("rateLimited", 429), answer.body)
        self.assertGreater(int(answer.headers["retry-after"]), 0)

    def test_orders_of_an_account_in_an_hour(self):
        acme = self.registered()
        for _ in range(3):
            self.assertEqual(acme.order(TN).status, 201)
        self.assert_limited(acme.order(TN))
        self.assertEqual(self.registered().order(TN).status, 201)

    def test_failed_challenges_of_an_account_in_an_hour(self):
        acme = self.registered()
        self.assertEqual(acme.answer_challenge(acme.order(TN).json, "no.good.token").json["status"], "invalid")
        self.assert_limited(acme.order(TN))

    def test_certificates_of_an_spc_in_a_day_whoever_asks(self):
        for attempt in range(2):
            acme = self.registered()
            order = acme.order(TN).json
            acme.answer_challenge(order, self.network.spc_token(fingerprint(acme.key)))
            answer = acme.post(order["finalize"], {"csr": b64url(der(make_csr(new_key())))})
            if attempt == 0:
                self.assertEqual(answer.json["status"], "valid", answer.body)
            else:
                self.assert_limited(answer)
                self.assertGreater(int(answer.headers["retry-after"]), 86000)


if __name__ == "__main__":
    unittest.main()
