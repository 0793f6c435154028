"""Two sti-vs that share what they have seen in a Redis: a PASSporT used again is refused by whichever of them meets it."""

import http.client
import json
import os
import ssl
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.abspath("tests/integration"))
# pylint: disable=wrong-import-position
import client  # noqa: E402
from suite_network import CALLED, CALLER, NetworkTest, free_ports  # noqa: E402

PASSED = "TN-Validation-Passed"


class Redis:
    """Debian's redis-server on a port of its own, keeping nothing on disk."""

    def __init__(self, folder):
        self.folder = folder
        self.port = free_ports(("redis",))["redis"]
        self.process = None
        self.start()

    def start(self):
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
                   "--dir", self.folder]
        self.process = subprocess.Popen(  # pylint: disable=consider-using-with
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        said = []
        for line in self.process.stdout:
            said.append(line)
            if "Ready to accept connections" in line:
                return
        raise AssertionError("redis-server did not start: " + "".join(said))

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class ReplayFleetTest(NetworkTest):
    SECOND = "sti-vs-2"

    @classmethod
    def prepare(cls, network):
        cls.redis = Redis(cls.folder.name)
        network.extra["sti-vs"] = (
            f"replay: {{redis: \"127.0.0.1:{cls.redis.port}\", redis_timeout_ms: 1000}}\n"
            "rest:\n  listen: 127.0.0.1:0\n  certificate_file: tls/sti-vs.pem\n  key_file: tls/sti-vs.key\n"
            "  client_ca_file: tls/ca.pem\n")
        network.ports[cls.SECOND] = free_ports((cls.SECOND,))[cls.SECOND]
        network.binaries = {**network.binaries, cls.SECOND: network.binaries["sti-vs"]}
        own = network.configuration

        def configuration():
            files = own()
            first = files["sti-vs.yaml"].replace("profiles: [{clients: [sbc, sti-as]}]", "profiles: [{clients: [sbc, sti-as], replay: reject}]")
            second = first.replace(f"127.0.0.1:{network.ports['sti-vs']}\n", f"127.0.0.1:{network.ports[cls.SECOND]}\n")
            second = second.replace("state/sti-vs", f"state/{cls.SECOND}")
            return {**files, "sti-vs.yaml": first, f"{cls.SECOND}.yaml": second}
        network.configuration = configuration

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        try:
            cls.network.start(cls.SECOND)
            messages, services = client.stubs("verification")
            cls.request, cls.status_request = messages.VerifyRequest, messages.GetTrustStatusRequest()
            cls.fleet = [services.VerificationStub(client.channel(cls.network, name, "sbc")) for name in ("sti-vs", cls.SECOND)]
            cls.network.wait_until(lambda: all(cls.trusts(sti_vs) for sti_vs in cls.fleet), "both sti-vs to trust the CA")
            cls.await_store("connected")
        except BaseException:
            cls.tearDownClass()
            raise

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        if hasattr(cls, "redis"):
            cls.redis.kill()

    @classmethod
    def trusts(cls, sti_vs):
        return sti_vs.GetTrustStatus(cls.status_request, wait_for_ready=True, timeout=20).anchors > 0

    @classmethod
    def await_store(cls, state):
        cls.network.wait_until(
            lambda: all(sti_vs.GetTrustStatus(cls.status_request).replay.shared_store == state for sti_vs in cls.fleet),
            f"Redis to be {state}")

    def judge(self, member, identity, call_id):
        answer = self.fleet[member].Verify(self.request(identity=[identity], to=f"tel:+{CALLED}", call_id=call_id,
                                                        **{"from": f"tel:+{CALLER}"}))
        return answer.verstat, answer.reason, answer.replay_suspected

    def test_1_a_passport_seen_by_one_is_refused_by_the_other_in_another_call(self):
        identity = self.sign()["identity"]
        self.assertEqual(self.judge(0, identity, "a@x"), (PASSED, "NONE", False))
        self.assertEqual(self.judge(1, identity, "b@x")[1:], ("REPLAY_SUSPECTED", True))
        self.assertEqual(self.judge(0, identity, "c@x")[1:], ("REPLAY_SUSPECTED", True))

    def test_2_retransmission_and_forking_of_the_same_call_pass_everywhere(self):
        identity = self.sign()["identity"]
        for member in (0, 1, 1, 0):
            self.assertEqual(self.judge(member, identity, "a@x"), (PASSED, "NONE", False))

    def test_3_the_same_over_rest(self):
        identity = self.sign()["identity"]
        self.assertEqual(self.rest("sti-vs", identity, "a@x")["verstat"], PASSED)
        self.assertEqual(self.rest(self.SECOND, identity, "a@x")["verstat"], PASSED)
        refused = self.rest(self.SECOND, identity, "b@x")
        self.assertEqual((refused["verstat"], refused["reasoncode"]), ("No-TN-Validation", 403), refused)

    def rest(self, instance, identity, call_id):
        with open(self.network.path(f"state/{instance}.ports"), encoding="ascii") as file:
            port = int(dict(line.strip().split("=") for line in file)["rest"])
        context = ssl.create_default_context(cafile=self.network.path("tls/ca.pem"))
        context.load_cert_chain(self.network.path("tls/sbc.pem"), self.network.path("tls/sbc.key"))
        connection = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=20)
        body = {"verificationRequest": {"from": {"tn": CALLER}, "to": {"tn": [CALLED]}, "time": int(time.time()),
                                        "identity": identity, "callId": call_id}}
        connection.request("POST", "/stir/v1/verification", json.dumps(body), {"Content-Type": "application/json"})
        answer = json.loads(connection.getresponse().read())
        connection.close()
        return answer["verificationResponse"]

    def test_4_without_redis_each_judges_by_its_own_memory_and_goes_back_to_it(self):
        before = self.sign()["identity"]
        self.assertEqual(self.judge(0, before, "a@x")[0], PASSED)
        self.redis.kill()
        self.await_store("away")
        self.assertEqual(self.judge(0, before, "b@x")[1], "REPLAY_SUSPECTED")  # its own memory has it
        alone = self.sign()["identity"]
        self.assertEqual(self.judge(1, alone, "a@x")[0], PASSED)
        self.assertEqual(self.judge(1, alone, "b@x")[1], "REPLAY_SUSPECTED")
        self.redis.start()
        self.await_store("connected")
        again = self.sign()["identity"]
        self.assertEqual(self.judge(1, again, "a@x")[0], PASSED)
        self.assertEqual(self.judge(0, again, "b@x")[1], "REPLAY_SUSPECTED")


if __name__ == "__main__":
    unittest.main()
