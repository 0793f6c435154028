"""stictl call sign, every PASSporT type: options in, token out, judged by python3-cryptography and the json module."""

import base64
import hashlib
import json
import unittest
import os
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

sys.path.insert(0, os.path.abspath("tests/integration"))
# pylint: disable=wrong-import-position
from suite_network import CALLED, CALLER, NetworkTest  # noqa: E402

TARGET = "12155550199"
PHOTO = "sha256-RojgWwU6xUtI4q82+kHPyHm1JKbm7+663bMvzymhkl4"
BASE = {"orig": {"tn": CALLER}, "dest": {"tn": [CALLED]}}


def unb64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(octets):
    return "sha256-" + base64.b64encode(hashlib.sha256(octets).digest()).decode().rstrip("=")


def value_digest(value):
    return digest(canonical(value).encode())


class SignCommandTest(NetworkTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        serial = cls.network.stictl_json("ca", "list")[1]["certificates"][0]["serial"]
        cls.leaf = x509.load_pem_x509_certificate(cls.network.stictl_json("ca", "show", serial)[1]["chain_pem"].encode())

    def run_sign(self, *options, dest=(CALLED,)):
        words = [word for one in dest for word in ("--dest", one)]
        return self.network.stictl_process("--output", "json", "call", "sign", "--orig", CALLER, *words, *options, config="sbc.yaml")

    def check(self, ppt, claims, *options, dest=(CALLED,)):
        """Signs, and expects these claims beside iat."""
        done = self.run_sign("--ppt", ppt, *options, dest=dest)
        self.assertEqual(done.returncode, 0, done.stderr)
        answer = json.loads(done.stdout)
        header, payload, signature = answer["passport"].split(".")
        member = {} if ppt == "base" else {"ppt": ppt}
        self.assertEqual(unb64url(header).decode(),
                         canonical({"alg": "ES256", "typ": "passport", "x5u": answer["x5u"], **member}))
        self.assertEqual(unb64url(payload).decode(), canonical({**BASE, "iat": int(answer["iat"]), **claims}))
        raw = unb64url(signature)
        der = utils.encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
        self.leaf.public_key().verify(der, f"{header}.{payload}".encode(), ec.ECDSA(hashes.SHA256()))
        suffix = "" if ppt == "base" else f";ppt={ppt}"
        self.assertEqual(answer["identity"], f"{answer['passport']};info=<{answer['x5u']}>;alg=ES256{suffix}")
        return answer

    def refused(self, code, *options, dest=(CALLED,)):
        done = self.run_sign(*options, dest=dest)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        error = json.loads(done.stderr)["error"]
        return error["reason"], error["field"]

    def file(self, name, octets):
        with open(self.network.path(name), "wb") as file:
            file.write(octets)
        return "@" + self.network.path(name)

    def test_base_with_media_keys(self):
        first, second = "4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB", "021acc5427abeb9c533f3e4b652e7d463f5442cd"
        keys = [{"alg": "sha-1", "dig": second.upper()}, {"alg": "sha-1", "dig": first.replace(":", "")}]
        self.check("base", {"mky": keys}, "--media-key", f"sha-1:{first}", "--media-key", f"sha-1:{second}")
        self.check("base", {"dest": {"tn": [CALLED], "uri": ["sip:bob@example.com"]}}, dest=(CALLED, "sip:Bob@EXAMPLE.com;x=1"))

    def test_shaken_with_call_data(self):
        uuid = "123e4567-e89b-12d3-a456-426655440000"
        self.check("shaken", {"attest": "B", "origid": uuid, "crn": "Your appointment", "rcd": {"nam": "Ärzte"},
                              "rcdi": {"/nam": value_digest("Ärzte")}},
                   "--attest", "B", "--origid", uuid, "--nam", "Ärzte", "--crn", "Your appointment")

    def original(self):
        """A call to CALLED that came in from elsewhere."""
        done = self.run_sign("--attest", "A")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_diversions(self):
        to_target = {"dest": {"tn": [TARGET]}}
        original = self.original()
        whole = self.file("identity.txt", b"Identity: " + original["identity"].encode() + b"\n")
        iat = ("--iat", original["iat"])
        self.check("div", {**to_target, "div": {"hi": "1.2", "tn": CALLED}}, "--div", f"+{CALLED}", "--div-hi", "1.2", *iat,
                   "--incoming", whole, dest=(TARGET,))
        for opt in (original["passport"], original["identity"], whole):
            outer = self.check("div-o", {**to_target, "div": {"tn": CALLED}, "opt": original["passport"]}, "--div", CALLED,
                               "--opt", opt, "--incoming", original["identity"], *iat, dest=(TARGET,))
        self.check("div-o", {"dest": {"uri": ["sip:bob@example.com"]}, "div": {"tn": TARGET}, "opt": outer["passport"]},
                   "--div", TARGET, "--opt", outer["passport"], "--incoming", outer["identity"], *iat, dest=("sip:bob@example.com",))

    def test_several_passports_for_one_call(self):
        done = self.run_sign("--ppt", "shaken", "--ppt", "rph", "--attest", "A", "--rph", "ets.0", "--call-id", "a84b4c76e66710@pc33")
        self.assertEqual(done.returncode, 0, done.stderr)
        shaken, rph = json.loads(done.stdout)["passports"]
        self.assertEqual([shaken["iat"], shaken["attest"], rph["attest"]], [rph["iat"], "ATTESTATION_A", "ATTESTATION_UNSPECIFIED"])
        self.assertTrue(rph["identity"].endswith(";ppt=rph"), rph)
        self.assertEqual(self.refused(3, "--ppt", "shaken", "--ppt", "rph", "--attest", "A"), ("MISSING_FIELD", "call.rph.auth"))

    def test_resource_priorities(self):
        self.check("rph", {"rph": {"auth": ["wps.0", "esnet.0"]}, "sph": "psap-callback"}, "--rph", "wps.0", "--rph", "esnet.0",
                   "--sph", "psap-callback")
        self.check("rph", {"dest": {"uri": ["urn:service:sos"]}, "rph": {"auth": ["esnet.1"]}}, "--rph", "esnet.1",
                   dest=("urn:service:sos",))

    def test_rich_call_data(self):
        card = ["vcard", [["version", {}, "text", "4.0"], ["photo", {}, "uri", "https://example.com/q.png"]]]
        rcd = {"nam": "Q", "apn": "12155550100", "icn": "https://example.com/q.png", "jcd": card}
        self.check("rcd", {"iss": "Example Inc.", "rcd": rcd,
                           "rcdi": {"/nam": value_digest("Q"), "/apn": value_digest("12155550100"), "/jcd": value_digest(card),
                                    "/icn": PHOTO, "/jcd/1/1/3": PHOTO}},
                   "--nam", "Q", "--apn", "(215) 555-0100", "--icn", rcd["icn"], "--jcd", self.file("card.json", json.dumps(card).encode()),
                   "--iss", "Example Inc.", "--rcdi", f"/icn={PHOTO}", "--rcdi", f"/jcd/1/1/3={PHOTO}")
        self.check("rcd", {"rcd": {"nam": "Q", "jcl": "https://example.com/q.json"},
                           "rcdi": {"/nam": value_digest("Q"), "/jcl": PHOTO}},
                   "--nam", "Q", "--jcl", "https://example.com/q.json", "--rcdi", f"/jcl={PHOTO}")

    def test_messages(self):
        body = b"\r\n Your code is 123456 \r\n\x00\xff"
        self.check("msg", {"msgi": digest(body)}, "--body", self.file("body", body))
        self.check("msg", {"msgi": digest(b"plain")}, "--body", "plain")
        self.check("msg", {})

    def test_what_sti_as_refuses_is_named(self):
        for options, dest, expected in (
                (("--ppt", "div"), CALLED, ("MISSING_FIELD", "div")),
                (("--ppt", "div", "--div", CALLED), CALLED, ("INVALID_FIELD", "div")),
                (("--ppt", "div", "--div", CALLED, "--opt", "a.b.c"), TARGET, ("INVALID_FIELD", "opt")),
                (("--ppt", "div-o", "--div", CALLED, "--opt", "a.b.c"), TARGET, ("INVALID_FIELD", "opt")),
                (("--ppt", "div", "--div", CALLED), TARGET, ("INCOMING_NOT_VERIFIED", "incoming_identity")),
                (("--ppt", "div", "--div", CALLED, "--incoming", "a.b.c"), TARGET, ("INCOMING_NOT_VERIFIED", "incoming_identity")),
                ((), CALLED, ("CUSTOMER_UNKNOWN", "customer")),
                (("--attest", "A", "--trunk", "nowhere"), CALLED, ("CUSTOMER_UNKNOWN", "trunk")),
                (("--attest", "A", "--customer", "nobody"), CALLED, ("CUSTOMER_UNKNOWN", "customer")),
                (("--attest", "A", "--rcd-profile", "orders"), CALLED, ("INVALID_FIELD", "rcd_profile")),
                (("--ppt", "rph", "--rph", "ets.0", "--rph", "ets"), CALLED, ("INVALID_FIELD", "rph.auth[1]")),
                (("--ppt", "rph", "--rph", "ets.0", "--sph", "psap-callback"), CALLED, ("INVALID_FIELD", "rph.sph")),
                (("--ppt", "rph", "--rph", "ets.0", "--attest", "A"), CALLED, ("INVALID_FIELD", "attest")),
                (("--ppt", "rcd"), CALLED, ("MISSING_FIELD", "rcd")),
                (("--ppt", "rcd", "--apn", CALLER), CALLED, ("MISSING_FIELD", "rcd.nam")),
                (("--ppt", "rcd", "--nam", "Q", "--icn", "https://a.example/q"), CALLED, ("MISSING_FIELD", "rcd.rcdi./icn")),
                (("--ppt", "rcd", "--nam", "Q", "--jcd", "{"), CALLED, ("MALFORMED_JSON", "rcd.jcd")),
                (("--ppt", "rcd", "--nam", "Q", "--body", "x"), CALLED, ("INVALID_FIELD", "message_body")),
                (("--ppt", "base", "--media-key", "sha-256:AA"), CALLED, ("INVALID_FIELD", "media_keys[0]"))):
            with self.subTest(options=options):
                self.assertEqual(self.refused(3, *options, dest=(dest,)), expected)

    def test_what_stictl_cannot_read_is_a_usage_error(self):
        for options, field in ((("--ppt", "rcd", "--nam", "Q", "--rcdi", "/icn"), "--rcdi"),
                               (("--ppt", "rcd", "--nam", "Q", "--rcdi", "=x"), "--rcdi"),
                               (("--ppt", "base", "--media-key", "sha-256"), "--media-key"),
                               (("--ppt", "div-o", "--div", CALLED, "--opt", "a b;info=x"), "--opt"),
                               (("--ppt", "div", "--div", CALLED, "--incoming", "@/nonexistent"), "--incoming"),
                               (("--ppt", "msg", "--body", "@/nonexistent"), "--body"),
                               (("--ppt", "rcd", "--nam", "Q", "--jcd", "@/nonexistent"), "--jcd")):
            with self.subTest(options=options):
                self.assertEqual(self.refused(2, *options)[1].partition(".")[0], field)
        self.assertEqual(self.run_sign("--ppt", "nonsense").returncode, 2)

    def test_inspect_reads_what_was_signed(self):
        signed = self.check("rcd", {"rcd": {"nam": "Q", "icn": "https://example.com/q.png"},
                                    "rcdi": {"/nam": value_digest("Q"), "/icn": PHOTO}},
                            "--nam", "Q", "--icn", "https://example.com/q.png", "--rcdi", f"/icn={PHOTO}")
        notes = self.network.stictl_json("passport", "inspect", signed["identity"])[1]["notes"]
        self.assertTrue(any("rcd/icn is to be fetched" in note for note in notes), notes)
        original = self.original()
        diverted = self.check("div", {"dest": {"tn": [TARGET]}, "div": {"tn": CALLED}}, "--div", CALLED, "--iat", original["iat"],
                              "--incoming", original["identity"], dest=(TARGET,))
        notes = self.network.stictl_json("passport", "inspect", diverted["passport"])[1]["notes"]
        self.assertIn(f"diverted from {CALLED}", notes)


if __name__ == "__main__":
    unittest.main()
