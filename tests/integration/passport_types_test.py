"""Every PASSporT type, made by sti-as and judged by sti-vs, over real sockets. (Diversions: diverted_call_test.py.)"""

import base64
import hashlib
import json
import os
import sys
import unittest

import grpc
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

sys.path.insert(0, os.path.abspath("tests/integration"))
# pylint: disable=wrong-import-position
import client  # noqa: E402
from suite_network import CALLED, CALLER, NetworkTest  # noqa: E402

TARGET = "12155550199"
PASSED, NONE = "TN-Validation-Passed", "No-TN-Validation"


def unb64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def independent_verify(key, passport):
    covered, _, signature = passport.rpartition(".")
    raw = unb64url(signature)
    assert len(raw) == 64, len(raw)
    der = utils.encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key.verify(der, covered.encode(), ec.ECDSA(hashes.SHA256()))


class PassportTypesTest(NetworkTest):
    @classmethod
    def prepare(cls, network):
        network.more_profiles = ", {name: with-base, clients: [sbc], passport_types: [base]}"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calls, services = client.stubs("authentication")
        cls.verdicts, verification = client.stubs("verification")
        cls.party = client.stubs("call")[0]
        cls.sti_as = services.AuthenticationStub(client.channel(cls.network, "sti-as", "sbc"))
        cls.sti_vs = verification.VerificationStub(client.channel(cls.network, "sti-vs", "sbc"))

    def sign(self, **fields):  # pylint: disable=arguments-differ
        fields = {"orig": self.party.Party(tn=CALLER), "dest": self.party.Destination(tn=[CALLED]), **fields}
        return self.sti_as.Sign(self.calls.SignRequest(**fields))

    def shaken(self):
        return self.sign(attest=self.party.ATTESTATION_B)

    def judge(self, *signed, **facts):
        facts = {"from": CALLER, "to": CALLED, **facts}
        return self.sti_vs.Verify(self.verdicts.VerifyRequest(identity=[one.identity for one in signed], **facts))

    def refused(self, **fields):
        with self.assertRaises(grpc.RpcError) as caught:
            self.sign(**fields)
        return client.error_detail(caught.exception)

    def test_every_type_is_signed_for_python_and_accepted_by_sti_vs(self):
        """python3-cryptography verifies the signature; a profile that admits base PASSporTs takes them, too."""
        serial = self.network.stictl_json("ca", "list")[1]["certificates"][0]["serial"]
        chain = self.network.stictl_json("ca", "show", serial)[1]["chain_pem"]
        key = x509.load_pem_x509_certificate(chain.encode()).public_key()
        shaken = self.shaken()
        diverted = {"dest": self.party.Destination(tn=[TARGET]), "div": self.party.Party(tn=CALLED), "iat": shaken.iat,
                    "incoming_identity": [shaken.identity]}
        esnet = self.party.ResourcePriority(auth=["esnet.0"], sph="psap-callback")
        for name, signed, others, facts in (
                ("shaken", shaken, [], {}),
                ("div", self.sign(ppt="div", **diverted), [shaken], {"request_uri": f"tel:+{TARGET}"}),
                ("div-o", self.sign(ppt="div-o", opt=shaken.passport, **diverted), [], {"to": f"tel:+{TARGET}"}),
                ("rph", self.sign(ppt="rph", rph=esnet), [shaken], {"resource_priority": ["esnet.0"], "priority": "psap-callback"}),
                ("rcd", self.sign(ppt="rcd", rcd=self.party.RichCallData(nam="Q Branch", crn="Your car")), [],
                 {"display_name": "Q Branch"}),
                ("msg", self.sign(ppt="msg", message_body=b"Your code"), [], {"message_body": b"Your code"}),
                ("", self.sign(ppt="base"), [], {"profile": "with-base"})):
            with self.subTest(ppt=name):
                self.assertEqual(json.loads(unb64url(signed.passport.split(".")[0])).get("ppt", ""), name)
                independent_verify(key, signed.passport)
                verdict = self.judge(signed, *others, **facts)
                self.assertEqual((verdict.verstat, verdict.headers[0].reason), (PASSED, "NONE"), verdict)

    def test_resource_priority_is_judged_beside_the_number(self):
        rph = self.sign(ppt="rph", rph=self.party.ResourcePriority(auth=["ets.0", "wps.0"]))
        for fields, expected, auth in (
                (["ets.0,wps.0"], ("NONE", "RPH-Validation-Passed"), ["ets.0", "wps.0"]),
                (["ets.0", "wps.0"], ("NONE", "RPH-Validation-Passed"), ["ets.0", "wps.0"]),
                (["ets.1"], ("RPH_MISMATCH", "RPH-Validation-Failed"), []),
                ([], ("RPH_MISMATCH", "RPH-Validation-Failed"), [])):
            with self.subTest(fields=fields):
                verdict = self.judge(self.shaken(), rph, resource_priority=fields)
                self.assertEqual((verdict.verstat, verdict.attestation), (PASSED, self.party.ATTESTATION_B), verdict)
                self.assertEqual((verdict.rph.reason, verdict.rph.verstat_priority), expected, verdict.rph)
                self.assertEqual(list(verdict.rph.auth), auth)

    def test_a_resource_priority_alone_does_not_vouch_for_the_number(self):
        rph = self.sign(ppt="rph", rph=self.party.ResourcePriority(auth=["ets.0"]))
        verdict = self.judge(rph, resource_priority=["ets.0"])
        self.assertNotEqual(verdict.verstat, PASSED, verdict)
        self.assertEqual(verdict.rph.verstat_priority, "RPH-Validation-Passed")

    def test_an_emergency_callback_shows_its_priority(self):
        rph = self.sign(ppt="rph", rph=self.party.ResourcePriority(auth=["esnet.0"], sph="psap-callback"))
        good = self.judge(self.shaken(), rph, resource_priority=["esnet.0"], priority="psap-callback")
        self.assertEqual((good.rph.reason, good.rph.sph), ("NONE", "psap-callback"), good)
        bad = self.judge(self.shaken(), rph, resource_priority=["esnet.0"], priority="emergency")
        self.assertEqual(bad.rph.reason, "SPH_MISMATCH", bad)
        self.assertEqual(self.refused(ppt="rph", rph=self.party.ResourcePriority(auth=["ets.0"], sph="psap-callback")).field,
                         "rph.sph")

    def test_a_message_is_bound_to_its_body(self):
        message = self.sign(ppt="msg", message_body=b"Your code is 123456")
        good = self.judge(message, message_body=b"Your code is 123456")
        self.assertEqual(good.headers[0].reason, "NONE", good)
        bad = self.judge(message, message_body=b"Your code is 654321")
        self.assertEqual(bad.headers[0].reason, "MSGI_MISMATCH", bad)

    def test_third_party_call_data_needs_somebody_who_vouches_for_the_number(self):
        rcd = self.sign(ppt="rcd", rcd=self.party.RichCallData(nam="Example Bank", iss="Analytics Inc"))
        alone = self.judge(rcd, display_name="Example Bank")
        self.assertEqual(alone.rcd[0].reason, "RCD_THIRD_PARTY_UNVOUCHED", alone)
        both = self.judge(rcd, self.shaken(), display_name="Example Bank")
        self.assertEqual((both.verstat, both.rcd[0].reason, both.rcd[0].third_party), (PASSED, "NONE", True), both)

    def test_a_jcard_is_hashed_for_the_caller(self):
        jcard = '["vcard",[["version",{},"text","4.0"],["fn",{},"text","Q Branch"]]]'
        rcd = self.sign(ppt="rcd", rcd=self.party.RichCallData(nam="Q Branch", jcd=jcard))
        verdict = self.judge(rcd, self.shaken(), display_name="Q Branch")
        digest = "sha256-" + base64.b64encode(hashlib.sha256(jcard.encode()).digest()).decode().rstrip("=")
        rows = {item.pointer: (self.verdicts.RcdItem.Integrity.Name(item.integrity), item.digest) for item in verdict.rcd[0].items}
        self.assertEqual(rows["/jcd"], ("INTEGRITY_VERIFIED", digest), verdict.rcd)

    def test_what_is_behind_a_url_needs_a_digest_to_be_signed(self):
        error = self.refused(ppt="rcd", rcd=self.party.RichCallData(nam="Q", icn="https://example.com/logo.png"))
        self.assertEqual((error.reason, error.field), ("MISSING_FIELD", "rcd.rcdi./icn"))

    def test_a_base_passport_is_unsupported_unless_the_profile_takes_it(self):
        verdict = self.judge(self.sign(ppt="base"))
        self.assertEqual((verdict.verstat, verdict.sip_code), (NONE, 438), verdict)

    def test_media_keys_are_compared(self):
        key = self.party.MediaKey(alg="sha-256", dig="AB:CD" + ":EF" * 30)
        other = self.party.MediaKey(alg="sha-256", dig="AB:CD" + ":EE" * 30)
        identity = self.sign(attest=self.party.ATTESTATION_A, media_keys=[key])
        self.assertEqual(self.judge(identity, media_keys=[key]).reason, "NONE")
        self.assertEqual(self.judge(identity, media_keys=[other]).reason, "MKY_MISMATCH")

    def test_fields_of_another_type_are_refused(self):
        for fields, field in (({"attest": self.party.ATTESTATION_A, "div": self.party.Party(tn=CALLER)}, "div"),
                              ({"ppt": "rph", "attest": self.party.ATTESTATION_A,
                                "rph": self.party.ResourcePriority(auth=["ets.0"])}, "attest"),
                              ({"ppt": "rph"}, "rph"), ({"ppt": "div"}, "div"), ({"ppt": "rcd"}, "rcd")):
            with self.subTest(fields=fields):
                self.assertEqual(self.refused(**fields).field.partition(".")[0], field)


if __name__ == "__main__":
    unittest.main()
