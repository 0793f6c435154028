"""examples/kamailio/stir-shaken.cfg in a real Kamailio, between a subscriber, a carrier and a core that are sockets of this test."""

import os
import re
import signal
import socket
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.abspath("tests/integration"))
sys.path.insert(0, os.path.abspath("tools/story"))
# pylint: disable=wrong-import-position
from rest_client import rest_port  # noqa: E402
from suite_network import CALLED, CALLER, NetworkTest  # noqa: E402

PASSED, NONE = "TN-Validation-Passed", "No-TN-Validation"
TARGET = "12155550199"
CONFIGURATION = "examples/kamailio/stir-shaken.cfg"


class Party:
    """A SIP element that sends requests and sees those that come to it. UDP on loopback."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(30)
        self.port = self.socket.getsockname()[1]
        self.calls = 0

    def invite(self, proxy, *headers, caller=CALLER, called=CALLED, target=None):
        """Sends an INVITE and returns its Call-ID."""
        self.calls += 1
        call_id = f"{self.port}-{self.calls}@127.0.0.1"
        lines = [f"INVITE sip:{target or called}@127.0.0.1:{proxy} SIP/2.0",
                 f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};branch=z9hG4bK{self.port}-{self.calls};rport", "Max-Forwards: 70",
                 f"From: <sip:{caller}@127.0.0.1;user=phone>;tag={self.calls}", f"To: <sip:{called}@127.0.0.1;user=phone>",
                 f"Call-ID: {call_id}", "CSeq: 1 INVITE", f"Contact: <sip:127.0.0.1:{self.port}>", *headers, "Content-Length: 0", "", ""]
        self.socket.sendto("\r\n".join(lines).encode(), ("127.0.0.1", proxy))
        return call_id

    def received(self, call_id):
        """The INVITE of the call, which is declined: header name in lower case -> values."""
        while True:
            data, sender = self.socket.recvfrom(65536)
            first, *lines = data.decode().split("\r\n\r\n")[0].split("\r\n")
            headers = {}
            for line in lines:
                name, _, value = line.partition(":")
                headers.setdefault(name.lower(), []).append(value.strip())
            if not first.startswith("INVITE ") or headers["call-id"] != [call_id]:
                continue
            answer = ["SIP/2.0 603 Decline", *(f"Via: {value}" for value in headers["via"]), f"From: {headers['from'][0]}",
                      f"To: {headers['to'][0]};tag=b", f"Call-ID: {call_id}", "CSeq: 1 INVITE", "Content-Length: 0", "", ""]
            self.socket.sendto("\r\n".join(answer).encode(), sender)
            return headers


class KamailioTest(NetworkTest):
    @classmethod
    def prepare(cls, network):
        network.extra["sti-as"] += "admins: [admin]\n"
        for name in ("sti-as", "sti-vs"):
            network.extra[name] += (f"rest: {{listen: \"127.0.0.1:0\", certificate_file: tls/{name}.pem, key_file: tls/{name}.key, "
                                    "client_ca_file: tls/ca.pem}\n")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        try:
            cls.start_kamailio()
        except BaseException:
            cls.tearDownClass()
            raise

    @classmethod
    def start_kamailio(cls):
        network = cls.network
        cls.subscriber, cls.carrier, cls.core = Party(), Party(), Party()
        probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        probe.bind(("127.0.0.1", 0))
        cls.proxy = probe.getsockname()[1]
        probe.close()
        signing = f"https://localhost:{rest_port(network, 'sti-as')}/stir/v1/signing"
        verification = f"https://localhost:{rest_port(network, 'sti-vs')}/stir/v1/verification"
        settings = {"LISTEN_ON": f"udp:127.0.0.1:{cls.proxy}", "CARRIER": f'"sip:127.0.0.1:{cls.carrier.port}"',
                    "CARRIER_IP": '"127.0.0.1"', "CARRIER_PORT": cls.carrier.port, "CORE": f'"sip:127.0.0.1:{cls.core.port}"',
                    "SIGNING_URL": f'"{signing}"', "VERIFICATION_URL": f'"{verification}"',
                    "TLS_CA": f'"{network.path("tls/ca.pem")}"', "TLS_CERTIFICATE": f'"{network.path("tls/sbc.pem")}"',
                    "TLS_KEY": f'"{network.path("tls/sbc.key")}"'}
        os.makedirs(network.path("kamailio"))
        command = ["/usr/sbin/kamailio", "-f", os.path.abspath(CONFIGURATION), "-DD", "-E", "-m", "32", "-M", "8", "-w",
                   network.path("kamailio"), "-Y", network.path("kamailio"), "-P", network.path("kamailio/pid")]
        for name, value in settings.items():
            command += ["-A", f"{name}={value}"]
        with open(network.path("kamailio.log"), "ab") as log:
            cls.kamailio = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log,  # pylint: disable=consider-using-with
                                            stderr=subprocess.STDOUT, start_new_session=True)
        network.processes["kamailio"] = cls.kamailio
        network.wait_until(cls.answers, "Kamailio to answer")

    @classmethod
    def answers(cls):
        """It refuses what is no INVITE."""
        probe = Party()
        probe.socket.settimeout(0.5)
        message = ["OPTIONS sip:127.0.0.1 SIP/2.0", f"Via: SIP/2.0/UDP 127.0.0.1:{probe.port};branch=z9hG4bKp", "Max-Forwards: 7",
                   "From: <sip:p@127.0.0.1>;tag=p", "To: <sip:127.0.0.1>", f"Call-ID: p{probe.port}", "CSeq: 1 OPTIONS",
                   "Content-Length: 0", "", ""]
        try:
            probe.socket.sendto("\r\n".join(message).encode(), ("127.0.0.1", cls.proxy))
            return probe.socket.recv(65536).startswith(b"SIP/2.0 405")
        except OSError:
            return False
        finally:
            probe.socket.close()

    def leaving(self, *headers, **call):
        """The headers that the carrier sees of a subscriber's call."""
        return self.carrier.received(self.subscriber.invite(self.proxy, *headers, **call))

    def arriving(self, *headers, **call):
        """P-Asserted-Identity and headers that the core sees of a carrier's call."""
        headers = self.core.received(self.carrier.invite(self.proxy, *headers, **call))
        return headers.get("p-asserted-identity", []), headers

    def log(self):
        with open(self.network.path("kamailio.log"), encoding="utf-8", errors="replace") as file:
            return file.read()

    def test_a_call_that_leaves_is_signed(self):
        (identity,) = self.leaving()["identity"]
        self.assert_passes(identity)

    def test_each_call_has_an_origid_of_its_own(self):
        origids = set()
        for _ in range(2):
            (identity,) = self.leaving()["identity"]
            origids.add(self.verify(identity)["origid"])
        self.assertEqual(len(origids), 2)

    def test_the_asserted_number_is_signed_and_not_from(self):
        headers = self.leaving(f"P-Asserted-Identity: <sip:+{CALLER}@127.0.0.1>", caller="anonymous")
        self.assert_passes(headers["identity"][0])

    def test_an_identity_header_of_a_subscriber_does_not_leave(self):
        headers = self.leaving("Identity: eyJ.a.b;info=<https://example.com/a.pem>;alg=ES256;ppt=shaken")
        self.assertEqual(len(headers["identity"]), 1)
        self.assert_passes(headers["identity"][0])

    def test_a_caller_without_number_leaves_unsigned(self):
        for caller in ("alice", '1%22%7D', "1'2"):
            self.assertNotIn("identity", self.leaving(caller=caller), caller)
        self.assertIn("not signed, no number", self.log())

    def test_what_sti_as_refuses_leaves_unsigned(self):
        self.network.stictl("as", "rule", "put", "--kind", "do-not-originate", "--first", "12155550666")
        self.assertNotIn("identity", self.leaving(caller="12155550666"))
        self.assertRegex(self.log(), "not signed, sti-as says 403 .*requestError")

    def test_a_good_call_arrives_as_passed(self):
        asserted, _ = self.arriving("Identity: " + self.sign()["identity"])
        self.assertEqual(asserted, [f"<tel:{CALLER};verstat={PASSED}>"])

    def test_parameters_in_quotes_are_the_same(self):
        identity = re.sub("ppt=shaken", 'ppt="shaken"', self.sign()["identity"])
        self.assertIn('"', identity)
        self.assertEqual(self.arriving("Identity: " + identity)[0], [f"<tel:{CALLER};verstat={PASSED}>"])

    def test_all_identity_headers_of_a_call_are_judged(self):
        shaken = self.sign()["identity"]
        div = self.network.stictl_json("call", "sign", "--ppt", "div", "--orig", CALLER, "--dest", TARGET, "--div", CALLED,
                                       "--incoming", shaken, config="sbc.yaml")[1]["identity"]
        for headers in ((shaken, div), (div, shaken)):
            lines = [f"Identity: {header}" for header in headers]
            self.assertEqual(self.arriving(*lines, target=TARGET)[0], [f"<tel:{CALLER};verstat={PASSED}>"])
        asserted, _ = self.arriving(f"Identity: {div}", target=TARGET)
        self.assertEqual(asserted, [f"<tel:{CALLER};verstat={NONE}>"])

    def test_a_forged_call_does_not_arrive_as_passed(self):
        identity = self.sign()["identity"]
        expected = self.verify(identity, orig="12155550999")["verstat"]
        self.assertNotEqual(expected, PASSED)
        asserted, _ = self.arriving("Identity: " + identity, caller="12155550999")
        self.assertEqual(asserted, [f"<tel:12155550999;verstat={expected}>"])

    def test_a_caller_cannot_say_that_it_was_verified(self):
        asserted, _ = self.arriving(f"P-Asserted-Identity: <sip:+{CALLER};verstat={PASSED}@127.0.0.1>")
        self.assertEqual(asserted, [f"<tel:+{CALLER};verstat={NONE}>"])
        asserted, _ = self.arriving(f"P-Asserted-Identity: <tel:+{CALLER};verstat={PASSED}>")
        self.assertNotIn(PASSED, "".join(asserted))

    def test_a_verstat_of_outside_does_not_arrive_in_from_either(self):
        for said in (f"+{CALLER};verstat={PASSED}", f"{CALLER};VERSTAT={PASSED};cpc=ordinary"):
            asserted, headers = self.arriving("Identity: " + self.sign()["identity"], caller=said)
            self.assertNotIn("verstat", headers["from"][0].lower())
            self.assertIn(CALLER, headers["from"][0])
            self.assertEqual(len(asserted), 1)

    def test_a_from_that_says_it_twice_is_refused(self):
        call_id = self.carrier.invite(self.proxy, caller=f"{CALLER};verstat={PASSED};Verstat={PASSED}")
        answer = ""
        while call_id not in answer or answer.startswith("SIP/2.0 1"):  # what is left of other calls comes, too
            answer = self.carrier.socket.recv(65536).decode()
        self.assertTrue(answer.startswith("SIP/2.0 400 Bad From"), answer)

    def test_calls_go_on_while_sti_as_and_sti_vs_hang(self):
        identity = self.sign()["identity"]
        hanging = [self.network.processes[name] for name in ("sti-as", "sti-vs")]
        for process in hanging:
            process.send_signal(signal.SIGSTOP)
        try:
            self.assertNotIn("identity", self.leaving())
            self.assertEqual(self.arriving("Identity: " + identity)[0], [f"<tel:{CALLER};verstat={NONE}>"])
        finally:
            for process in hanging:
                process.send_signal(signal.SIGCONT)
        self.network.wait_until(self.network.ready, "the daemons to go on")

    def test_a_header_that_is_none_is_no_validation(self):
        for header in ("rubbish", "a'b", "a\\b", 'x";info=<https://example.com/>', "x" * 4000):
            asserted, _ = self.arriving("Identity: " + header)
            self.assertEqual(asserted, [f"<tel:{CALLER};verstat={NONE}>"], header[:20])

    def test_calls_go_on_without_sti_as_and_sti_vs(self):
        identity = self.sign()["identity"]
        ports = {name: rest_port(self.network, name) for name in ("sti-as", "sti-vs")}
        for name in ports:
            self.network.stop(name)
        try:
            self.assertNotIn("identity", self.leaving())
            self.assertEqual(self.arriving("Identity: " + identity)[0], [f"<tel:{CALLER};verstat={NONE}>"])
        finally:
            for name, port in ports.items():
                path = self.network.path(f"{name}.yaml")
                with open(path, encoding="utf-8") as file:
                    text = file.read()
                with open(path, "w", encoding="utf-8") as file:
                    file.write(text.replace('rest: {listen: "127.0.0.1:0"', f'rest: {{listen: "127.0.0.1:{port}"'))
                self.network.start(name)
            self.network.wait_until(self.network.ready, "the daemons to be back")
        self.assert_passes(self.leaving()["identity"][0])


if __name__ == "__main__":
    unittest.main()
