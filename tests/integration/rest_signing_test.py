"""REST signing (ATIS-1000082 and the 3GPP Ms form) and the limits of sti-as, by clients that know no gRPC: curl and Python's
http.client. What is signed is verified with python3-cryptography, and by sti-vs."""

import base64
import http.client
import json
import os
import re
import ssl
import sys
import time
import unittest
import urllib.request

import grpc
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

sys.path.insert(0, os.path.abspath("tests/integration"))
# pylint: disable=wrong-import-position
import client as grpc_client  # noqa: E402
from rest_client import RestClient, make_keys, missing, rest_port, service  # noqa: E402
from suite_network import CALLED, CALLER, NetworkTest  # noqa: E402

GPP = "/3gpp/v1/signing"
ORIGID = "123e4567-e89b-12d3-a456-426655440000"
UUID = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
TOKEN = r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{86}"
TRY_LATER = "Internal Server Error. Please try again later"
USED_UP = "The client has used up what it may ask for; try again later."
CLIENTS = ("sbc", "daily", "slow")


def decode(part):
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


class RestSigningTest(RestClient, NetworkTest):
    PATH = "/stir/v1/signing"

    @classmethod
    def prepare(cls, network):
        cls.keys = make_keys(network, "as-rest.keys", (*CLIENTS, "stranger"))
        network.extra["sti-as"] = (
            "rest:\n  listen: 127.0.0.1:0\n  certificate_file: tls/sti-as.pem\n  key_file: tls/sti-as.key\n"
            "  client_ca_file: tls/ca.pem\n  api_keys_file: as-rest.keys\n"
            "limits:\n  clients:\n    - {clients: [daily], calls_per_day: 3}\n"
            "    - {clients: [slow], calls_per_second: 1, burst: 2}\n")
        configuration = network.configuration
        names = f"[{', '.join(CLIENTS)}]"
        network.configuration = lambda: {
            name: text.replace("    clients: [sbc]\n    attesting_clients: [sbc]\n",
                               f"    clients: {names}\n    attesting_clients: {names}\n    diverting_clients: {names}\n")
            for name, text in configuration().items()}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.port = rest_port(cls.network, "sti-as")

    # --- requests and answers

    @staticmethod
    def request(**changes):
        fields = {"attest": "A", "dest": {"tn": [CALLED]}, "iat": int(time.time()), "orig": {"tn": CALLER}, "origid": ORIGID,
                  **changes}
        return {"signingRequest": {name: value for name, value in fields.items() if value is not None}}

    def signed(self, body, member="identity", **how):
        code, _, text = self.ask(body, **how)
        self.assertEqual(code, 200, text)
        answer = json.loads(text)
        self.assertEqual(list(answer), ["signingResponse"])
        self.assertEqual(list(answer["signingResponse"]), [member])
        identity = answer["signingResponse"][member]
        self.assertEqual(text, '{"signingResponse":{"%s":"%s"}}' % (member, identity), "no octet more")
        return identity

    def check(self, identity, ppt, claims):
        """The signature by python3-cryptography, and claims octet for octet."""
        match = re.fullmatch(rf"({TOKEN});info=<(https://[^>]+)>;alg=ES256;ppt={ppt}", identity)
        self.assertTrue(match, identity)
        head, payload, signature = match[1].split(".")
        context = ssl.create_default_context(cafile=self.network.path("tls/ca.pem"))
        with urllib.request.urlopen(match[2], context=context, timeout=20) as chain:
            certificate = x509.load_pem_x509_certificate(chain.read())
        raw = decode(signature)
        der = utils.encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
        certificate.public_key().verify(der, f"{head}.{payload}".encode(), ec.ECDSA(hashes.SHA256()))
        self.assertEqual(decode(head).decode(),
                         '{"alg":"ES256","ppt":"%s","typ":"passport","x5u":"%s"}' % (ppt, match[2]))
        self.assertEqual(decode(payload).decode(), json.dumps(claims, separators=(",", ":"), sort_keys=True))

    # --- good calls

    def test_curl_gets_a_call_signed_with_a_certificate_or_a_key(self):
        certificate = ["--cert", self.network.path("tls/sbc.pem"), "--key", self.network.path("tls/sbc.key")]
        key = self.keys["sbc"]
        for how in (certificate, ["-H", f"Authorization: Bearer {key}"], ["-H", f"X-Api-Key: {key}"]):
            # The example of the standard, but for the time.
            body = ('{"signingRequest":{"attest":"A","dest":{"tn":["12155550131"]},"iat":%d,"orig":{"tn":"12155550121"},'
                    '"origid":"123e4567-e89b-12d3-a456-426655440000"}}' % (now := int(time.time())))
            code, answer = self.curl(body, *how, "-H", "X-RequestID: AA97B177-9383-4934-8543-0F91A7A02836")
            head, _, text = answer.partition("\r\n\r\n")
            self.assertEqual(code, 0, answer)
            self.assertTrue(head.startswith("HTTP/1.1 200 OK\r\n"), answer)
            self.assertIn("\r\nContent-Type: application/json\r\n", head + "\r\n")
            self.assertIn("\r\nX-RequestID: AA97B177-9383-4934-8543-0F91A7A02836\r\n", head + "\r\n")
            match = re.fullmatch(r'\{"signingResponse":\{"identity":"([^"]+)"\}\}', text)
            self.assertTrue(match, text)
            self.check(match[1], "shaken", {"attest": "A", "dest": {"tn": [CALLED]}, "iat": now, "orig": {"tn": CALLER},
                                            "origid": ORIGID})
            self.assert_passes(match[1])

    def test_numbers_may_have_a_plus_and_unknown_members_are_ignored(self):
        now = int(time.time())
        body = self.request(orig={"tn": "+" + CALLER}, dest={"tn": ["+" + CALLED]}, iat=now, attest="B", more={"a": [None]},
                            profileId=1, requestId="x")
        self.check(self.signed({**body, "other": 1}), "shaken",
                   {"attest": "B", "dest": {"tn": [CALLED]}, "iat": now, "orig": {"tn": CALLER}, "origid": ORIGID})

    def test_gpp_form_signs_shaken_div_and_rph(self):
        now = int(time.time())
        common = {"dest": {"tn": [CALLED]}, "iat": now, "orig": {"tn": CALLER}}
        shaken = self.signed(self.request(iat=now), "identityHeader", path=GPP)
        self.check(shaken, "shaken", {"attest": "A", "origid": ORIGID, **common})
        self.assertTrue(self.signed(self.request(ppt="shaken"), "identityHeader"), "told from ATIS by ppt")
        only = {"attest": None, "origid": None, "iat": now}
        target = "12155550199"
        for path in (None, GPP):
            div = self.signed(self.request(**only, ppt="div", dest={"tn": [target]}, div={"tn": CALLED, "hi": "1.2"}, requestId="7"),
                              "identityHeader", path=path)
            self.check(div, "div", {**common, "dest": {"tn": [target]}, "div": {"hi": "1.2", "tn": CALLED}})
        rph = self.signed(self.request(**only, ppt="rph", rph={"auth": ["esnet.0"]}, sph="psap-callback"), "identityHeader")
        self.check(rph, "rph", {**common, "rph": {"auth": ["esnet.0"]}, "sph": "psap-callback"})

    def test_gpp_form_signs_uris(self):
        now = int(time.time())
        body = self.request(iat=now, orig={"uri": "sip:Alice@Example.com;user=x"}, dest={"uri": ["sip:bob@example.com"]}, attest="C")
        self.check(self.signed(body, "identityHeader"), "shaken",
                   {"attest": "C", "dest": {"uri": ["sip:bob@example.com"]}, "iat": now, "orig": {"uri": "sip:alice@example.com"},
                    "origid": ORIGID})

    def test_connection_is_kept_over_signatures_and_refusals(self):
        connection = self.connection()
        connection.connect()
        local = connection.sock.getsockname()
        for body, expected in ((self.request(), 200), ("{", 400), (self.request(), 200), ({}, 400), (self.request(), 200)):
            self.assertEqual(self.ask(body, connection=connection)[0], expected)
            self.assertEqual(connection.sock.getsockname(), local)
        connection.close()

    # --- errors

    def test_every_row_of_the_error_table(self):
        key = {"client": "sbc"}
        json_type = "Unsupported request body type, expected '%1'"
        rows = [
            ({"body": ""}, 400, service("SVC4000", "Missing request body")),
            ({"body": {}}, 400, missing("signingRequest")),
            ({"headers": {"Accept": "text/html"}}, 406, service("SVC4002", "Requested response body type is not supported")),
            ({"path": "/stir/v1/verification"}, 404, service("SVC4003", "Requested resource not found")),
            ({"headers": {"Content-Type": "text/plain"}}, 415, service("SVC4004", json_type, "application/json")),
            ({"headers": {"Content-Type": None}}, 415, service("SVC4004", json_type, "application/json")),
            ({"body": self.request(iat="1735689600")}, 400,
             service("SVC4005", "Invalid '%1' value: %2", "iat", "must be an integer")),
            ({"body": "{} {}"}, 400, None),
            ({"headers": {"Content-Length": None}, "body": ""}, 411, service("SVC4007", "Missing mandatory Content-Length header")),
            ({"method": "GET", "body": ""}, 405, service("POL4050", "Method not allowed")),
            ({"method": "DELETE"}, 405, service("POL4050", "Method not allowed")),
        ]
        for changes, status, body in rows:
            with self.subTest(changes=changes):
                code, fields, text = self.ask(**{"body": self.request(), **key, **changes})
                self.assertEqual(code, status, text)
                if body is not None:
                    self.assertEqual(text, body)
                else:
                    self.assertEqual(json.loads(text)["requestError"]["serviceException"]["messageId"], "SVC4006")
                self.assertRegex(fields["X-RequestID"], UUID)

    def test_missing_and_wrong_members_are_named(self):
        for changes, name in (({"attest": None}, "attest"), ({"dest": None}, "dest"), ({"iat": None}, "iat"), ({"orig": None}, "orig"),
                              ({"origid": None}, "origid"), ({"orig": {}}, "orig.tn"), ({"dest": {}}, "dest.tn")):
            self.assertEqual(self.ask(self.request(**changes))[::2], (400, missing(name)))
        for changes, name in (({"attest": "a"}, "attest"), ({"dest": {"tn": CALLED}}, "dest.tn"), ({"dest": {"tn": []}}, "dest.tn"),
                              ({"orig": {"tn": [CALLER]}}, "orig.tn"), ({"orig": {"tn": "anonymous"}}, "orig.tn"),
                              ({"origid": "not-a-uuid"}, "origid"), ({"iat": 1}, "iat"), ({"iat": int(time.time()) + 3600}, "iat"),
                              ({"ppt": "div-o"}, None), ({"ppt": "div", "attest": None, "origid": None}, None)):
            with self.subTest(changes=changes):
                code, _, text = self.ask(self.request(**changes))
                self.assertEqual(code, 400, text)
                if name is None:
                    self.assertEqual(list(json.loads(text)), ["error"])
                    continue
                error = json.loads(text)["requestError"]["serviceException"]
                self.assertEqual((error["messageId"], error["variables"][0]), ("SVC4005", name))

    def test_gpp_errors_are_one_sentence(self):
        for body, error in ((self.request(attest=None), "Missing mandatory parameter 'attest'"), ({}, "Missing mandatory parameter 'signingRequest'")):
            code, _, text = self.ask(body, path=GPP)
            self.assertEqual((code, text), (400, json.dumps({"error": error}, separators=(",", ":"))))
        self.assertEqual(self.ask("", method="GET", path=GPP)[::2], (405, '{"error":"Method not allowed"}'))

    # --- who may ask

    def test_strangers_are_turned_away(self):
        body = self.request()
        unknown = service("POL4050", "The caller did not say who it is.")
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"X-Api-Key": self.keys["sbc"][:-1]}):
            code, fields, text = self.ask(body, headers=headers, client=None)
            self.assertEqual((code, text), (401, unknown), headers)
            self.assertEqual(fields["WWW-Authenticate"], "Bearer")
        refused = service("POL4050", "The caller may not do this.")
        self.assertEqual(self.ask(body, client="attacker")[::2], (403, refused))
        self.assertEqual(self.ask(body, client=None, headers={"X-Api-Key": self.keys["stranger"]})[::2], (403, refused))

    def test_certificates_of_another_ca_are_refused(self):
        self.network.stictl("dev-pki", "--out", self.network.path("foreign"), "--name", "sbc")
        context = ssl.create_default_context(cafile=self.network.path("tls/ca.pem"))
        context.load_cert_chain(self.network.path("foreign/sbc.pem"), self.network.path("foreign/sbc.key"))
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=context, timeout=20)
        with self.assertRaises(OSError):
            connection.request("POST", self.PATH, "{}")
            connection.getresponse()

    def test_no_key_is_in_the_log(self):
        self.ask(self.request(), client=None, headers={"X-Api-Key": self.keys["sbc"]})
        with open(self.network.path("sti-as.log"), encoding="utf-8") as file:
            self.assertNotIn(self.keys["sbc"], file.read())

    # --- limits

    def test_a_days_quota_is_told_over_rest_and_grpc_but_not_to_emergency_calls(self):
        how = {"client": None, "headers": {"X-Api-Key": self.keys["daily"]}}
        for _ in range(3):
            self.signed(self.request(), **how)
        code, fields, text = self.ask(self.request(), **how)
        self.assertEqual((code, text), (429, service("POL5000", USED_UP)))
        self.assertTrue(0 < int(fields["Retry-After"]) <= 86400)
        code, fields, text = self.ask(self.request(ppt="shaken"), **how)
        self.assertEqual((code, text), (429, json.dumps({"error": USED_UP}, separators=(",", ":"))))
        self.signed(self.request(dest={"tn": ["911"]}), **how)
        self.signed(self.request(), client="sbc")  # others are not held up

    def test_a_rate_is_told_with_when_to_try_again(self):
        how = {"client": None, "headers": {"X-Api-Key": self.keys["slow"]}}
        answers = [self.ask(self.request(), **how) for _ in range(5)]
        codes = [code for code, _, _ in answers]
        self.assertEqual(codes[:2], [200, 200], "the burst")
        self.assertIn(429, codes)
        for code, fields, _ in answers:
            self.assertEqual(fields["Retry-After"], "1" if code == 429 else None)


class OverloadTest(RestClient, NetworkTest):
    """The limit of the whole daemon."""

    PATH = "/stir/v1/signing"

    @classmethod
    def prepare(cls, network):
        network.extra["sti-as"] = (
            "rest:\n  listen: 127.0.0.1:0\n  certificate_file: tls/sti-as.pem\n  key_file: tls/sti-as.key\n"
            "  client_ca_file: tls/ca.pem\nlimits: {calls_per_second: 1}\n")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.port = rest_port(cls.network, "sti-as")

    def overloaded(self, ask):
        """What `ask` gives until one of its calls is refused."""
        for _ in range(50):
            refused = ask()
            if refused is not None:
                return refused
        return self.fail("nothing was refused")

    def test_overload_is_told_over_rest(self):
        def ask():
            code, fields, text = self.ask(RestSigningTest.request())
            return None if code == 200 else (code, fields["Retry-After"], text)
        self.assertEqual(self.overloaded(ask), (503, "1", service("POL5000", TRY_LATER)))
        self.assertEqual(self.ask(RestSigningTest.request(dest={"tn": ["911"]}))[0], 200)

    def test_overload_is_told_over_grpc(self):
        messages, services = grpc_client.stubs("authentication")
        call = grpc_client.stubs("call")[0]
        with grpc_client.channel(self.network, "sti-as", "sbc") as channel:
            stub = services.AuthenticationStub(channel)

            def request(dest=CALLED):
                return messages.SignRequest(orig=call.Party(tn=CALLER), dest=call.Destination(tn=[dest]),
                                            attest=call.ATTESTATION_A)

            def ask():
                try:
                    stub.Sign(request(), timeout=20)
                    return None
                except grpc.RpcError as error:
                    return error
            error = self.overloaded(ask)
            self.assertEqual(error.code(), grpc.StatusCode.RESOURCE_EXHAUSTED)
            detail = grpc_client.error_detail(error)
            self.assertEqual(detail.reason, "OVERLOADED")
            self.assertTrue(0 < detail.retry_after_ms <= 1000, detail)
            rows = stub.SignBatch(messages.SignBatchRequest(requests=[request()] * 4), timeout=20).results
            self.assertIn("OVERLOADED", [row.error.reason for row in rows])
            self.assertTrue(stub.Sign(request("911"), timeout=20).identity)


if __name__ == "__main__":
    unittest.main()
