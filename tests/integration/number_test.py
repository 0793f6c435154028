"""Number assignments as an admin makes them: sti-pa and stictl as programs; python3-cryptography judges what is published."""

import base64
import datetime
import json
import os
import sys
import tempfile
import unittest

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

sys.path.insert(0, os.path.abspath("tools/story"))
# pylint: disable=wrong-import-position
from network import Network, free_ports  # noqa: E402

BINARIES = {"sti-pa": os.path.abspath("services/pa/sti-pa"), "stictl": os.path.abspath("services/stictl/stictl")}
REFUSED, USAGE = 3, 2


def unb64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class NumberTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR"))  # pylint: disable=consider-using-with
        cls.addClassCleanup(folder.cleanup)
        cls.network = Network(folder.name, BINARIES, free_ports())
        cls.network.make_keys()
        cls.network.write_configuration()
        cls.start()
        cls.addClassCleanup(cls.network.stop, "sti-pa")
        for name, spc in (("acme", "1234"), ("other", "5678")):
            cls.network.stictl("pa", "provider", "register", "--id", name, "--name", name, "--spc", spc, "--client", name)

    @classmethod
    def start(cls):
        cls.network.start("sti-pa")
        cls.network.wait_until(lambda: cls.network.stictl_process("health", "pa").returncode == 0, "sti-pa to serve")

    def number(self, *arguments, config="stictl.yaml"):
        """Exit code, parsed output or error."""
        done = self.network.stictl_process("--output", "json", "pa", "number", *arguments, config=config)
        return done.returncode, json.loads(done.stdout or done.stderr)

    def refusal(self, *arguments):
        code, answer = self.number(*arguments)
        self.assertIn(code, (REFUSED, USAGE), answer)
        return code, answer["error"]["reason"], answer["error"]["field"], answer["error"]["text"]

    def csv(self, text):
        path = self.network.path("numbers.csv")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def ranges(self):
        code, listing = self.number("list")
        self.assertEqual(code, 0, listing)
        return [(r["spc"], r["start"], int(r["count"])) for r in listing.get("numbers", [])]

    def published(self):
        """The payload, once its signature and signer have been checked against the pinned root."""
        code, answer = self.number("show", config="sbc.yaml")
        self.assertEqual(code, 0, answer)
        signed, signature = answer["number_list"].rsplit(".", 1)
        header, payload = (json.loads(unb64url(part)) for part in signed.split("."))
        signer = x509.load_der_x509_certificate(base64.b64decode(header["x5c"][0]))
        with open(self.network.path("pa/pa-root.pem"), "rb") as file:
            root = x509.load_pem_x509_certificate(file.read())
        root.public_key().verify(signer.signature, signer.tbs_certificate_bytes, ec.ECDSA(signer.signature_hash_algorithm))
        r_and_s = unb64url(signature)
        der = utils.encode_dss_signature(int.from_bytes(r_and_s[:32], "big"), int.from_bytes(r_and_s[32:], "big"))
        signer.public_key().verify(der, signed.encode(), ec.ECDSA(hashes.SHA256()))
        return payload

    def test_1_without_assignments_there_is_no_list(self):
        code, answer = self.number("show", config="sbc.yaml")
        self.assertEqual((code, answer["error"]["reason"]), (REFUSED, "NOT_FOUND"))
        self.assertEqual(self.ranges(), [])

    def test_2_assigned_numbers_are_published(self):
        self.assertEqual(self.number("assign", "--spc", "1234", "--start", "12155551000", "--count", "1000")[0], 0)
        self.assertEqual(self.number("assign", "--spc", "5678", "--start", "12155550121")[0], 0)
        payload = self.published()
        self.assertEqual(payload["numbers"], [{"ranges": [["12155551000", 1000]], "spc": "1234"},
                                              {"spc": "5678", "tn": ["12155550121"]}])
        self.assertEqual((payload["sequence"], payload["version"]), (2, "1.0"))

    def test_3_refusals_say_what_and_whose(self):
        code, reason, field, text = self.refusal("assign", "--spc", "5678", "--start", "12155551999", "--count", "2")
        self.assertEqual((code, reason, field), (REFUSED, "NUMBERS_OVERLAP", "numbers[0]"))
        self.assertIn("12155551999 belongs to SPC 1234", text)
        self.assertEqual(self.refusal("assign", "--spc", "9999", "--start", "1")[1:3], ("NOT_FOUND", "numbers[0].spc"))
        self.assertEqual(self.refusal("assign", "--spc", "1234", "--start", "+1")[1:3], ("INVALID_FIELD", "numbers[0].start"))
        self.assertEqual(self.refusal("withdraw", "--spc", "5678", "--start", "12155551000")[1], "NOT_FOUND")
        code, answer = self.number("assign", "--spc", "1234", "--start", "1", config="sbc.yaml")
        self.assertEqual((code, answer["error"]["reason"]), (REFUSED, "PERMISSION_DENIED"))

    def test_4_a_file_is_taken_as_a_whole_or_not_at_all(self):
        before = self.ranges()
        bad = self.csv("spc,start,count\n\n1234,12155553000,10\n# next\n5678,12155551000,1\n")
        self.assertEqual(self.refusal("import", bad)[:3], (REFUSED, "NUMBERS_OVERLAP", "line 5"))
        code, reason, _, text = self.refusal("import", self.csv("1234,12155553000,10\nnonsense\n1234,x,1\n"))
        self.assertEqual((code, reason), (USAGE, "INVALID_FIELD"))
        self.assertIn("line 2", text)
        self.assertIn("line 3", text)
        self.assertEqual(self.refusal("import", "/nonexistent")[:2], (USAGE, "NOT_FOUND"))
        self.assertEqual(self.ranges(), before)
        good = self.csv("spc,start,count\r\n1234,12155553000,10\r\n5678,0800,\r\n".replace("0800,", "0800"))
        self.assertEqual(self.number("import", good)[0], 0)
        self.assertEqual(sorted(set(self.ranges()) - set(before)), [("1234", "12155553000", 10), ("5678", "0800", 1)])

    def test_5_part_of_a_range_may_go(self):
        withdraw = ("withdraw", "--spc", "1234", "--start", "12155551400", "--count", "100")
        before = self.ranges()
        code, would = self.number(*withdraw)
        self.assertEqual(code, 0, would)
        self.assertIn("100 numbers from 12155551400 on are no longer SPC 1234's", would["effects"])
        self.assertEqual(self.ranges(), before)
        self.assertEqual(self.number(*withdraw, "--yes")[0], 0)
        self.assertIn(["12155551000", 400], self.published()["numbers"][0]["ranges"])
        self.assertIn(["12155551500", 500], self.published()["numbers"][0]["ranges"])

    def test_6_a_restart_forgets_nothing(self):
        before = self.ranges(), self.published()
        self.assertEqual(self.network.stop("sti-pa"), 0)
        self.start()
        after = self.ranges(), self.published()
        self.assertEqual(after[0], before[0])
        self.assertEqual({**after[1], "exp": 0}, {**before[1], "exp": 0})

    def test_7_ten_thousand_ranges_are_imported(self):
        lines = [f"1234,{13000000000 + 100 * i},10" for i in range(10000)]
        self.assertEqual(self.network.stictl_process("--timeout-ms", "60000", "pa", "number", "import",
                                                     self.csv("\n".join(lines))).returncode, 0)
        self.assertGreaterEqual(len(self.published()["numbers"][0]["ranges"]), 10000)

    def test_text_is_for_people(self):
        self.assertIn("number list sequence", self.network.stictl("pa", "number", "list"))


class LintTest(unittest.TestCase):
    def lint(self, path, *more):
        network = Network(".", BINARIES)
        return network.stictl_process(*more, "ca", "lint", path, config="none.yaml")

    def test_a_chain_that_fits_the_profile(self):
        done = self.lint("tests/vectors/demo-pki/chain1234.pem")
        self.assertEqual((done.returncode, done.stdout.count("fits the profile")), (0, 2), done.stderr)

    def test_a_certificate_in_use_in_der(self):
        done = self.lint("tests/vectors/real-leaf-848J.der", "--output", "json")
        self.assertEqual(done.returncode, 1, done.stderr)
        [leaf] = json.loads(done.stdout)["certificates"]
        self.assertEqual((leaf["role"], leaf["subject"].split(",")[0]), ("leaf", "CN=SHAKEN 848J"))
        self.assertEqual([(f["name"], f["source"], f["effective"]) for f in leaf["findings"]],
                         [("subject_serial_number_missing", "US SHAKEN CP 1.3", "2022-01-10")])

    def malformed(self, folder, *extensions):
        """A certificate with these (OID, octets) besides the usual ones, by python3-cryptography."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COUNTRY_NAME, "US"), x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "C"),
                          x509.NameAttribute(x509.NameOID.COMMON_NAME, "SHAKEN 1234")])
        builder = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
                   .serial_number(x509.random_serial_number()).not_valid_before(datetime.datetime(2025, 1, 1))
                   .not_valid_after(datetime.datetime(2026, 1, 1)))
        for oid, value in extensions:
            builder = builder.add_extension(x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), bytes.fromhex(value)), False)
        path = os.path.join(folder, "malformed.der")
        with open(path, "wb") as file:
            file.write(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER))
        return path

    def test_what_cannot_be_decoded_is_a_finding_each(self):
        with tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR")) as folder:
            path = self.malformed(folder, ("1.3.6.1.5.5.7.1.26", "3006800431323334"), ("2.5.29.32", "0500"), ("2.5.29.31", "0500"))
            done = self.lint(path, "--output", "json")
            self.assertEqual(done.returncode, 1, done.stderr)
            [leaf] = json.loads(done.stdout)["certificates"]
            found = {finding["name"]: (finding["source"], finding["effective"]) for finding in leaf["findings"]}
            self.assertEqual(found["tn_auth_list_entry_tag"], ("RFC 8226 s9", "2018-02-01"))
            self.assertEqual(found["policies_malformed"], ("RFC 5280 s4.2.1.4", "2008-05-01"))
            self.assertEqual(found["crl_points_malformed"], ("RFC 5280 s4.2.1.13", "2008-05-01"))
            self.assertIn("tag 80", self.lint(path).stdout)

    def test_the_role_may_be_said(self):
        def judged(path, *more):
            done = Network(".", BINARIES).stictl_process("--output", "json", "ca", "lint", path, *more, config="none.yaml")
            self.assertIn(done.returncode, (0, 1), done.stderr)
            return [(one["role"], {finding["name"] for finding in one["findings"]}) for one in json.loads(done.stdout)["certificates"]]
        root = "tests/vectors/demo-pki/root.pem"
        self.assertEqual(judged(root), [("root CA", set())])
        [(role, findings)] = judged(root, "--role", "leaf")
        self.assertEqual(role, "leaf")
        self.assertLessEqual({"leaf_is_ca", "tn_auth_list_missing", "policies_missing"}, findings)
        for name, shown in (("intermediate", "intermediate CA"), ("root", "root CA"), ("delegate", "delegate leaf"),
                            ("delegate-ca", "delegate CA")):
            self.assertEqual(judged(root, "--role", name)[0][0], shown)
        self.assertEqual([role for role, _ in judged("tests/vectors/demo-pki/chain1234.pem", "--role", "delegate")],
                         ["delegate leaf", "intermediate CA"])
        wrong = Network(".", BINARIES).stictl_process("ca", "lint", root, "--role", "king", config="none.yaml")
        self.assertEqual(wrong.returncode, USAGE)

    def test_what_is_no_certificate_is_a_usage_error(self):
        for path in ("/nonexistent", "tests/vectors/demo-pki/root.key", "tests/vectors/keys.json"):
            self.assertEqual(self.lint(path).returncode, USAGE)


if __name__ == "__main__":
    unittest.main()
