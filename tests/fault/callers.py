"""Calls at a steady rate while something is done to the daemons: what the outage suites and tools/soak share.

Every signature is asked for with a Call-ID of its own, so that it can be looked up in the records of sti-as."""

import collections
import os
import sys
import threading
import time
import uuid

sys.path[:0] = [os.path.abspath("tests/integration"), os.path.abspath("tools/story")]
# pylint: disable=wrong-import-position
import grpc  # noqa: E402
from client import channel, error_detail, stubs  # noqa: E402

CALLER, CALLED = "12155550121", "12155550131"
PASSED = "TN-Validation-Passed"


def cause(error):
    """Of a failed RPC: the Reason, else the status code."""
    try:
        return error_detail(error).reason
    except AssertionError:
        return error.code().name


class Steady(threading.Thread):
    """`step` again and again, `pause` seconds between, until stop(). It returns what went wrong, "" for nothing."""

    def __init__(self, step, pause=0.02):
        super().__init__(daemon=True)
        self.step, self.pause = step, pause
        self.outcomes = collections.Counter()
        self._over = threading.Event()

    def run(self):
        while not self._over.is_set():
            try:
                outcome = self.step()
            except grpc.RpcError as error:
                outcome = cause(error)
            self.outcomes[outcome] += 1
            self._over.wait(self.pause)

    def failures(self):
        return {name: count for name, count in self.outcomes.items() if name}

    def stop(self):
        self._over.set()
        self.join(timeout=60)
        if self.is_alive():
            raise AssertionError("a call hangs")

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()


class Calls:
    """Sign and Verify over kept connections to one sti-as and one sti-vs of a network."""

    def __init__(self, network, sti_as="sti-as", sti_vs="sti-vs", deadline=5):
        self.deadline = deadline
        self.signing, self.sign_rpc = stubs("authentication")
        self.verification, self.verify_rpc = stubs("verification")
        self.call = stubs("call")[0]
        self.channels = [channel(network, sti_as, "sbc"), channel(network, sti_vs, "sbc")]
        self.signer = self.sign_rpc.AuthenticationStub(self.channels[0])
        self.verifier = self.verify_rpc.VerificationStub(self.channels[1])

    def close(self):
        for one in self.channels:
            one.close()

    def sign_request(self, call_id="", dest=CALLED):
        return self.signing.SignRequest(orig=self.call.Party(tn=CALLER), dest=self.call.Destination(tn=[dest]),
                                        attest=self.call.ATTESTATION_A, call_id=call_id)

    def sign(self, call_id=""):
        return self.signer.Sign(self.sign_request(call_id), timeout=self.deadline)

    def verify(self, identity, call_id=""):
        return self.verifier.Verify(self.verification.VerifyRequest(
            identity=[identity], to=f"tel:+{CALLED}", call_id=call_id, **{"from": f"tel:+{CALLER}"}), timeout=self.deadline)

    def whole_call(self):
        """Signed here and verified there; for Steady."""
        call_id = f"{uuid.uuid4()}@suite"
        verdict = self.verify(self.sign(call_id).identity, call_id)
        return "" if verdict.verstat == PASSED else f"verdict {verdict.reason}"

    def verdict(self, identity):
        answer = self.verify(identity)
        return answer.verstat, answer.reason

    def trust_status(self):
        return self.verifier.GetTrustStatus(self.verification.GetTrustStatusRequest(), timeout=self.deadline)


def steady_calls(calls, pause=0.02):
    return Steady(calls.whole_call, pause)


def wait_for(condition, what, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s in vain for {what}")
        time.sleep(0.02)  # lint-ok: nobody tells
