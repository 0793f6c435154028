"""Every error type that sti-ca has for ACME (common/acme/error.cc), each by a request that gets it over HTTPS, with its status and
as a problem document. What else there is to each stands in acme_errors_test."""

import base64
import contextlib
import os
import re
import sqlite3
import sys
import unittest

sys.path.insert(0, os.path.abspath("tests/interop"))
# pylint: disable=wrong-import-position
from acme_network import SPC, AcmeTest, b64url, der, fingerprint, make_csr, new_key, tn_auth_list  # noqa: E402
from cryptography import x509  # noqa: E402
from raw_acme import RawAcme, flattened, hs256, jwk_of  # noqa: E402

TN = b64url(tn_auth_list(SPC))
TERMS = "https://ca.example.net/terms"


class Subscriber(RawAcme):
    """Has a key for external account binding."""

    def __init__(self, network):
        super().__init__(network, new_key())
        made = network.stictl_json("ca", "account", "key", "--provider", "Interop Telephone")[1]
        self.kid_of_mac, self.mac_key = made["id"], base64.urlsafe_b64decode(made["mac_key"] + "==")

    def register(self, bound=True, **fields):
        header = {"alg": "HS256", "kid": self.kid_of_mac, "url": self.directory["newAccount"]}
        if bound:
            fields["externalAccountBinding"] = flattened(header, jwk_of(self.key), lambda text: hs256(self.mac_key, text))
        return super().register(**{"termsOfServiceAgreed": True, **fields})


class AcmeErrorTableTest(AcmeTest):
    acme = f"terms_of_service: \"{TERMS}\", external_account_required: true, orders_per_hour: 3"

    # Type -> HTTP status, and the name of the case below. incorrectResponse stands in a challenge, whose request succeeds.
    TABLE = {
        "accountDoesNotExist": (400, "unknown_account"),
        "alreadyReplaced": (409, "two_orders_that_replace_one_certificate"),
        "alreadyRevoked": (400, "revoked_twice"),
        "badCSR": (400, "csr_with_a_broken_signature"),
        "badNonce": (400, "nonce_shown_twice"),
        "badPublicKey": (400, "csr_with_the_account_key"),
        "badRevocationReason": (400, "revoked_for_certificate_hold"),
        "badSignatureAlgorithm": (400, "signed_with_rs256"),
        "compound": (400, "two_bad_identifiers"),
        "externalAccountRequired": (403, "account_without_binding"),
        "incorrectResponse": (403, "token_for_another_key"),
        "invalidContact": (400, "contact_with_two_addresses"),
        "malformed": (400, "payload_that_is_no_object"),
        "orderNotReady": (403, "pending_order_finalized"),
        "rateLimited": (429, "fourth_order_in_an_hour"),
        "rejectedIdentifier": (403, "two_codes_in_a_list"),
        "serverInternal": (503, "locked_database"),
        "unauthorized": (403, "order_of_another_account"),
        "unsupportedContact": (400, "telephone_as_contact"),
        "unsupportedIdentifier": (400, "dns_name"),
        "userActionRequired": (403, "terms_not_agreed_to"),
    }

    def test_each_error_type_has_a_request_that_gets_it(self):
        for error, (status, case) in self.TABLE.items():
            with self.subTest(error=error):
                self.subscriber = Subscriber(self.network)
                answer = getattr(self, case)(self.subscriber)
                if error == "incorrectResponse":
                    problem = answer.json["error"]
                    self.assertEqual((answer.status, problem["status"]), (200, status), answer.body)
                    self.assertTrue(problem["type"].endswith(":" + error), problem)
                else:
                    self.assertEqual((answer.problem, answer.status), (error, status), answer.body)
                    self.assertIn(f"<{self.network.acme_url}directory>;rel=\"index\"", answer.links)
                    problem = answer.json
                self.assertTrue(problem["detail"])

    def test_table_is_complete(self):
        with open("common/acme/error.cc", encoding="utf-8") as file:
            rows = re.findall(r'\{ErrorType::k\w+, "(\w+)", (\d+),', file.read())
        self.assertEqual({name for name, _ in rows}, set(self.TABLE))

    # --- the cases

    def account(self, acme):
        answer = acme.register()
        self.assertEqual(answer.status, 201, answer.body)
        return acme

    def order(self, acme, *identifiers, **fields):
        wanted = [{"type": kind, "value": value} for kind, value in identifiers or (("TNAuthList", TN),)]
        return acme.post(acme.directory["newOrder"], {"identifiers": wanted, **fields})

    def finalize(self, acme, csr, ready=True):
        order = self.order(acme).json
        if ready:
            answer = acme.answer_challenge(order, self.network.spc_token(fingerprint(acme.key)))
            self.assertEqual(answer.json["status"], "valid", answer.body)
        return acme.post(order["finalize"], {"csr": b64url(csr)})

    def leaf(self, acme):
        done = self.finalize(self.account(acme), der(make_csr(new_key())))
        return x509.load_pem_x509_certificate(acme.post(done.json["certificate"]).body)

    def unknown_account(self, acme):
        return acme.register(onlyReturnExisting=True)

    def two_orders_that_replace_one_certificate(self, acme):
        certificate = self.leaf(acme)
        key_id = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
        serial = certificate.serial_number
        name = f"{b64url(key_id)}.{b64url(serial.to_bytes(serial.bit_length() // 8 + 1, 'big'))}"
        self.assertEqual(self.order(acme, replaces=name).status, 201)
        return self.order(acme, replaces=name)

    def revoke(self, acme, certificate, reason=4):
        return acme.post(acme.directory["revokeCert"], {"certificate": b64url(der(certificate)), "reason": reason})

    def revoked_twice(self, acme):
        certificate = self.leaf(acme)
        self.assertEqual(self.revoke(acme, certificate).status, 200)
        return self.revoke(acme, certificate)

    def revoked_for_certificate_hold(self, acme):
        return self.revoke(acme, self.leaf(acme), reason=6)

    def csr_with_a_broken_signature(self, acme):
        csr = der(make_csr(new_key()))
        return self.finalize(self.account(acme), csr[:-1] + bytes([csr[-1] ^ 1]))

    def csr_with_the_account_key(self, acme):
        return self.finalize(self.account(acme), der(make_csr(acme.key)))

    def pending_order_finalized(self, acme):
        return self.finalize(self.account(acme), der(make_csr(new_key())), ready=False)

    def nonce_shown_twice(self, acme):
        nonce = acme.nonce()
        self.assertEqual(self.account(acme).post(acme.kid, change={"nonce": nonce}).status, 200)
        return acme.post(acme.kid, change={"nonce": nonce})

    def signed_with_rs256(self, acme):
        return self.account(acme).post(acme.kid, change={"alg": "RS256"})

    def two_bad_identifiers(self, acme):
        return self.order(self.account(acme), ("dns", "example.net"), ("TNAuthList", "!"))

    def two_codes_in_a_list(self, acme):
        return self.order(self.account(acme), ("TNAuthList", b64url(tn_auth_list(SPC, "5678"))))

    def dns_name(self, acme):
        return self.order(self.account(acme), ("dns", "example.net"))

    def account_without_binding(self, acme):
        return acme.register(bound=False)

    def terms_not_agreed_to(self, acme):
        return acme.register(termsOfServiceAgreed=False)

    def contact_with_two_addresses(self, acme):
        return acme.register(contact=["mailto:a@example.net,b@example.net"])

    def telephone_as_contact(self, acme):
        return acme.register(contact=["tel:+12155550100"])

    def token_for_another_key(self, acme):
        order = self.order(self.account(acme)).json
        return acme.answer_challenge(order, self.network.spc_token(fingerprint(new_key())))

    def payload_that_is_no_object(self, acme):
        return self.account(acme).post(acme.directory["newOrder"], b"[]")

    def fourth_order_in_an_hour(self, acme):
        self.account(acme)
        for _ in range(3):
            self.assertEqual(self.order(acme).status, 201)
        return self.order(acme)

    def order_of_another_account(self, acme):
        url = self.order(self.account(acme)).headers["location"]
        return self.account(Subscriber(self.network)).post(url)

    def locked_database(self, acme):
        self.account(acme)
        with contextlib.closing(sqlite3.connect(self.network.path("state/sti-ca/ca.sqlite"), isolation_level=None)) as holder:
            holder.execute("BEGIN EXCLUSIVE")
            answer = self.order(acme)
        self.assertGreater(int(answer.headers["retry-after"]), 0)
        return answer


if __name__ == "__main__":
    unittest.main()
