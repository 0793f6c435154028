"""One sti-as that signs for two providers side by side: each with its own certificate, neither as the other."""

import base64
import concurrent.futures
import json
import os
import signal
import sys
import threading
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
PASSED = "TN-Validation-Passed"
UUID = "123e4567-e89b-12d3-a456-426655440000"


def unb64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class TwoProvidersTest(NetworkTest):
    # Client certificates: as which the second provider enrols, its SBC, and an SBC that verifies incoming calls itself.
    OTHERS = ("beta", "sbc2", "sbc3")
    SPC = {"sbc": "1234", "sbc2": "5678"}

    @classmethod
    def prepare(cls, network):
        network.extra["sti-as"] = network.provider("beta", "5678", "Beta Telephone", "beta", client="sbc2, sbc3") + (
            "    diverting_clients: [sbc3]\n")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        try:
            cls.network.register_provider("beta", "Beta Telephone", "5678", "beta")
            cls.calls, cls.services = client.stubs("authentication")
            cls.verdicts, verification = client.stubs("verification")
            cls.party = client.stubs("call")[0]
            cls.sti_as = {name: cls.services.AuthenticationStub(client.channel(cls.network, "sti-as", name))
                          for name in (*cls.SPC, "sbc3", "attacker")}
            cls.sti_vs = verification.VerificationStub(client.channel(cls.network, "sti-vs", "sbc"))
            cls.network.wait_until(lambda: cls.enrolled("sbc2"), "the second provider to enrol", seconds=40)
        except BaseException:
            cls.tearDownClass()
            raise

    @classmethod
    def enrolled(cls, name):
        try:
            return cls.sti_as[name].Sign(cls.request(cls))
        except grpc.RpcError as error:
            if error.code() != grpc.StatusCode.UNAVAILABLE:  # NOT_READY is
                raise
            return None

    def request(self, **fields):
        fields = {"orig": self.party.Party(tn=CALLER), "dest": self.party.Destination(tn=[CALLED]),
                  "attest": self.party.ATTESTATION_A, "origid": UUID, **fields}
        return self.calls.SignRequest(**fields)

    def diversion(self, before, **fields):
        fields = {"ppt": "div", "attest": 0, "origid": "", "dest": self.party.Destination(tn=[TARGET]), "iat": before.iat,
                  "div": self.party.Party(tn=CALLED), "incoming_identity": [before.identity], **fields}
        return self.request(**fields)

    def judge(self, *signed, **facts):
        facts = {"from": CALLER, "to": CALLED, **facts}
        return self.sti_vs.Verify(self.verdicts.VerifyRequest(identity=[one.identity for one in signed], **facts))

    def refused(self, call):
        with self.assertRaises(grpc.RpcError) as caught:
            call()
        return caught.exception

    def leaf(self, spc):
        rows = [row for row in self.network.stictl_json("ca", "list")[1]["certificates"] if row["spc"] == spc]
        self.assertEqual(len(rows), 1, rows)
        return x509.load_pem_x509_certificate(self.network.stictl_json("ca", "show", rows[0]["serial"])[1]["chain_pem"].encode())

    def everything(self, name):
        """A signature by each RPC."""
        stub, request = self.sti_as[name], self.request()
        several = self.calls.SignCallRequest(call=request, ppts=["shaken"])
        yield stub.Sign(request)
        yield stub.SignBatch(self.calls.SignBatchRequest(requests=[request])).results[0].response
        yield stub.SignCall(several).passports[0]
        rows = [self.calls.SignStreamRequest(id=1, sign=request), self.calls.SignStreamRequest(id=2, call=several)]
        answers = {answer.id: answer for answer in stub.SignStream(iter(rows))}
        yield answers[1].response
        yield answers[2].call.passports[0]

    def test_each_signs_with_its_own_certificate_by_every_rpc(self):
        for name, spc in self.SPC.items():
            leaf = self.leaf(spc)
            for signed in self.everything(name):
                header, payload, signature = signed.passport.split(".")
                self.assertEqual(signed.spc, spc)
                self.assertEqual(int(signed.certificate_serial, 16), leaf.serial_number)
                self.assertEqual(json.loads(unb64url(payload)), {
                    "attest": "A", "dest": {"tn": [CALLED]}, "iat": signed.iat, "orig": {"tn": CALLER}, "origid": UUID})
                raw = unb64url(signature)
                der = utils.encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
                leaf.public_key().verify(der, f"{header}.{payload}".encode(), ec.ECDSA(hashes.SHA256()))
                verdict = self.judge(signed)
                self.assertEqual((verdict.verstat, verdict.signer.spc), (PASSED, spc), verdict)

    def test_they_sign_side_by_side(self):
        def work(name):
            return {self.sti_as[name].Sign(self.request()).spc for _ in range(100)}
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            names = list(self.SPC) * 4
            for name, spcs in zip(names, pool.map(work, names)):
                self.assertEqual(spcs, {self.SPC[name]})

    def test_who_belongs_to_neither_signs_by_no_rpc(self):
        stub, request = self.sti_as["attacker"], self.request()
        for call in (lambda: stub.Sign(request), lambda: stub.SignBatch(self.calls.SignBatchRequest(requests=[request])),
                     lambda: stub.SignCall(self.calls.SignCallRequest(call=request, ppts=["shaken"])),
                     lambda: list(stub.SignStream(iter([self.calls.SignStreamRequest(id=1, sign=request)])))):
            error = self.refused(call)
            self.assertEqual(error.code(), grpc.StatusCode.PERMISSION_DENIED)
            self.assertEqual(client.error_detail(error).reason, "PERMISSION_DENIED")

    def test_each_has_a_folder_of_its_own(self):
        for name in ("quickstart", "beta"):
            folder = self.network.path("state/sti-as", name)
            self.assertEqual(os.stat(folder).st_mode & 0o777, 0o700)
            self.assertTrue([file for file in os.listdir(folder) if file.startswith("key-")], os.listdir(folder))
        self.assertNotEqual(self.leaf("1234").public_key().public_numbers(), self.leaf("5678").public_key().public_numbers())

    def test_a_client_that_verifies_itself_is_taken_at_its_word(self):
        before = self.sti_as["sbc"].Sign(self.request())
        head, _, rest = before.identity.partition(";")
        forged = head[:-4] + ("AAAA" if not head.endswith("AAAA") else "BBBB") + ";" + rest
        error = self.refused(lambda: self.sti_as["sbc2"].Sign(self.diversion(before, incoming_identity=[forged])))
        self.assertEqual(client.error_detail(error).reason, "INCOMING_NOT_VERIFIED")
        self.assertEqual(self.sti_as["sbc3"].Sign(self.diversion(before, incoming_identity=[forged])).spc, "5678")
        self.assertEqual(self.sti_as["sbc3"].Sign(self.diversion(before, incoming_identity=[])).spc, "5678")
        error = self.refused(lambda: self.sti_as["sbc3"].Sign(self.diversion(before, orig=self.party.Party(tn="12155550122"))))
        self.assertEqual(client.error_detail(error).reason, "INCOMING_NOT_VERIFIED", "what it shows must fit")

    def test_a_diversion_by_the_one_continues_a_call_of_the_other(self):
        before = self.sti_as["sbc"].Sign(self.request())
        diverted = self.sti_as["sbc2"].Sign(self.diversion(before))
        verdict = self.judge(before, diverted, request_uri=f"tel:+{TARGET}")
        self.assertEqual((verdict.verstat, verdict.div.verstat), (PASSED, PASSED), verdict)
        self.assertEqual([row.signer.spc for row in verdict.headers], ["1234", "5678"])

    def test_a_stream_answers_every_request_that_it_took_when_the_daemon_stops(self):
        """SIGTERM under load: what was accepted is answered, and the client is told to go elsewhere for the rest."""
        enough, taken, answered = threading.Event(), threading.Event(), []

        def requests():
            number = 0
            while not enough.wait(0.0005 if taken.is_set() else 0):
                number += 1
                yield self.calls.SignStreamRequest(id=number, sign=self.request())
                if number == 2000:
                    taken.set()
        stream = self.sti_as["sbc"].SignStream(requests())

        def read():
            try:
                for answer in stream:
                    answered.append(answer)
            except grpc.RpcError as error:
                return error.code()
            return grpc.StatusCode.OK
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            end = pool.submit(read)
            self.assertTrue(taken.wait(60))
            unary = pool.submit(lambda: [self.sti_as["sbc2"].Sign(self.request()).spc for _ in range(20)])
            unary.result()
            self.assertEqual(self.network.stop("sti-as", signal.SIGTERM), 0)
            code = end.result()
            enough.set()
        self.network.start("sti-as")
        self.network.wait_until(lambda: self.network.serving("as"), "sti-as to serve again")
        self.assertEqual(code, grpc.StatusCode.UNAVAILABLE)
        self.assertGreater(len(answered), 0)
        self.assertEqual(sorted(answer.id for answer in answered), list(range(1, len(answered) + 1)), "a gap: a lost call")
        self.assertEqual({answer.WhichOneof("result") for answer in answered}, {"response"})
        self.network.wait_until(lambda: self.enrolled("sbc") and self.enrolled("sbc2"), "both to sign again")

    def test_z_without_sti_vs_nothing_is_diverted(self):
        """Runs last by its name."""
        before = self.sti_as["sbc"].Sign(self.request())
        self.network.stop("sti-vs")
        try:
            error = self.refused(lambda: self.sti_as["sbc"].Sign(self.diversion(before)))
            self.assertEqual(error.code(), grpc.StatusCode.UNAVAILABLE)
            detail = client.error_detail(error)
            self.assertEqual((detail.reason, detail.field), ("UNAVAILABLE", "incoming_identity"))
            self.assertEqual(self.sti_as["sbc3"].Sign(self.diversion(before)).spc, "5678", "asks nobody")
            self.assertEqual(self.sti_as["sbc"].Sign(self.request()).spc, "1234", "other calls go on")
        finally:
            self.network.start("sti-vs")
            self.network.wait_until(lambda: self.network.serving("vs"), "sti-vs to serve again")


if __name__ == "__main__":
    unittest.main()
