"""The enrolment of sti-as over the public interfaces: sti-pa's HTTPS, sti-ca's ACME."""

import glob
import os
import ssl
import sys
import unittest
import urllib.request

sys.path.insert(0, os.path.abspath("tests/interop"))
# pylint: disable=wrong-import-position
from acme_network import OTHER_SPC, TN_AUTH_LIST, b64url, tn_auth_list  # noqa: E402
from cryptography import x509  # noqa: E402
from cryptography.hazmat.primitives import serialization  # noqa: E402
from enrolment_network import EnrolmentTest, write_private  # noqa: E402


class OwnAuthoritiesTest(EnrolmentTest):

    def published(self, x5u):
        context = ssl.create_default_context(cafile=self.network.path("tls/ca.pem"))
        with urllib.request.urlopen(x5u, context=context, timeout=10) as answer:
            pem = answer.read()
        begin = b"-----BEGIN CERTIFICATE-----"
        return [x509.load_pem_x509_certificate(begin + part) for part in pem.split(begin)[1:]]

    def test_certificate_stands_at_its_url_and_is_for_the_stored_key(self):
        chain = self.published(self.assert_enrols("plain"))
        self.assertEqual(chain[0].extensions.get_extension_for_oid(TN_AUTH_LIST).value.value, tn_auth_list("1234"))
        keys = glob.glob(self.network.path("enrol-plain", "key-*.pem"))
        self.assertEqual(len(keys), 1)
        with open(keys[0], "rb") as file:
            key = serialization.load_pem_private_key(file.read(), None)
        self.assertEqual(key.public_key().public_numbers(), chain[0].public_key().public_numbers())
        with open(self.network.path("enrol-plain", "acme-account-key.pem"), "rb") as file:
            account = serialization.load_pem_private_key(file.read(), None)
        self.assertNotEqual(account.public_key().public_numbers(), key.public_key().public_numbers())
        self.assertEqual(os.stat(self.network.path("enrol-plain", "acme-account-key.pem")).st_mode & 0o777, 0o600)

    def test_every_path_of_the_token_request_and_both_members_of_the_challenge_serve(self):
        urls = set()
        for path in ("api", "at", "sti-pa"):
            urls.add(self.assert_enrols("paths", path=path))
        urls.add(self.assert_enrols("paths", acme="challenge_member: atc"))
        self.assertEqual(len(urls), 4)

    def test_renewal_is_another_certificate_by_the_same_account(self):
        first = self.assert_enrols("renewal", acme="contacts: [\"mailto:noc@example.net\"]")
        accounts = self.accounts()
        second = self.assert_enrols("renewal", acme="contacts: [\"mailto:noc@example.net\"]")
        self.assertNotEqual(first, second)
        self.assertEqual(self.accounts(), accounts)

    def test_who_refuses_and_why_is_said(self):
        said = self.assert_refused("spc", "PA refused: PERMISSION_DENIED: HTTP status 403", spc="9999")
        self.assertNotIn("Authorization", said)
        self.assert_enrols("spc", spc=OTHER_SPC)
        self.assert_refused("directory", "CA refused: NOT_FOUND: HTTP status 404",
                            directory=self.network.acme_url.replace("/acme/", "/nowhere/"))
        self.assert_refused("away", "CA unavailable: localhost:1", directory="https://localhost:1/directory")
        write_private(self.network.path("pa-password-kept"), "x")
        os.replace(self.network.path("pa-password"), self.network.path("pa-password-kept"))
        try:
            write_private(self.network.path("pa-password"), "wrong")
            said = self.assert_refused("password", "PA refused: UNAUTHENTICATED: HTTP status 401")
            self.assertNotIn("wrong\"", said)
        finally:
            os.replace(self.network.path("pa-password-kept"), self.network.path("pa-password"))


class StrictCaTest(EnrolmentTest):
    acme = "external_account_required: true, terms_of_service: \"https://ca.example.net/terms\""

    def test_account_needs_the_terms_and_the_key_that_the_ca_has_handed_out(self):
        self.assert_refused("strict", "agreed_terms: CA refused: CONFIG_INVALID", "https://ca.example.net/terms")
        agreed = "agreed_terms: \"https://ca.example.net/terms\""
        self.assert_refused("strict", "external_key_id", "External Account Binding", acme=agreed)
        key = self.network.stictl_json("ca", "account", "key", "--provider", "interop")[1]
        write_private(self.network.path("eab"), b64url(b"x" * 32))
        bound = f"{agreed}, external_key_id: \"{key['id']}\", external_key_file: eab"
        self.assert_refused("strict", "CA refused: PERMISSION_DENIED", acme=bound)
        self.assertEqual(self.accounts(), 0)
        write_private(self.network.path("eab"), key["mac_key"] + "\n")
        self.assert_enrols("strict", acme=bound)
        self.assertEqual(self.accounts(), 1)
        self.assert_enrols("strict")  # the account exists


if __name__ == "__main__":
    unittest.main()
