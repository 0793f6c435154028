"""stictl passport verify | inspect: every row of the ATIS-1000082 table that needs no network, on tokens made by the openssl
program over the published demo PKI."""

import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.abspath("tools/story"))
import attacker  # noqa: E402  pylint: disable=wrong-import-position

STICTL = os.path.abspath("services/stictl/stictl")
PKI = "tests/vectors/demo-pki"
X5U = "https://cr.example.net/1234.pem"
PARAMETERS = f"info=<{X5U}>;alg=ES256;ppt=shaken"
HEADER = {"alg": "ES256", "ppt": "shaken", "typ": "passport", "x5u": X5U}
CLAIMS = {"attest": "A", "dest": {"tn": ["12155550131"]}, "iat": 1735689600, "orig": {"tn": "12155550121"},
          "origid": "123e4567-e89b-12d3-a456-426655440000"}
PASSED, FAILED, NONE = "TN-Validation-Passed", "TN-Validation-Failed", "No-TN-Validation"


def pem(name):
    with open(f"{PKI}/{name}", encoding="ascii") as file:
        return file.read()


def without_none(members):
    return {name: value for name, value in members.items() if value is not None}


def token(header=None, claims=None, key="leaf1234.key"):
    signing_input = attacker.encode_token(without_none({**HEADER, **(header or {})}), without_none({**CLAIMS, **(claims or {})}))
    return f"{signing_input}.{attacker.b64url(attacker.openssl_sign(f'{PKI}/{key}', signing_input))}"


def identity(header=None, claims=None, parameters=PARAMETERS, **more):
    return f"{token(header, claims, **more)};{parameters}"


class OfflineVerifyTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR"))  # pylint: disable=consider-using-with
        cls.addClassCleanup(folder.cleanup)
        cls.folder = folder.name
        cls.files = {"chain": cls.write("chain.pem", pem("chain1234.pem")), "anchors": cls.write("anchors.pem", pem("root.pem")),
                     "crl": cls.write("crl.pem", pem("crl.pem") + pem("pa-crl-signer.pem") + pem("pa-root.pem"))}

    @classmethod
    def write(cls, name, text):
        path = os.path.join(cls.folder, name)
        with open(path, "w", encoding="latin-1") as file:
            file.write(text)
        return path

    def run_verify(self, *identities, orig="12155550121", dest="12155550131", at="2025-01-01T00:00:10Z", more=(), **files):
        command = [STICTL, "passport", "verify", "--orig", orig, "--dest", dest, "--at", at, "--output", "json"]
        command += more
        for value in identities:
            command += ["--identity", value]
        for name, path in {**self.files, **files}.items():
            if path:
                command += [f"--{name}", path]
        return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)

    def verdict(self, *identities, **options):
        done = self.run_verify(*identities, **options)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        verdict = json.loads(done.stdout)
        self.assertEqual(done.returncode, 0 if verdict["verstat"] == PASSED else 1)
        return verdict

    def assert_verdict(self, expected, *identities, **options):
        verdict = self.verdict(*identities, **options)
        self.assertEqual((verdict["verstat"], verdict["sip_code"], verdict["reason"]), expected, verdict)
        self.assertEqual(verdict["attestation"], "A" if verdict["verstat"] == PASSED else "")

    def test_published_token_passes_with_and_without_crl(self):
        with open(f"{PKI}/tokens.json", encoding="ascii") as file:
            published = json.load(file)["shaken_identity"]
        for crl in (self.files["crl"], None, self.write("crl-rootless.pem", pem("crl.pem") + pem("pa-crl-signer.pem"))):
            self.assert_verdict((PASSED, 0, "NONE"), published, crl=crl)

    def test_numbers_may_be_written_in_any_notation(self):
        for orig in ("+1 (215) 555-0121", "2155550121", "tel:+1-215-555-0121", "<sip:+12155550121@h;user=phone>"):
            self.assert_verdict((PASSED, 0, "NONE"), identity(), orig=orig)

    def test_header_rows(self):
        for parameters, expected in (
                ("alg=ES256;ppt=shaken", (NONE, 436, "INFO_MISSING")),
                (PARAMETERS.replace("https:", "http:"), (NONE, 436, "INFO_INVALID")),
                (PARAMETERS.replace("net/", "net:5000/"), (NONE, 436, "INFO_INVALID")),
                (PARAMETERS.replace("<", "").replace(">", ""), (NONE, 436, "INFO_INVALID")),
                ("info;alg=ES256;ppt=shaken", (NONE, 436, "INFO_INVALID")),
                (PARAMETERS.replace("1234.pem", "1234.pem?"), (NONE, 436, "INFO_INVALID")),
                (PARAMETERS.replace("1234.pem", "12345.pem"), (NONE, 436, "X5U_INFO_MISMATCH")),
                (PARAMETERS.replace("=shaken", "=foo"), (NONE, 438, "IDENTITY_PPT_UNSUPPORTED")),
                (PARAMETERS.replace("=shaken", "=div"), (NONE, 438, "PPT_MISMATCH")),
                (PARAMETERS + ";info=<https://a.example/>", (NONE, 438, "IDENTITY_MALFORMED"))):
            with self.subTest(parameters=parameters):
                self.assert_verdict(expected, identity(parameters=parameters))
        self.assert_verdict((NONE, 438, "IDENTITY_COMPACT_FORM"), f"..{token().split('.')[2]};{PARAMETERS}")
        self.assert_verdict((NONE, 428, "IDENTITY_MISSING"), "")
        self.assert_verdict((NONE, 438, "IDENTITY_TOO_LARGE"), "e" * 20000)

    def test_token_header_rows(self):
        for header, expected in (
                ({"x5u": None}, (NONE, 436, "PASSPORT_HEADER_INCOMPLETE")),
                ({"typ": None}, (NONE, 436, "PASSPORT_HEADER_INCOMPLETE")),
                ({"ppt": None}, (NONE, 436, "PASSPORT_HEADER_INCOMPLETE")),
                ({"alg": None}, (NONE, 436, "PASSPORT_HEADER_INCOMPLETE")),
                ({"x5u": "https://cr.example.net/other.pem"}, (NONE, 436, "X5U_INFO_MISMATCH")),
                ({"typ": "JWT"}, (NONE, 437, "TYP_NOT_PASSPORT")),
                ({"alg": "none"}, (NONE, 437, "ALG_NOT_ES256")),
                ({"alg": "es256"}, (NONE, 437, "ALG_NOT_ES256")),
                ({"crit": ["exp"]}, (NONE, 438, "CRIT_UNSUPPORTED"))):
            with self.subTest(header=header):
                self.assert_verdict(expected, identity(header))
        forged = attacker.hs256_with_public_key(identity(), pem("leaf1234.pem"))
        self.assert_verdict((NONE, 437, "ALG_NOT_ES256"), forged)

    def test_claim_rows(self):
        for claims, reason in (
                ({"iat": "1735689600"}, "CLAIM_INVALID"), ({"iat": 1735689600.5}, "CLAIM_INVALID"), ({"iat": -1}, "CLAIM_INVALID"),
                ({"iat": None}, "CLAIM_MISSING"), ({"dest": {"tn": "12155550131"}}, "CLAIM_INVALID"),
                ({"dest": {"tn": []}}, "CLAIM_INVALID"), ({"dest": {}}, "CLAIM_INVALID"), ({"dest": None}, "CLAIM_MISSING"),
                ({"orig": {"tn": ["12155550121"]}}, "CLAIM_INVALID"), ({"orig": {"tn": "+12155550121"}}, "CLAIM_INVALID"),
                ({"orig": {"tn": "12155550121", "uri": "sip:a@b"}}, "CLAIM_INVALID"), ({"orig": None}, "CLAIM_MISSING"),
                ({"origid": None}, "CLAIM_MISSING"), ({"attest": None}, "CLAIM_MISSING"),
                ({"attest": "Z"}, "ATTEST_INVALID"), ({"attest": "a"}, "ATTEST_INVALID")):
            with self.subTest(claims=claims):
                self.assert_verdict((NONE, 438, reason), identity(claims=claims))

    def test_freshness_boundaries(self):
        for at, expected in (("2025-01-01T00:01:00Z", (PASSED, 0, "NONE")), ("2025-01-01T00:01:01Z", (NONE, 403, "IAT_STALE")),
                             ("2024-12-31T23:59:55Z", (PASSED, 0, "NONE")), ("2024-12-31T23:59:54Z", (NONE, 403, "IAT_IN_FUTURE"))):
            with self.subTest(at=at):
                # At the turn of the year the demo CRL begins; freshness is what is asked here.
                self.assert_verdict(expected, identity(), at=at, crl=None)

    def test_number_rows(self):
        self.assert_verdict((NONE, 438, "ORIG_MISMATCH"), identity(), orig="12155550122")
        self.assert_verdict((NONE, 438, "DEST_MISMATCH"), identity(), dest="12155550132")

    def test_certificate_rows(self):
        revoked = f"{token(key='leaf5678.key')};{PARAMETERS}"
        chain = self.write("revoked.pem", pem("leaf5678-revoked.pem") + pem("int.pem"))
        self.assert_verdict((FAILED, 437, "CERTIFICATE_REVOKED"), revoked, chain=chain)
        self.assert_verdict((PASSED, 0, "NONE"), revoked, chain=chain, crl=None)
        self.assert_verdict((FAILED, 437, "CERTIFICATE_UNTRUSTED"), identity(), anchors=self.write("other.pem", pem("pa-root.pem")))
        self.assert_verdict((FAILED, 437, "CERTIFICATE_UNTRUSTED"), identity(), chain=self.write("leaf.pem", pem("leaf1234.pem")))
        self.assert_verdict((FAILED, 437, "CERTIFICATE_MALFORMED"), identity(), chain=self.write("garbage.pem", "<html>404</html>"))
        late = identity(claims={"iat": 2019686400})
        self.assert_verdict((FAILED, 437, "CERTIFICATE_EXPIRED"), late, at="2034-01-01T00:00:00Z", crl=None)
        self.assert_verdict((FAILED, 437, "CERTIFICATE_EXPIRED"), late, at="2034-01-01T00:00:00Z")

    def test_a_crl_that_cannot_be_relied_on_is_not_a_pass(self):
        wrong_signer = self.write("crl-wrong.pem", pem("crl.pem") + pem("pa-token-signer.pem") + pem("pa-root.pem"))
        self.assert_verdict((NONE, 437, "CRL_INVALID"), identity(), crl=wrong_signer)

    def test_signature_rows(self):
        self.assert_verdict((FAILED, 438, "SIGNATURE_INVALID"), attacker.flip_signature_bit(identity()))
        self.assert_verdict((FAILED, 438, "SIGNATURE_INVALID"), identity(key="leaf5678.key"))

    def test_the_row_that_stands_first_in_the_table_is_reported(self):
        both = identity({"typ": "JWT"}, {"attest": "Z", "iat": 1}, PARAMETERS.replace("1234", "5678"))
        self.assert_verdict((NONE, 436, "X5U_INFO_MISMATCH"), both)
        self.assert_verdict((FAILED, 438, "SIGNATURE_INVALID"), attacker.flip_signature_bit(identity(claims={"attest": "Z"})))

    def test_every_check_is_listed(self):
        checks = self.verdict(identity())["headers"][0]["checks"]
        self.assertGreater(len(checks), 15)
        self.assertFalse([check for check in checks if check["outcome"] == "failed"])
        failed = [check["name"] for check in self.verdict(identity(), orig="12155550122")["headers"][0]["checks"]
                  if check["outcome"] == "failed"]
        self.assertEqual(failed, ["orig"])

    def test_it_judges_by_the_rules_that_a_profile_of_sti_vs_may_have(self):
        stranger, future = "12155550199", identity(claims={"iat": 1735689600 + 30})
        for more, expected, changes in (
                (["--pai", stranger], (PASSED, 0, "NONE"), {}),
                (["--pai", stranger, "--caller", "pai"], (NONE, 438, "ORIG_MISMATCH"), {}),
                (["--pai", stranger, "--caller", "from"], (PASSED, 0, "NONE"), {}),
                (["--request-uri", "12155550131"], (NONE, 438, "DEST_MISMATCH"), {"dest": stranger}),
                (["--request-uri", "12155550131", "--called", "request_uri"], (PASSED, 0, "NONE"), {"dest": stranger}),
                (["--country-code", "44"], (NONE, 438, "ORIG_MISMATCH"), {"orig": "2155550121"}),
                (["--policy-oid", "1.2.3"], (FAILED, 437, "CERTIFICATE_POLICY_MISSING"), {}),
                (["--freshness", "9"], (NONE, 403, "IAT_STALE"), {}),
                (["--freshness", "10"], (PASSED, 0, "NONE"), {})):
            with self.subTest(more=more):
                self.assert_verdict(expected, identity(), more=more, **changes)
        self.assert_verdict((NONE, 403, "IAT_IN_FUTURE"), future, more=["--future-skew", "19"])
        self.assert_verdict((PASSED, 0, "NONE"), future, more=["--future-skew", "20"])

    def test_it_answers_in_the_form_that_a_profile_of_sti_vs_may_have(self):
        self.assertEqual(self.verdict(identity(), more=["--verstat", "level_always"])["verstat_parameter"], PASSED + "-A")
        flipped = attacker.flip_signature_bit(identity())
        self.assertEqual(self.verdict(flipped)["reject"], False)
        refused = self.verdict(flipped, more=["--failed-calls", "reject", "--reason-header", "sip"])
        self.assertEqual(refused["reject"], True)
        self.assertTrue(refused["reason_headers"][0].startswith("SIP;"), refused["reason_headers"])
        self.assertEqual(self.verdict("", more=["--unsigned-calls", "reject"])["reject"], True)

    def test_lints_of_the_certificate_are_noted_and_no_reason_to_fail(self):
        folder = "tests/chains/good_profile_lints"
        linted = subprocess.run([STICTL, "ca", "lint", f"{folder}/chain.pem"], capture_output=True, text=True, check=False).stdout
        signed = attacker.sign_identity(f"{folder}/leaf.key", X5U, {**CLAIMS, "iat": 1751371200})
        verdict = self.verdict(signed, at="2025-07-01T12:00:00Z", chain=f"{folder}/chain.pem", anchors=f"{folder}/anchors.pem",
                               crl=None)
        self.assertEqual((verdict["verstat"], verdict["reason"]), (PASSED, "NONE"), verdict)
        rules = [re.search(r": (\w+) \(", note).group(1) for note in verdict["headers"][0]["notes"]]
        self.assertIn("subject_country_count", rules)
        for rule in rules:
            self.assertIn(rule, linted)
        self.assertFalse(self.verdict(identity())["headers"][0]["notes"])

    def test_one_good_header_of_several_suffices(self):
        self.assert_verdict((PASSED, 0, "NONE"), attacker.flip_signature_bit(identity()), identity())
        self.assert_verdict((PASSED, 0, "NONE"), f"{attacker.flip_signature_bit(identity())}, {identity()}")

    def test_usage_errors(self):
        for options in ({"chain": "/nonexistent"}, {"anchors": "/nonexistent"}, {"crl": "/nonexistent"}, {"at": "yesterday"},
                        {"orig": "x y"}, {"orig": ""}, {"anchors": f"{PKI}/tokens.json"}, {"crl": f"{PKI}/root.pem"}):
            with self.subTest(options=options):
                done = self.run_verify(identity(), **options)
                self.assertEqual(done.returncode, 2, done.stdout)
                self.assertTrue(json.loads(done.stderr)["error"]["text"])
        self.assertEqual(subprocess.run([STICTL, "passport", "verify"], capture_output=True, check=False).returncode, 2)
        self.assertEqual(subprocess.run([STICTL, "nonsense"], capture_output=True, check=False).returncode, 2)

    def test_identity_may_come_from_file_or_standard_input(self):
        path = self.write("identity.txt", f"Identity: {identity()}\n")
        self.assert_verdict((PASSED, 0, "NONE"), f"@{path}")
        command = [STICTL, "passport", "inspect", "-", "--output", "json"]
        done = subprocess.run(command, input=identity(), capture_output=True, text=True, timeout=30, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        shown = json.loads(done.stdout)
        self.assertEqual((shown["header"], shown["claims"]), (HEADER, CLAIMS))
        self.assertEqual(shown["identity"]["info"], X5U)

    def test_inspect_says_what_is_wrong(self):
        def inspect(text):
            return subprocess.run([STICTL, "passport", "inspect", text], capture_output=True, text=True, timeout=30, check=False)
        self.assertEqual(inspect("garbage").returncode, 1)
        self.assertIn("PASSPORT_MALFORMED", inspect("garbage").stderr)
        self.assertIn("alg is not ES256", inspect(token({"alg": "HS256"})).stdout)
        hostile = inspect(token(claims={"orig": {"tn": "\x1b[31mred"}}))
        self.assertNotIn("\x1b", hostile.stdout)


if __name__ == "__main__":
    unittest.main()
