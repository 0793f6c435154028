"""REST verification (ATIS-1000082 and the 3GPP Ms form) by clients that know no gRPC: curl and Python's http.client."""

import hashlib
import hmac
import http.client
import json
import os
import re
import socket
import ssl
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.abspath("tests/integration"))
# pylint: disable=wrong-import-position
from independent_signer import IndependentSigner, b64url, compact_json  # noqa: E402
from repository import Repository, document, status, tarpit  # noqa: E402
from rest_client import JSON, RestClient, make_keys, missing, rest_port, service  # noqa: E402
from suite_network import CALLED, CALLER, NetworkTest  # noqa: E402

PATH = "/stir/v1/verification"
UUID = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
NONE, FAILED = "No-TN-Validation", "TN-Validation-Failed"


class RestTest(RestClient, NetworkTest):
    PATH = PATH

    @classmethod
    def prepare(cls, network):
        keys = make_keys(network, "rest.keys", ("sbc", "stranger"))
        cls.key, cls.strangers_key = keys["sbc"], keys["stranger"]
        cls.repository = Repository(network.path("tls/sti-ca.pem"), network.path("tls/sti-ca.key"))
        network.extra["sti-vs"] = (
            "rest:\n  listen: 127.0.0.1:0\n  certificate_file: tls/sti-vs.pem\n  key_file: tls/sti-vs.key\n"
            "  client_ca_file: tls/ca.pem\n  api_keys_file: rest.keys\n  max_connections: 64\n")
        # The fetcher may go to the repository of this test besides the network's own.
        ports = network.ports["repository"]
        configuration = network.configuration
        network.configuration = lambda: {
            name: text.replace(f"8443, {ports}]", f"8443, {ports}, {cls.repository.port}]")
            for name, text in configuration().items()}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.signer = IndependentSigner(cls.network, cls.repository.url("/chain.pem"))
        cls.repository.paths["/chain.pem"] = document(cls.signer.chain)
        cls.port = rest_port(cls.network, "sti-vs")

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        if hasattr(cls, "repository"):
            cls.repository.stop()

    # --- requests

    def request(self, identity=None, **changes):
        fields = {"from": {"tn": CALLER}, "to": {"tn": [CALLED]}, "time": int(time.time()),
                  "identity": self.signer.identity() if identity is None else identity, **changes}
        return {"verificationRequest": {name: value for name, value in fields.items() if value is not None}}

    def gpp(self, changes):
        body = self.request(to={"tn": CALLED}, identityHeader=self.signer.identity())
        del body["verificationRequest"]["identity"]
        body["verificationRequest"].update(changes)
        body["verificationRequest"] = {k: v for k, v in body["verificationRequest"].items() if v is not None}
        return body

    def verdict(self, body, **how):
        code, _, text = self.ask(body, **how)
        self.assertEqual(code, 200, text)
        return json.loads(text)["verificationResponse"]

    # --- good calls

    def test_curl_gets_a_call_verified_with_a_certificate_or_a_key(self):
        body = json.dumps(self.request())
        certificate = ["--cert", self.network.path("tls/sbc.pem"), "--key", self.network.path("tls/sbc.key")]
        for how in (certificate, ["-H", f"Authorization: Bearer {self.key}"], ["-H", f"X-Api-Key: {self.key}"]):
            code, answer = self.curl(body, *how, "-H", "X-RequestID: AA97B177-9383-4934-8543-0F91A7A02836")
            head, _, text = answer.partition("\r\n\r\n")
            self.assertEqual(code, 0, answer)
            self.assertTrue(head.startswith("HTTP/1.1 200 OK\r\n"), answer)
            self.assertIn("\r\nContent-Type: application/json\r\n", head + "\r\n")
            self.assertIn("\r\nX-RequestID: AA97B177-9383-4934-8543-0F91A7A02836\r\n", head + "\r\n")
            self.assertEqual(text, '{"verificationResponse":{"verstat":"TN-Validation-Passed"}}')

    def test_what_sti_as_signs_passes(self):
        self.assertEqual(self.verdict(self.request(self.sign()["identity"])), {"verstat": "TN-Validation-Passed"})

    def test_numbers_may_have_a_plus(self):
        body = self.request(**{"from": {"tn": "+" + CALLER}, "to": {"tn": ["+" + CALLED]}})
        self.assertEqual(self.verdict(body), {"verstat": "TN-Validation-Passed"})

    def test_unknown_members_are_ignored(self):
        body = self.request(extra={"a": [None]}, displayName=3)
        self.assertEqual(self.verdict({**body, "more": 1}), {"verstat": "TN-Validation-Passed"})

    def test_request_id_is_made_when_there_is_none(self):
        first, second = (self.ask(self.request())[1]["X-RequestID"] for _ in range(2))
        self.assertRegex(first, UUID)
        self.assertNotEqual(first, second)

    def test_connection_is_kept_over_verdicts_and_refusals(self):
        connection = self.connection()
        connection.connect()
        local = connection.sock.getsockname()
        for body, expected in ((self.request(), 200), ("{", 400), (self.request(), 200), ({}, 400), (self.request(), 200)):
            self.assertEqual(self.ask(body, connection=connection)[0], expected)
            self.assertEqual(connection.sock.getsockname(), local)
        connection.close()

    # --- the table E3 to E19

    def test_each_row_of_the_table_has_its_code_and_verstat(self):
        signer, now = self.signer, int(time.time())
        good = signer.identity()
        flipped = good[:good.index(";") - 5] + ("A" if good[good.index(";") - 5] != "A" else "B") + good[good.index(";") - 4:]
        signature = signer.token().rpartition(".")[2]
        other = IndependentSigner(self.network, self.repository.url("/other.pem"))
        lonely = IndependentSigner(self.network, self.repository.url("/lonely.pem"))
        self.repository.paths["/lonely.pem"] = document(lonely.leaf_pem)  # its issuer is missing
        self.repository.paths["/500.pem"] = status("500 Internal Server Error")

        def elsewhere(path):
            url = self.repository.url(path)
            return signer.identity(signer.token({"x5u": url}), info=url)
        rows = [
            ("E3", good, {"time": now - 61 - 5}, 403, NONE),
            ("E3 future", good, {"time": now + 60}, 403, NONE),
            ("E4", signer.identity(".." + signature), {}, 438, NONE),
            ("E5", signer.identity(ppt="nonsense"), {}, 438, NONE),
            ("E6", signer.token() + ";alg=ES256;ppt=shaken", {}, 436, NONE),
            ("E7", signer.identity(info="http://localhost/chain.pem"), {}, 436, NONE),
            ("E8 404", elsewhere("/absent.pem"), {}, 436, NONE),
            ("E8 500", elsewhere("/500.pem"), {}, 436, NONE),
            ("E9", signer.identity(signer.token(without=["x5u"])), {}, 436, NONE),
            ("E10", signer.identity(info=other.x5u), {}, 436, NONE),
            ("E11", signer.identity(signer.token({"typ": "JWT"})), {}, 437, NONE),
            ("E12", signer.identity(signer.token({"alg": "HS256"})), {}, 437, NONE),
            ("E13", signer.identity(signer.token({"ppt": "nonsense"})), {}, 438, NONE),
            ("E14", signer.identity(signer.token(without=["origid"])), {}, 438, NONE),
            ("E14 iat text", signer.identity(signer.token(claims={"iat": str(now)})), {}, 438, NONE),
            ("E15", signer.identity(signer.token(claims={"iat": now - 3600})), {}, 403, NONE),
            ("E15 1970", signer.identity(signer.token(claims={"iat": 0})), {}, 403, NONE),
            ("E16 orig", good, {"from": {"tn": "12155550122"}}, 438, NONE),
            ("E16 dest", good, {"to": {"tn": ["12155550132"]}}, 438, NONE),
            ("E17", lonely.identity(), {}, 437, FAILED),
            ("E18", flipped, {}, 438, FAILED),
            ("E19", signer.identity(signer.token(claims={"attest": "Z"})), {}, 438, NONE),
            ("empty", "", {}, 438, NONE),
            ("no token", "hello", {}, 438, NONE),
        ]
        texts = {403: "Stale Date", 436: "Bad identity Info", 437: "Unsupported credential", 438: "Invalid Identity Header"}
        for row, identity, changes, code, verstat in rows:
            with self.subTest(row=row):
                verdict = self.verdict(self.request(**{"identity": identity, **changes}))
                self.assertEqual((verdict["reasoncode"], verdict["reasontext"], verdict["verstat"]), (code, texts[code], verstat),
                                 verdict)
                self.assertTrue(verdict["reasondesc"])

    def test_a_token_keyed_with_the_public_certificate_is_refused(self):
        signed = ".".join(b64url(compact_json(part)) for part in (
            {"alg": "HS256", "ppt": "shaken", "typ": "passport", "x5u": self.signer.x5u},
            {"attest": "A", "dest": {"tn": [CALLED]}, "iat": int(time.time()), "orig": {"tn": CALLER}, "origid": "x"}))
        token = signed + "." + b64url(hmac.new(self.signer.leaf_pem, signed.encode(), hashlib.sha256).digest())
        verdict = self.verdict(self.request(self.signer.identity(token)))
        self.assertEqual((verdict["reasoncode"], verdict["verstat"]), (437, NONE), verdict)

    # --- E1, E2 and everything else that is wrong with a request

    def test_missing_parameters_are_named(self):
        for changes, name in (({"from": None}, "from"), ({"to": None}, "to"), ({"time": None}, "time"),
                              ({"from": {}}, "from.tn"), ({"to": {"uri": "sip:a@b"}}, "to.tn")):
            with self.subTest(name=name):
                self.assertEqual(self.ask(self.request(**changes))[::2], (400, missing(name)))
        body = self.request()
        del body["verificationRequest"]["identity"]
        self.assertEqual(self.ask(body)[::2], (400, missing("identity")))
        self.assertEqual(self.ask({})[::2], (400, missing("verificationRequest")))

    def test_wrong_types_and_values_are_refused(self):
        for changes, name in (({"time": str(int(time.time()))}, "time"), ({"time": 1.5}, "time"), ({"time": -1}, "time"),
                              ({"from": {"tn": [CALLER]}}, "from.tn"), ({"from": CALLER}, "from"),
                              ({"to": {"tn": CALLED}}, "to.tn"), ({"to": {"tn": []}}, "to.tn"),
                              ({"to": {"tn": [int(CALLED)]}}, "to.tn[0]"), ({"from": {"tn": "anonymous"}}, "from.tn"),
                              ({"from": {"tn": "1 (215) 555"}}, "from.tn"), ({"identity": ["x"]}, "identity"),
                              ({"callId": 7}, "callId"), ({"callId": ["a@x"]}, "callId")):
            with self.subTest(changes=changes):
                code, _, text = self.ask(self.request(**changes))
                error = json.loads(text)["requestError"]["serviceException"]
                self.assertEqual((code, error["messageId"], error["text"], error["variables"][0]),
                                 (400, "SVC4005", "Error: Invalid '%1' value: %2", name))
                self.assertEqual(len(error["variables"]), 2)
                self.assertTrue(error["variables"][1])

    def test_what_is_no_json_is_refused(self):
        for body in ("{", "hello", "[]", "null", '{"verificationRequest":{},"verificationRequest":{}}', b"\xff", "{} {}"):
            code, _, text = self.ask(body)
            error = json.loads(text)["requestError"]["serviceException"]
            self.assertEqual((code, error["messageId"], error["text"]),
                             (400, "SVC4006", "Error: Failed to parse received message body: %1"), body)
            self.assertEqual(len(error["variables"]), 1)

    def test_the_frame_of_a_request_is_checked(self):
        body = json.dumps(self.request())
        rows = [
            ({"path": "/stir/v1/signing"}, 404, service("SVC4003", "Requested resource not found")),
            ({"path": "/"}, 404, service("SVC4003", "Requested resource not found")),
            ({"method": "GET", "body": ""}, 405, service("POL4050", "Method not allowed")),
            ({"method": "PUT"}, 405, service("POL4050", "Method not allowed")),
            ({"headers": {"Accept": "text/html"}}, 406, service("SVC4002", "Requested response body type is not supported")),
            ({"headers": {"Content-Type": "text/plain"}}, 415,
             service("SVC4004", "Unsupported request body type, expected '%1'", JSON)),
            ({"headers": {"Content-Type": None}}, 415, service("SVC4004", "Unsupported request body type, expected '%1'", JSON)),
            ({"body": ""}, 400, service("SVC4000", "Missing request body")),
            ({"body": "", "headers": {"Content-Length": None}}, 411, service("SVC4007", "Missing mandatory Content-Length header")),
        ]
        for changes, code, text in rows:
            with self.subTest(changes=changes):
                self.assertEqual(self.ask(**{"body": body, **changes})[::2], (code, text))
        self.assertEqual(self.ask(body, method="DELETE")[1]["Allow"], "POST")
        self.assertEqual(self.ask(body, headers={"Accept": None})[0], 200)
        self.assertEqual(self.ask(body, headers={"Content-Type": "application/json; charset=utf-8"})[0], 200)

    def test_chunked_bodies_lack_the_mandatory_length(self):
        key = ["-H", f"X-Api-Key: {self.key}"]
        answer = self.curl(json.dumps(self.request()), *key, "-H", "Transfer-Encoding: chunked")[1]
        self.assertTrue(answer.startswith("HTTP/1.1 411 "), answer)
        self.assertTrue(answer.endswith(service("SVC4007", "Missing mandatory Content-Length header")), answer)

    def test_oversize_requests_are_cut_off(self):
        key = ["-H", f"X-Api-Key: {self.key}"]
        body = json.dumps(self.request())
        self.assertIn("HTTP/1.1 200 ", self.curl(body + " " * (64 * 1024 - len(body)), *key)[1])
        large = self.network.path("large")
        with open(large, "w", encoding="ascii") as file:
            file.write(body + " " * (64 * 1024 + 1 - len(body)))
        self.assertIn("HTTP/1.1 413 ", self.curl("@" + large, *key)[1])
        self.assertIn("HTTP/1.1 431 ", self.curl(body, *key, "-H", "X-Filler: " + "x" * 20000)[1])

    def test_a_slow_client_holds_up_nobody(self):
        slow = [self.context("sbc").wrap_socket(socket.create_connection(("127.0.0.1", self.port)), server_hostname="127.0.0.1")
                for _ in range(8)]
        for one in slow:
            one.sendall(b"POST /stir/v1/verification HTTP/1.1\r\nHost: x\r\nContent-Le")
        self.assertEqual(self.verdict(self.request()), {"verstat": "TN-Validation-Passed"})
        for one in slow:
            one.close()

    def test_calls_that_wait_for_a_repository_hold_up_nobody(self):
        self.repository.paths["/tarpit.pem"] = tarpit
        url = self.repository.url("/tarpit.pem")
        body = json.dumps(self.request(self.signer.identity(self.signer.token({"x5u": url}), info=url)))
        waiting = [self.connection() for _ in range(6)]  # more than the server has threads
        for connection in waiting:
            connection.request("POST", PATH, body, {"Content-Type": JSON})
        leaving = self.connection()
        leaving.request("POST", PATH, body, {"Content-Type": JSON})
        leaving.close()
        self.assertEqual(self.verdict(self.request()), {"verstat": "TN-Validation-Passed"})
        for connection in waiting:
            verdict = json.loads(connection.getresponse().read())["verificationResponse"]
            self.assertEqual((verdict["reasoncode"], verdict["verstat"]), (436, NONE), verdict)
            connection.close()

    # --- who may ask

    def test_strangers_are_turned_away(self):
        body = json.dumps(self.request())
        unknown = service("POL4050", "The caller did not say who it is.")
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"X-Api-Key": self.key[:-1]}, {"Authorization": "Basic YTpi"}):
            code, fields, text = self.ask(body, headers=headers, client=None)
            self.assertEqual((code, text), (401, unknown), headers)
            self.assertEqual(fields["WWW-Authenticate"], "Bearer")
        refused = service("POL4050", "The caller may not do this.")
        self.assertEqual(self.ask(body, client="attacker")[::2], (403, refused))
        self.assertEqual(self.ask(body, client=None, headers={"X-Api-Key": self.strangers_key})[::2], (403, refused))

    def test_certificates_of_another_ca_are_refused(self):
        self.network.stictl("dev-pki", "--out", self.network.path("foreign"), "--name", "sbc")
        context = ssl.create_default_context(cafile=self.network.path("tls/ca.pem"))
        context.load_cert_chain(self.network.path("foreign/sbc.pem"), self.network.path("foreign/sbc.key"))
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=context, timeout=20)
        with self.assertRaises(OSError):
            connection.request("POST", PATH, "{}")
            connection.getresponse()

    def test_no_secret_is_in_the_log_or_the_key_file(self):
        self.ask(json.dumps(self.request()), client=None, headers={"X-Api-Key": self.key})
        for name in ("sti-vs.log", "rest.keys"):
            with open(self.network.path(name), encoding="utf-8") as file:
                self.assertNotIn(self.key, file.read())

    def test_a_key_file_that_others_may_read_keeps_the_daemon_from_starting(self):
        os.chmod(self.network.path("rest.keys"), 0o640)
        try:
            done = subprocess.run([self.network.binaries["sti-vs"], "--config", self.network.path("sti-vs.yaml"),
                                   "--check_config"], capture_output=True, text=True, timeout=30, check=False)
        finally:
            os.chmod(self.network.path("rest.keys"), 0o600)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("rest.api_keys_file", done.stdout + done.stderr)

    # --- 3GPP

    def test_gpp_form_passes_with_its_claims(self):
        token = self.signer.token()
        verdict = self.verdict(self.gpp({"identityHeader": self.signer.identity(token), "requestId": "1", "profileId": "x"}))
        self.assertEqual(list(verdict), ["verstatValue", "verifyResults"])
        self.assertEqual(verdict["verstatValue"], "TN-Validation-Passed")
        result = verdict["verifyResults"][0]["verifyResult"]
        self.assertEqual((result["ppt"], result["status"]), ("shaken", "pass"))
        self.assertEqual((result["validClaims"]["attest"], result["validClaims"]["orig"]), ("A", {"tn": CALLER}))

    def test_gpp_form_tells_of_each_header(self):
        forged = self.signer.token(claims={"attest": "Z"})
        body = self.gpp({"identityHeaders": [self.signer.identity(forged)]})
        verdict = self.verdict(body)
        self.assertEqual(verdict["verstatValue"], "TN-Validation-Passed")
        good, bad = [row["verifyResult"] for row in verdict["verifyResults"]]
        self.assertEqual(good["status"], "pass")
        self.assertEqual((bad["status"], bad["reasonCode"], bad["reasonText"], bad["passport"]),
                         ("fail", 438, "Invalid Identity Header", forged))

    def test_gpp_form_follows_a_diversion(self):
        second = "12155550199"
        div = self.signer.token({"ppt": "div"}, {"dest": {"tn": [second]}, "div": {"tn": CALLED}}, without=["attest", "origid"])
        body = self.gpp({"identityHeaders": [self.signer.identity(div, ppt="div")], "dest": {"tn": second},
                          "protectedHeaders": [f"Diversion: <sip:{CALLED}@10.0.0.1>;reason=unconditional"]})
        verdict = self.verdict(body)
        self.assertEqual(verdict["verstatValue"], "TN-Validation-Passed", verdict)
        self.assertEqual(verdict["divResult"], [{"div": {"tn": CALLED}, "verstatValue": "TN-Validation-Passed"}])

    def test_gpp_form_judges_resource_priority(self):
        rph = self.signer.token({"ppt": "rph"}, {"rph": {"auth": ["esnet.0"]}}, without=["attest", "origid"])
        for field, expected in (("Resource-Priority: esnet.0", "RPH-Validation-Passed"),
                                ("Resource-Priority: esnet.1", "RPH-Validation-Failed")):
            verdict = self.verdict(self.gpp({"identityHeaders": [self.signer.identity(rph, ppt="rph")],
                                              "protectedHeaders": [field]}))
            self.assertEqual((verdict["verstatValue"], verdict["verstatPriority"]), ("TN-Validation-Passed", expected), verdict)

    def test_gpp_uris_are_compared_as_uris(self):
        token = self.signer.token(claims={"orig": {"uri": "sip:alice@example.com"}, "dest": {"uri": ["sip:bob@example.com"]}})
        parties = {"from": {"uri": "sip:Alice@example.com"}, "to": {"uri": "sip:bob@EXAMPLE.com;transport=tcp"}}
        good = self.verdict(self.gpp({"identityHeader": self.signer.identity(token), **parties}))
        bad = self.verdict(self.gpp({"identityHeader": self.signer.identity(token), **parties, "to": {"uri": "sip:eve@example.com"}}))
        self.assertEqual((good["verstatValue"], bad["verstatValue"]), ("TN-Validation-Passed", NONE), (good, bad))
        self.assertEqual(bad["verifyResults"][0]["verifyResult"]["reasonCode"], 438)

    def test_gpp_errors_are_one_sentence(self):
        rows = [(self.gpp({"from": None}), {"error": "Missing mandatory parameter 'from'"}),
                (self.gpp({"identityHeader": None, "identityHeaders": []}), {"error": "Missing mandatory parameter 'identityHeader'"}),
                (self.gpp({"to": {}}), {"error": "Missing mandatory parameter 'to.tn'"})]
        for body, error in rows:
            code, _, text = self.ask(body)
            self.assertEqual((code, json.loads(text)), (400, error))
        code, _, text = self.ask(self.gpp({"dest": {"uri": "http://example.com"}}))
        self.assertEqual(code, 400)
        self.assertTrue(json.loads(text)["error"].startswith("Invalid 'dest' value: "), text)
        code, _, text = self.ask(self.gpp({"to": {"tn": [CALLED]}}))
        self.assertEqual(code, 400)
        self.assertTrue(json.loads(text)["error"].startswith("Invalid 'to.tn' value: "), text)


if __name__ == "__main__":
    unittest.main()
