"""Every step of RFC 9448 s6 by which sti-ca judges an SPC token has a token that fails there and nowhere else."""

import base64
import datetime
import json
import os
import shutil
import subprocess
import sys
import time
import unittest
import uuid

sys.path.insert(0, os.path.abspath("tests/interop"))
# pylint: disable=wrong-import-position
from acme_network import (OTHER_SPC, SPC, AcmeTest, b64url, colon_hex, der, fingerprint, make_csr, new_key,  # noqa: E402
                          spki_fingerprint, tn_auth_list)
from cryptography import x509  # noqa: E402
from cryptography.hazmat.primitives import hashes  # noqa: E402
from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: E402
from raw_acme import URN, RawAcme, es256, hs256  # noqa: E402

TN = tn_auth_list(SPC)
SIGNER_X5U = "https://pa.example.net/signer.pem"


class TokenTest(AcmeTest):
    """With tokens as the STI-PA signs them, or nearly so."""
    acme = "failed_challenges_per_hour: 0"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with open(cls.network.path("pa/pa-signer.key"), "rb") as file:
            cls.signer_key = load_pem_private_key(file.read(), None)
        cls.signer = cls.certificate("pa/pa-signer.pem")
        cls.acme = RawAcme(cls.network, new_key())
        assert cls.acme.register().status == 201

    @classmethod
    def certificate(cls, name):
        with open(cls.network.path(name), "rb") as file:
            return x509.load_pem_x509_certificate(file.read())

    def token(self, header=None, claims=None, atc=None, signer=None, sign=None):
        chain = [base64.b64encode(der(self.signer)).decode()]
        head = {"alg": "ES256", "typ": "JWT", "x5c": chain, **(header or {})}
        body = {"exp": int(time.time()) + 600, "jti": str(uuid.uuid4()),
                "atc": {"tktype": "TNAuthList", "tkvalue": b64url(TN), "ca": False, "fingerprint": fingerprint(self.acme.key),
                        **(atc or {})}, **(claims or {})}
        body["atc"] = body["atc"] and {name: value for name, value in body["atc"].items() if value is not None}
        head, body = ({name: value for name, value in part.items() if value is not None} for part in (head, body))
        text = ".".join(b64url(json.dumps(part).encode()) for part in (head, body))
        return f"{text}.{b64url((sign or (lambda t: es256(signer or self.signer_key, t)))(text))}"

    def new_order(self, value=None):
        answer = self.acme.order(value or b64url(TN))
        self.assertEqual(answer.status, 201, answer.body)
        return answer

    def judge(self, token, member="tkauth", value=None):
        """The challenge object after this token, and the order."""
        order = self.new_order(value)
        challenge = self.acme.post(self.acme.challenge_url(order.json), {member: token})
        self.assertEqual(challenge.status, 200, challenge.body)
        return challenge.json, self.acme.post(order.headers["location"]).json

    def assert_valid(self, token, **kwargs):
        challenge, order = self.judge(token, **kwargs)
        self.assertEqual((challenge["status"], order["status"]), ("valid", "ready"), challenge)
        return order

    def assert_refused(self, token, error, hint):
        challenge, order = self.judge(token)
        self.assertEqual((challenge["status"], order["status"]), ("invalid", "invalid"), challenge)
        self.assertEqual(challenge["error"]["type"], URN + error, challenge)
        self.assertIn(hint, challenge["error"]["detail"])
        self.assertEqual(order["error"], challenge["error"])

    def finalize(self, ca_token, ca_csr):
        """An order with a token and a CSR that are for a CA, or not."""
        order = self.assert_valid(self.token(atc={"ca": ca_token}))
        return self.acme.post(order["finalize"], {"csr": b64url(der(make_csr(new_key(), ca=ca_csr)))})


class AcmeTokenTest(TokenTest):
    # Nobody listens there: an x5u is looked up in the configuration, never fetched.
    sti_ca = f"token_signers: [{{x5u: \"{SIGNER_X5U}\", certificate_file: pa/pa-signer.pem}}]\n"

    def test_good_tokens_by_x5c_and_by_configured_x5u_and_both_member_names(self):
        self.assert_valid(self.token())
        self.assert_valid(self.token(header={"x5c": None, "x5u": SIGNER_X5U}))
        self.assert_valid(self.token(), member="atc")
        self.assert_valid(self.token(atc={"tktype": "TnAuthList", "ca": None}))

    def test_all_four_spellings_of_base64_are_the_same_list(self):
        value = TN
        for spelling in (b64url(value), base64.b64encode(value).decode(), base64.urlsafe_b64encode(value).decode(),
                         base64.b64encode(value).decode().rstrip("=")):
            self.assert_valid(self.token(atc={"tkvalue": spelling}))
            self.assert_valid(self.token(), value=spelling)

    def test_step_1_malformed(self):
        good = self.token()
        self.assert_refused("no.jwt", "malformed", "")
        self.assert_refused(good + ".more", "malformed", "")
        self.assert_refused(self.token(claims={"atc": None}), "malformed", "atc")
        self.assert_refused(self.token(header={"alg": "HS256"}, sign=lambda text: hs256(der(self.signer), text)), "malformed", "alg")
        self.assert_refused(self.token(header={"alg": "none"}), "malformed", "alg")
        self.assert_refused(self.token(header={"crit": ["exp"]}), "malformed", "crit")
        self.assert_refused(self.token(header={"typ": "passport"}), "malformed", "typ")

    def test_step_2_signer_not_named_or_not_configured(self):
        self.assert_refused(self.token(header={"x5c": None}), "malformed", "neither x5c nor x5u")
        self.assert_refused(self.token(header={"x5c": None, "x5u": "https://attacker.example.net/signer.pem"}), "unauthorized",
                            "not the URL of a configured STI-PA")
        self.assert_refused(self.token(header={"x5c": None, "x5u": SIGNER_X5U + "?"}), "unauthorized", "x5u")

    def test_step_3_no_path_to_the_pa_root(self):
        ca = base64.b64encode(der(self.certificate("ca/issuing.pem"))).decode()
        with open(self.network.path("ca/issuing.key"), "rb") as file:
            key = load_pem_private_key(file.read(), None)
        self.assert_refused(self.token(header={"x5c": [ca]}, signer=key), "unauthorized", "")

    def signed_by(self, issuer, issuer_key, before=-1, after=1, usage=True):
        """A token whose signer was certified by `issuer`, `before` to `after` days from now; else like that of the STI-PA."""
        key, now = new_key(), datetime.datetime.utcnow()
        usages = x509.KeyUsage(usage, False, False, False, False, not usage, False, False, False)
        certificate = x509.CertificateBuilder().subject_name(self.signer.subject).issuer_name(issuer.subject).public_key(
            key.public_key()).serial_number(x509.random_serial_number()).not_valid_before(
                now + datetime.timedelta(days=before)).not_valid_after(now + datetime.timedelta(days=after)).add_extension(
                    x509.BasicConstraints(False, None), True).add_extension(usages, True).add_extension(
                        x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), False).add_extension(
                            x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False).sign(issuer_key, hashes.SHA256())
        return self.token(header={"x5c": [base64.b64encode(der(certificate)).decode()]}, signer=key)

    def test_step_3_signers_outside_of_their_time_and_of_a_root_that_only_has_the_name(self):
        root = self.certificate("pa/pa-root.pem")
        with open(self.network.path("pa/pa-root.key"), "rb") as file:
            key = load_pem_private_key(file.read(), None)
        self.assert_valid(self.signed_by(root, key))
        self.assert_refused(self.signed_by(root, key, before=-3, after=-1), "unauthorized", "")
        self.assert_refused(self.signed_by(root, key, before=1, after=3), "unauthorized", "")
        self.assert_refused(self.signed_by(root, key, usage=False), "unauthorized", "")
        self.assert_refused(self.signed_by(root, new_key()), "unauthorized", "")

    def test_step_4_signature(self):
        self.assert_refused(self.token(signer=new_key()), "unauthorized", "")
        head, _, signature = self.token().split(".")
        body = self.token(atc={"ca": True}).split(".")[1]
        self.assert_refused(f"{head}.{body}.{signature}", "unauthorized", "")

    def test_step_5_tktype(self):
        self.assert_refused(self.token(atc={"tktype": "JWTClaimConstraints"}), "malformed", "tktype")
        self.assert_refused(self.token(atc={"tktype": None}), "malformed", "tktype")

    def test_step_6_tkvalue_differs_from_the_order(self):
        self.assert_refused(self.token(atc={"tkvalue": b64url(tn_auth_list(OTHER_SPC))}), "incorrectResponse", "tkvalue")
        self.assert_refused(self.token(atc={"tkvalue": b64url(tn_auth_list(SPC, OTHER_SPC))}), "incorrectResponse", "tkvalue")
        self.assert_refused(self.token(atc={"tkvalue": "!"}), "malformed", "tkvalue")

    def test_step_7_expired_with_60_seconds_of_skew_and_jti_used_once(self):
        now = int(time.time())
        self.assert_refused(self.token(claims={"exp": now - 70}), "unauthorized", "exp")
        self.assert_valid(self.token(claims={"exp": now - 30}))
        self.assert_refused(self.token(claims={"exp": None}), "malformed", "exp")
        self.assert_refused(self.token(claims={"nbf": now + 300}), "unauthorized", "nbf")
        self.assert_refused(self.token(claims={"jti": None}), "malformed", "jti")
        token = self.token()
        self.assert_valid(token)
        self.assert_refused(token, "unauthorized", "used before")

    def test_step_8_fingerprint_of_another_key(self):
        self.assert_refused(self.token(atc={"fingerprint": fingerprint(new_key())}), "incorrectResponse", "fingerprint")
        # The default takes the thumbprint of RFC 9448 and not the SubjectPublicKeyInfo.
        self.assert_refused(self.token(atc={"fingerprint": spki_fingerprint(self.acme.key)}), "incorrectResponse", "fingerprint")
        self.assert_refused(self.token(atc={"fingerprint": colon_hex(b"x").lower()}), "malformed", "fingerprint")

    def test_step_9_ca_flag_and_basic_constraints(self):
        self.assertEqual(self.finalize(False, False).json["status"], "valid")
        for ca_token, ca_csr, error in ((True, False, "unauthorized"), (False, True, "unauthorized"), (True, True, "badCSR")):
            with self.subTest(token=ca_token, csr=ca_csr):
                self.assertEqual(self.finalize(ca_token, ca_csr).problem, error)

    def test_token_of_another_account_is_useless(self):
        thief = RawAcme(self.network, new_key())
        thief.register()
        order = thief.order(b64url(TN)).json
        stolen = self.token()
        self.assertEqual(thief.answer_challenge(order, stolen).json["status"], "invalid")
        # And trying it did not use it up.
        self.assert_valid(stolen)


class DelegateCaOrderTest(TokenTest):
    """RFC 9060 s8.1: a provider's own CA, for a token that says so."""
    sti_ca = "profiles: [shaken, delegate_ca]\n"

    @classmethod
    def prepare(cls, network):
        # An issuing CA that may have CAs below it.
        network.stictl("ca", "ceremony", "issuing", "--organization", "Interop CA", "--out", network.path("ca2"), "--delegates",
                       "--root-cert", network.path("ca/root.pem"), "--root-key", network.path("ca/root.key"),
                       "--crl-url", "https://pa.example.net/crl", "--crl-issuer", network.path("pa/pa-crl-signer.pem"))
        for name in ("issuing.pem", "issuing.key"):
            shutil.copy(network.path(f"ca2/{name}"), network.path(f"ca/{name}"))

    def test_the_ca_flag_of_the_token_agrees_with_basic_constraints(self):
        for ca_token, ca_csr in ((True, False), (False, True)):
            with self.subTest(token=ca_token, csr=ca_csr):
                self.assertEqual(self.finalize(ca_token, ca_csr).problem, "unauthorized")
        for is_ca in (True, False):
            done = self.finalize(is_ca, is_ca)
            self.assertEqual(done.json["status"], "valid", done.body)
            chain = self.acme.post(done.json["certificate"]).body
            certificate = x509.load_pem_x509_certificate(chain)
            constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
            self.assertEqual((constraints.critical, constraints.value.ca), (True, is_ca))
            self.assertEqual(constraints.value.path_length, 0 if is_ca else None)
            usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
            self.assertEqual((usage.key_cert_sign, usage.digital_signature), (is_ca, not is_ca))
            listed = certificate.extensions.get_extension_for_oid(x509.ObjectIdentifier("1.3.6.1.5.5.7.1.26"))
            self.assertEqual(listed.value.value, TN)
            self.assertIn("SHAKEN", certificate.subject.rfc4514_string())
            path = self.network.path("issued.pem")
            with open(path, "wb") as file:
                file.write(chain)
            verified = subprocess.run(["openssl", "verify", "-x509_strict", "-CAfile", self.network.path("ca/root.pem"),
                                       "-untrusted", path, path], capture_output=True, text=True, check=False)
            self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)


class LastingTokenTest(TokenTest):
    sti_ca = "token_reuse: until_expiry\norganization_required: true\n"

    def test_a_token_serves_until_it_expires_for_providers_that_are_vetted(self):
        refused = self.acme.order(b64url(TN))
        self.assertEqual((refused.problem, refused.status), ("rejectedIdentifier", 403), refused.body)
        self.network.stictl("ca", "organization", "set", "--spc", SPC, "--name", "Vetted Telephone, Inc.")
        token = self.token()
        for _ in range(2):
            order = self.assert_valid(token)
            done = self.acme.post(order["finalize"], {"csr": b64url(der(make_csr(new_key())))})
            self.assertEqual(done.json["status"], "valid", done.body)
        jtis = [row["token_jti"] for row in self.network.stictl_json("ca", "list", "--spc", SPC)[1]["certificates"]]
        self.assertEqual((len(jtis), len(set(jtis))), (2, 1))


class TwoPaRootsTest(TokenTest):
    """While the STI-PA exchanges its root."""
    sti_ca = "more_pa_root_files: [pa2/pa-root.pem]\n"

    @classmethod
    def prepare(cls, network):
        # The CRL's issuer keeps its name, since certificates name it.
        for folder in ("pa2", "pa3"):
            network.stictl("pa", "ceremony", "root", "--organization", "Quickstart PA", "--out", network.path(folder))
            network.stictl("pa", "ceremony", "signers", "--organization", "Quickstart PA", "--out", network.path(folder),
                           "--root-cert", network.path(f"{folder}/pa-root.pem"), "--root-key", network.path(f"{folder}/pa-root.key"))
        network.stictl("ca", "ceremony", "root", "--organization", "Another CA", "--out", network.path("ca2"))
        configuration = network.configuration

        def with_both():
            files = configuration()
            files["sti-vs.yaml"] = files["sti-vs.yaml"].replace(
                "pa_root_file: pa/pa-root.pem\n", "pa_root_file: pa/pa-root.pem\n    more_pa_root_files: [pa2/pa-root.pem]\n")
            return files
        network.configuration = with_both

    def signed_in(self, folder):
        with open(self.network.path(f"{folder}/pa-signer.key"), "rb") as file:
            key = load_pem_private_key(file.read(), None)
        signer = self.certificate(f"{folder}/pa-signer.pem")
        return self.token(header={"x5c": [base64.b64encode(der(signer)).decode()]}, signer=key)

    def test_1_tokens_under_either_root_are_accepted_and_no_others(self):
        self.assert_valid(self.signed_in("pa"))
        self.assert_valid(self.signed_in("pa2"))
        self.assert_refused(self.signed_in("pa3"), "unauthorized", "")

    def domain(self):
        return self.network.stictl_json("vs", "status", config="sbc.yaml")[1]["domains"][0]

    def test_2_the_sti_pa_goes_over_to_the_new_root_and_nobody_notices(self):
        before = self.domain()
        self.network.stop("sti-pa")
        with open(self.network.path("sti-pa.yaml"), "r+", encoding="utf-8") as file:
            text = file.read().replace(" pa/pa-", " pa2/pa-")
            file.seek(0)
            file.write(text)
        self.network.start("sti-pa")
        self.network.wait_until(lambda: self.network.serving("pa"), "sti-pa to serve")
        self.network.stictl("pa", "authority", "approve", "--name", "Another CA", "--root", self.network.path("ca2/root.pem"))

        def has_new_lists():
            now = self.domain()
            return all(int(now[key]) > int(before[key]) for key in ("trust_list_sequence", "crl_number")) and now["anchors"] == 2
        self.network.wait_until(has_new_lists, "trust list and CRL under the new root")
        self.assertFalse(self.domain().get("trouble"), self.domain())
        token = self.network.spc_token(fingerprint(self.acme.key))
        head = json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))
        self.assertEqual(base64.b64decode(head["x5c"][0]), der(self.certificate("pa2/pa-signer.pem")))
        order = self.assert_valid(token)
        done = self.acme.post(order["finalize"], {"csr": b64url(der(make_csr(new_key())))})
        self.assertEqual(done.json["status"], "valid", done.body)


class SpkiFingerprintTest(AcmeTest):
    sti_ca = "token_fingerprint: spki\n"

    def test_subject_public_key_info_by_setting_in_place_of_the_thumbprint(self):
        acme = RawAcme(self.network, new_key())
        acme.register()
        by_spki = self.network.spc_token(spki_fingerprint(acme.key))
        self.assertEqual(acme.answer_challenge(acme.order(b64url(TN)).json, by_spki).json["status"], "valid")
        by_thumbprint = self.network.spc_token(fingerprint(acme.key))
        self.assertEqual(acme.answer_challenge(acme.order(b64url(TN)).json, by_thumbprint).json["status"], "invalid")


class EitherFingerprintTest(AcmeTest):
    sti_ca = "token_fingerprint: either\n"

    def test_both_forms_and_nothing_else(self):
        acme = RawAcme(self.network, new_key())
        acme.register()
        for form, status in ((fingerprint(acme.key), "valid"), (spki_fingerprint(acme.key), "valid"), (fingerprint(new_key()), "invalid")):
            token = self.network.spc_token(form)
            self.assertEqual(acme.answer_challenge(acme.order(b64url(TN)).json, token).json["status"], status)


if __name__ == "__main__":
    unittest.main()
