"""SIGTERM under load: every call that a daemon has taken is answered, later ones are refused so that a client with a retry policy goes to
the next instance and notices nothing.

What sti-as has taken is known from its records of signatures, of which each has the Call-ID; sti-vs is made to hold calls, by a repository
that answers late."""

import glob
import http.client
import json
import os
import re
import sys
import threading
import time
import unittest

sys.path[:0] = [os.path.abspath("tests/fault"), os.path.abspath("tests/integration")]
# pylint: disable=wrong-import-position
import grpc  # noqa: E402
import repository as late  # noqa: E402
from callers import CALLED, CALLER, PASSED, Calls, Steady, cause, wait_for  # noqa: E402
from client import stubs  # noqa: E402
from independent_signer import IndependentSigner  # noqa: E402
from rest_client import RestClient, rest_port  # noqa: E402
from suite_network import NetworkTest, free_ports  # noqa: E402

SECOND = ("sti-as-2", "sti-vs-2")
HOST = "127.0.0.2"
RETRY = json.dumps({"loadBalancingConfig": [{"round_robin": {}}], "methodConfig": [{"name": [{}], "retryPolicy": {
    "maxAttempts": 4, "initialBackoff": "0.05s", "maxBackoff": "0.5s", "backoffMultiplier": 2,
    "retryableStatusCodes": ["UNAVAILABLE", "CANCELLED"]}}]})


def rest_lines(name):
    return f"rest: {{listen: 127.0.0.1:0, certificate_file: tls/{name}.pem, key_file: tls/{name}.key, client_ca_file: tls/ca.pem}}\n"


class Ids:
    """Call-IDs, and which of them were answered. Thread-safe."""

    def __init__(self, name):
        self.name, self.lock, self.count, self.answered = name, threading.Lock(), 0, set()

    def new(self):
        with self.lock:
            self.count += 1
            return f"{self.name}-{self.count}"

    def answer(self, call_id):
        with self.lock:
            self.answered.add(call_id)


class SigtermTest(NetworkTest, RestClient):
    OTHERS = SECOND[:1]

    @classmethod
    def prepare(cls, network):
        cls.repository = late.Repository(network.path("tls/sti-ca.pem"), network.path("tls/sti-ca.key"), host=HOST)
        network.extra["sti-as"] = rest_lines("sti-as")
        network.extra["sti-vs"] = rest_lines("sti-vs")
        network.ports[SECOND[1]] = free_ports((SECOND[1],))[SECOND[1]]
        network.binaries = {**network.binaries, SECOND[1]: network.binaries["sti-vs"]}
        own = network.configuration

        def configuration():
            files = own()
            first = files["sti-vs.yaml"].replace("allowed_ports: [", f"allowed_ports: [{cls.repository.port}, ")
            first = first.replace("download: {", "download: {timeout_ms: 4000, ")
            second = first.replace(f"127.0.0.1:{network.ports['sti-vs']}\n", f"127.0.0.1:{network.ports[SECOND[1]]}\n")
            return {**files, "sti-vs.yaml": first, f"{SECOND[1]}.yaml": second.replace("state/sti-vs", f"state/{SECOND[1]}")}
        network.configuration = configuration

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        try:
            cls.network.add_provider(SECOND[0], "5678")
            cls.network.start(SECOND[1])
            calls = Calls(cls.network, sti_as=SECOND[0], sti_vs=SECOND[1])
            wait_for(lambda: cls.passes(calls), "the second instances to work", 30)
            calls.close()
        except BaseException:
            cls.tearDownClass()
            raise

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.repository.stop()

    @staticmethod
    def passes(calls):
        try:
            return calls.whole_call() == ""
        except grpc.RpcError:
            return False

    def records(self, name):
        """Call-IDs in the records of a sti-as that has ended: what it has signed."""
        found = set()
        for path in glob.glob(self.network.path(f"state/{name}/calls/*.log")):
            with open(path, encoding="utf-8") as file:
                found.update(re.findall(r"\b(?:unary|stream|rest)-[0-9]+\b", file.read()))
        return found

    def terminate_and_start(self, name):
        self.assertEqual(self.network.stop(name), 0, self.network.last_words(name))
        self.network.start(name)

    def unary(self, ids):
        calls = Calls(self.network)
        self.addCleanup(calls.close)

        def step():
            call_id = ids.new()
            calls.sign(call_id)
            ids.answer(call_id)
            return ""
        return step

    def over_rest(self, ids):
        """One kept connection a thread, and another one when it was closed."""
        self.port = rest_port(self.network, "sti-as")
        held = {}

        def step():
            call_id = ids.new()
            body = {"signingRequest": {"attest": "A", "dest": {"tn": [CALLED]}, "iat": int(time.time()), "orig": {"tn": CALLER},
                                       "origid": "123e4567-e89b-12d3-a456-426655440000", "callId": call_id}}
            try:
                connection = held.setdefault("connection", None) or self.connection()
                held["connection"] = connection
                connection.request("POST", "/stir/v1/signing", json.dumps(body), {"Content-Type": "application/json"})
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException) as error:
                held["connection"] = None
                return type(error).__name__
            if answer.status == 200:
                ids.answer(call_id)
                return ""
            return f"HTTP {answer.status}"
        return step

    def test_1_sti_as_answers_every_call_that_it_has_signed(self):
        unary, rest = Ids("unary"), Ids("rest")
        threads = [Steady(self.unary(unary), 0.002) for _ in range(4)] + [Steady(self.over_rest(rest), 0.002) for _ in range(2)]
        stream = Stream(Calls(self.network))
        for thread in threads:
            thread.start()
        wait_for(lambda: len(unary.answered) > 200 and len(rest.answered) > 50 and len(stream.answered) > 50, "calls under way")
        self.assertEqual(self.network.stop("sti-as"), 0, self.network.last_words("sti-as"))
        for thread in threads:
            thread.stop()
        stream.end()
        signed = self.records("sti-as")
        answered = unary.answered | stream.answered | rest.answered
        self.assertEqual(sorted(signed - answered), [], "signed, and nobody got it")
        self.assertEqual(sorted(answered - signed), [], "answered, and no record")
        # CANCELLED: gRPC had the call and had not handed it to the daemon yet. Not signed, as seen above: it may be repeated.
        self.assertLessEqual({name for thread in threads[:4] for name in thread.failures()}, {"UNAVAILABLE", "CANCELLED"})
        self.assertLessEqual({name for thread in threads[4:] for name in thread.failures()},
                             {"ConnectionRefusedError", "ConnectionResetError", "RemoteDisconnected", "SSLEOFError", "HTTP 503",
                              "BrokenPipeError"})
        self.assertIn(stream.why, ("", "UNAVAILABLE", "CANCELLED"))
        self.network.start("sti-as")
        self.network.wait_until(lambda: self.network.serving("as"), "sti-as to serve again")

    def test_2_sti_vs_judges_what_waits_for_a_download_before_it_ends(self):
        path = "/late.pem"
        answer = threading.Event()
        signer = IndependentSigner(self.network, self.repository.url(path))

        def behave(connection, repository):
            answer.wait(20)
            return late.document(signer.chain)(connection, repository)
        self.repository.paths[path] = behave
        calls = Calls(self.network, deadline=20)
        self.addCleanup(calls.close)
        waiting = [calls.verifier.Verify.future(calls.verification.VerifyRequest(
            identity=[signer.identity()], to=f"tel:+{CALLED}", call_id=f"{n}", **{"from": f"tel:+{CALLER}"}), timeout=20)
                   for n in range(20)]
        wait_for(lambda: self.repository.requests[path] > 0, "the download")
        ended = threading.Thread(target=lambda: self.assertEqual(self.network.stop("sti-vs"), 0))
        ended.start()
        wait_for(lambda: self.refuses(Calls(self.network, deadline=1)), "sti-vs to take no more calls")
        answer.set()
        self.assertEqual({one.result().verstat for one in waiting}, {PASSED})
        ended.join()
        self.network.start("sti-vs")
        self.network.wait_until(lambda: self.network.serving("vs"), "sti-vs to serve again")

    @staticmethod
    def refuses(calls):
        try:
            calls.trust_status()
            return False
        except grpc.RpcError as error:
            return error.code() == grpc.StatusCode.UNAVAILABLE
        finally:
            calls.close()

    def fleet(self, short):
        """A channel to both instances, with a retry policy."""
        def read(name):
            with open(self.network.path("tls", name), "rb") as file:
                return file.read()
        credentials = grpc.ssl_channel_credentials(read("ca.pem"), read("sbc.key"), read("sbc.pem"))
        ports = [self.network.ports[name] for name in (f"sti-{short}", f"sti-{short}-2")]
        one = grpc.secure_channel("ipv4:" + ",".join(f"127.0.0.1:{port}" for port in ports), credentials, options=(
            ("grpc.ssl_target_name_override", "localhost"), ("grpc.service_config", RETRY), ("grpc.enable_retries", 1),
            ("grpc.initial_reconnect_backoff_ms", 100), ("grpc.max_reconnect_backoff_ms", 500)))
        self.addCleanup(one.close)
        return one

    def test_3_client_with_a_retry_policy_notices_no_restart_of_either_instance(self):
        calls = Calls(self.network)
        self.addCleanup(calls.close)
        calls.signer = stubs("authentication")[1].AuthenticationStub(self.fleet("as"))
        calls.verifier = stubs("verification")[1].VerificationStub(self.fleet("vs"))
        threads = [Steady(calls.whole_call, 0.005) for _ in range(4)]
        for thread in threads:
            thread.start()
        for name in ("sti-as", "sti-vs", "sti-as-2", "sti-vs-2"):
            before = sum(thread.outcomes[""] for thread in threads)
            self.terminate_and_start(name)
            config, short = ("sbc.yaml", name[4:6]) if name[-2:] != "-2" else (None, None)
            if config:
                self.network.wait_until(lambda short=short: self.network.serving(short), f"{name} to serve")
            else:
                other = Calls(self.network, sti_as="sti-as-2", sti_vs="sti-vs-2")
                wait_for(lambda other=other: self.passes(other), f"{name} to work again", 30)
                other.close()
            wait_for(lambda before=before: sum(thread.outcomes[""] for thread in threads) > before + 50, "calls meanwhile")
        for thread in threads:
            thread.stop()
        self.assertEqual([thread.failures() for thread in threads], [{}] * 4)


class Stream(threading.Thread):
    """Requests in a SignStream, some of them ahead of the answers."""

    def __init__(self, calls):
        super().__init__(daemon=True)
        self.calls, self.ids, self.why = calls, Ids("stream"), ""
        self.over, self.room = threading.Event(), threading.Semaphore(20)
        self.sent = {}
        self.start()

    @property
    def answered(self):
        return self.ids.answered

    def requests(self):
        while not self.over.is_set() and self.room.acquire(timeout=10):
            call_id = self.ids.new()
            number = self.ids.count
            self.sent[number] = call_id
            yield self.calls.signing.SignStreamRequest(id=number, sign=self.calls.sign_request(call_id))

    def run(self):
        try:
            for answer in self.calls.signer.SignStream(self.requests(), timeout=60):
                self.ids.answer(self.sent[answer.id])
                self.room.release()
        except grpc.RpcError as error:
            self.why = cause(error)
        self.over.set()

    def end(self):
        self.over.set()
        self.join(timeout=30)
        assert not self.is_alive(), "the stream hangs"
        self.calls.close()


del NetworkTest

if __name__ == "__main__":
    unittest.main()
