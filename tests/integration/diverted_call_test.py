"""A call that is diverted twice on its way, with rich call data: three providers, each with its own sti-as and certificate."""

import base64
import hashlib
import itertools
import os
import sys
import unittest

import grpc

sys.path.insert(0, os.path.abspath("tests/integration"))
# pylint: disable=wrong-import-position
import client  # noqa: E402
from suite_network import CALLED, CALLER, NetworkTest  # noqa: E402

PASSED, FAILED, NONE = "TN-Validation-Passed", "TN-Validation-Failed", "No-TN-Validation"
FIRST, SECOND, TARGET = CALLED, "12155550199", "12155550250"
LOGO = b"\x89PNG not really"
LOGO_URL = "https://example.com/logo.png"


def digest(octets):
    return "sha256-" + base64.b64encode(hashlib.sha256(octets).digest()).decode().rstrip("=")


class DivertedCallTest(NetworkTest):
    # Instance of sti-as -> its SPC. The first one is the network's own.
    PROVIDERS = {"sti-as-2": "5678", "sti-as-3": "848J"}
    OTHERS = tuple(PROVIDERS)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        try:
            for instance, spc in cls.PROVIDERS.items():
                cls.network.add_provider(instance, spc)
            cls.calls, services = client.stubs("authentication")
            cls.verdicts, verification = client.stubs("verification")
            cls.party = client.stubs("call")[0]
            cls.signers = [services.AuthenticationStub(client.channel(cls.network, name, "sbc"))
                           for name in ("sti-as", *cls.PROVIDERS)]
            cls.sti_vs = verification.VerificationStub(client.channel(cls.network, "sti-vs", "sbc"))
        except BaseException:
            cls.tearDownClass()
            raise

    def original(self, **changes):
        rcd = self.party.RichCallData(nam="Example Bank", crn="Your appointment", icn=LOGO_URL, rcdi={"/icn": digest(LOGO)})
        request = {"orig": self.party.Party(tn=CALLER), "dest": self.party.Destination(tn=[FIRST]),
                   "attest": self.party.ATTESTATION_A, "rcd": rcd, **changes}
        return self.signers[0].Sign(self.calls.SignRequest(**request))

    def divert(self, hop, before, old, new, incoming=(), **changes):
        """`before`: the PASSporT that goes on; `incoming`: others of the call."""
        request = {"ppt": "div", "orig": self.party.Party(tn=CALLER), "dest": self.party.Destination(tn=[new]),
                   "div": self.party.Party(tn=old), "iat": before.iat,
                   "incoming_identity": [one.identity for one in (*incoming, before)], **changes}
        return self.signers[hop].Sign(self.calls.SignRequest(**request))

    def call(self):
        original = self.original()
        first = self.divert(1, original, FIRST, SECOND)
        second = self.divert(2, first, SECOND, TARGET, incoming=[original])
        return original, first, second

    def judge(self, *signed, **changes):
        identities = [one if isinstance(one, str) else one.identity for one in signed]
        facts = {"from": f'"Example Bank" <sip:+{CALLER}@example.com;user=phone>', "to": f"tel:+{FIRST}",
                 "request_uri": f"sip:+{TARGET}@pbx.example.net;user=phone", **changes}
        return self.sti_vs.Verify(self.verdicts.VerifyRequest(identity=identities, **facts))

    def hops(self, verdict):
        return [(hop.header, getattr(hop, "from"), hop.to, hop.reason) for hop in verdict.div.hops]

    def test_every_order_of_the_headers_gives_the_same_chain(self):
        call = self.call()
        for order in itertools.permutations(range(3)):
            with self.subTest(order=order):
                verdict = self.judge(*(call[i] for i in order))
                self.assertEqual((verdict.verstat, verdict.reason, verdict.attestation),
                                 (PASSED, "NONE", self.party.ATTESTATION_A), verdict)
                self.assertEqual(verdict.signer.spc, "1234")
                self.assertEqual((verdict.div.verstat, verdict.div.reason), (PASSED, "NONE"), verdict.div)
                self.assertEqual(self.hops(verdict), [(order.index(1), FIRST, SECOND, "NONE"),
                                                      (order.index(2), SECOND, TARGET, "NONE")])
                self.assertEqual([verdict.headers[order.index(i)].signer.spc for i in range(3)], ["1234", "5678", "848J"])

    def test_rich_call_data_is_shown_with_what_is_still_to_be_fetched(self):
        verdict = self.judge(*self.call())
        self.assertEqual([row.reason for row in verdict.rcd], ["NONE"], verdict.rcd)
        data = verdict.rcd[0].data
        self.assertEqual((data.nam, data.crn, data.icn), ("Example Bank", "Your appointment", LOGO_URL))
        items = {item.pointer: (self.verdicts.RcdItem.Integrity.Name(item.integrity), item.digest) for item in verdict.rcd[0].items}
        self.assertEqual(items["/icn"], ("INTEGRITY_TO_FETCH", digest(LOGO)))

    def test_another_display_name_is_not_vouched_for(self):
        verdict = self.judge(*self.call(), **{"from": f'"Other Bank" <tel:+{CALLER}>'})
        self.assertEqual((verdict.verstat, verdict.rcd[0].reason), (PASSED, "RCD_NAME_MISMATCH"), verdict)

    def test_without_the_hop_in_the_middle_the_diversion_is_not_proven(self):
        original, _, second = self.call()
        verdict = self.judge(original, second)
        self.assertEqual(verdict.div.reason, "DIV_CHAIN_INCOMPLETE", verdict.div)
        self.assertNotEqual(verdict.div.verstat, PASSED)
        # The call still has its original To, so the first PASSporT stands on its own (RFC 8946 s4.2).
        self.assertEqual(verdict.verstat, PASSED, verdict)

    def test_where_to_was_rewritten_only_the_chain_saves_the_call(self):
        original, first, second = self.call()
        rewritten = {"to": f"tel:+{TARGET}"}
        self.assertEqual(self.judge(original, first, second, **rewritten).verstat, PASSED)
        alone = self.judge(original, **rewritten)
        self.assertEqual((alone.verstat, alone.reason, alone.sip_code), (NONE, "DEST_MISMATCH", 438), alone)

    def test_a_forged_hop_breaks_the_chain(self):
        original, first, second = self.call()
        head, _, rest = first.identity.partition(";")
        forged = head[:-4] + ("AAAA" if not head.endswith("AAAA") else "BBBB") + ";" + rest
        verdict = self.judge(original, forged, second, to=f"tel:+{TARGET}")
        self.assertNotEqual(verdict.verstat, PASSED, verdict)
        self.assertNotEqual(verdict.div.verstat, PASSED)

    def test_a_hop_for_another_caller_breaks_the_chain(self):
        original, first, _ = self.call()
        caller = self.party.Party(tn="12155550122")
        another = self.original(orig=caller, dest=self.party.Destination(tn=[SECOND]))
        other = self.divert(2, another, SECOND, TARGET, orig=caller)
        verdict = self.judge(original, first, other, to=f"tel:+{TARGET}")
        self.assertNotEqual(verdict.verstat, PASSED, verdict)

    def test_a_nested_diversion_carries_its_past_with_it(self):
        original = self.original()
        inner = self.divert(1, original, FIRST, SECOND, ppt="div-o", opt=original.passport)
        outer = self.divert(2, inner, SECOND, TARGET, ppt="div-o", opt=inner.passport)
        verdict = self.judge(outer, to=f"tel:+{TARGET}")
        self.assertEqual((verdict.verstat, verdict.attestation), (PASSED, self.party.ATTESTATION_A), verdict)
        self.assertEqual([(row.ppt, row.nested_in if row.HasField("nested_in") else None) for row in verdict.headers],
                         [("div-o", None), ("div-o", 0), ("shaken", 1)])
        self.assertEqual([(hop[1], hop[2]) for hop in self.hops(verdict)], [(FIRST, SECOND), (SECOND, TARGET)])

    def refused(self, *arguments, **changes):
        with self.assertRaises(grpc.RpcError) as caught:
            self.divert(*arguments, **changes)
        error = client.error_detail(caught.exception)
        return error.reason, error.field

    def test_sti_as_diverts_only_calls_that_sti_vs_believes(self):
        original, first, _ = self.call()
        not_verified = ("INCOMING_NOT_VERIFIED", "incoming_identity")
        self.assertEqual(self.refused(1, original, FIRST, SECOND, incoming_identity=[]), not_verified)
        head, _, rest = original.identity.partition(";")
        forged = head[:-4] + ("AAAA" if not head.endswith("AAAA") else "BBBB") + ";" + rest
        self.assertEqual(self.refused(1, original, FIRST, SECOND, incoming_identity=[forged]), not_verified)
        # The hop before, without the call that it diverted.
        self.assertEqual(self.refused(2, first, SECOND, TARGET), not_verified)
        # Another call's PASSporT beside a forged one for this call.
        believed = self.original(dest=self.party.Destination(tn=[SECOND]))
        self.assertEqual(self.refused(1, original, FIRST, SECOND, incoming_identity=[believed.identity, forged]), not_verified)
        # In opt stands what nobody verified.
        self.assertEqual(self.refused(1, original, FIRST, SECOND, ppt="div-o", opt=forged.partition(";")[0]), not_verified)

    def test_sti_as_makes_no_diversion_to_where_the_call_was_going(self):
        with self.assertRaises(grpc.RpcError) as caught:
            self.divert(1, self.original(), FIRST, FIRST)
        self.assertEqual(client.error_detail(caught.exception).reason, "INVALID_FIELD")

    def test_stictl_explains_the_diverted_call(self):
        call = self.call()
        identities = [word for one in call for word in ("--identity", one.identity)]
        done = self.network.stictl_process(
            "call", "verify", "--from", f'"Example Bank" <tel:+{CALLER}>', "--to", FIRST, "--request-uri", f"tel:+{TARGET}",
            *identities, config="sbc.yaml")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for text in (PASSED, FIRST, SECOND, TARGET, "Example Bank", "Your appointment", "/icn", "SPC 1234"):
            self.assertIn(text, done.stdout)

    def test_z_a_revoked_forwarder_proves_nothing(self):
        """Runs last by its name: nobody can forward as the third provider afterwards."""
        call = self.call()
        self.assertEqual(self.judge(*call).div.verstat, PASSED)
        serial = self.judge(*call).headers[2].signer.serial
        with open(self.network.path("revoked.pem"), "w", encoding="ascii") as file:
            file.write(self.network.stictl_json("ca", "show", serial)[1]["chain_pem"])
        self.network.stictl("pa", "revocation", "record", "--yes", "--certificate", self.network.path("revoked.pem"), "--reason", "1")
        self.network.wait_until(lambda: self.judge(*call, to=f"tel:+{TARGET}").verstat != PASSED, "the revocation to arrive")


if __name__ == "__main__":
    unittest.main()
