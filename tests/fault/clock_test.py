"""The clock of sti-as, then of sti-vs, jumps and comes back (libfaketime, preloaded; the monotonic clocks are left alone, as when
somebody sets the time of day): nothing is signed with a wrong iat, verdicts say what they must, and nobody has to help afterwards."""

import os
import sys
import unittest

sys.path[:0] = [os.path.abspath("tests/fault"), os.path.abspath("tests/integration")]
# pylint: disable=wrong-import-position
import grpc  # noqa: E402
from callers import Calls, cause, steady_calls, wait_for  # noqa: E402
from suite_network import NetworkTest  # noqa: E402
from watching import Watching, add_admin_port  # noqa: E402

FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"
CLOCKS = ("sti-as", "sti-vs")


@unittest.skipUnless(os.path.exists(FAKETIME), "no libfaketime: the package faketime is not installed")
class ClockTest(NetworkTest):

    @classmethod
    def prepare(cls, network):
        add_admin_port(network, *CLOCKS)
        own = network.start

        def start(name):
            if name not in CLOCKS:
                return own(name)
            cls.set_clock(name, 0)
            own_environment = dict(os.environ)
            os.environ.update({"LD_PRELOAD": FAKETIME, "FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_NO_CACHE": "1",
                               "FAKETIME_TIMESTAMP_FILE": network.path(f"{name}.clock")})
            try:
                return own(name)
            finally:
                os.environ.clear()
                os.environ.update(own_environment)
        network.start = start

    @classmethod
    def set_clock(cls, name, seconds):
        """At once: a reader never sees half of it."""
        path = os.path.join(cls.folder.name, f"{name}.clock")
        with open(path + ".new", "w", encoding="ascii") as file:
            file.write(f"{seconds:+d}\n")
        os.rename(path + ".new", path)

    def setUp(self):
        self.calls = Calls(self.network)
        self.addCleanup(self.calls.close)
        self.watching = {name: Watching(self.network, name) for name in CLOCKS}
        for name in CLOCKS:
            self.set_clock(name, 0)
        self.network.wait_until(lambda: self.outcome() == "", "a first call to pass")

    def outcome(self):
        try:
            return self.calls.whole_call()
        except grpc.RpcError as error:
            return cause(error)

    def check_signing(self, jump):
        watching = self.watching["sti-as"]
        self.set_clock("sti-as", jump)
        self.network.wait_until(lambda: self.outcome() == "CLOCK_WRONG", "calls to be refused")  # Abseil looks every two seconds
        self.network.wait_until(lambda: "clock" in watching.health()["lacking"], "health to say so")
        self.assertEqual(watching.health()["state"], "NOT_SERVING")
        status, text = watching.get("/readyz")
        self.assertEqual(status, 503)
        self.assertIn("clock", text)
        self.assertEqual(watching.metric("sti_ready"), 0)
        self.assertGreater(watching.metric("sti_as_refusals_total", reason="CLOCK_WRONG"), 0)
        self.set_clock("sti-as", 0)
        self.network.wait_until(lambda: self.outcome() == "", "calls to pass again", seconds=60)
        watching.await_well()

    def test_a_jump_ahead_stops_signing_until_it_is_taken_back(self):
        self.check_signing(+120)

    def test_a_jump_back_too(self):
        self.check_signing(-120)

    def test_a_small_jump_is_told_and_calls_go_on(self):
        with steady_calls(self.calls) as steady:
            self.set_clock("sti-as", -3)
            self.watching["sti-as"].await_trouble("clock")
            self.set_clock("sti-as", 0)
            self.watching["sti-as"].await_well()
        self.assertEqual(steady.failures(), {})
        self.assertGreater(steady.outcomes[""], 10)

    def check_verdicts(self, jump, reason):
        """sti-vs has nobody to ask for the time; what it can say is that everybody's PASSporTs are off."""
        self.set_clock("sti-vs", jump)
        wait_for(lambda: self.calls.verdict(self.calls.sign().identity) == ("No-TN-Validation", reason), f"verdicts {reason}")
        self.assertGreater(self.watching["sti-vs"].metric("sti_vs_calls_total", reason=reason), 0)
        self.set_clock("sti-vs", 0)
        wait_for(lambda: self.outcome() == "", "calls to pass again", seconds=60)
        self.watching["sti-vs"].await_well()

    def test_verdicts_while_the_clock_of_sti_vs_is_ahead(self):
        self.check_verdicts(+120, "IAT_STALE")

    def test_verdicts_while_the_clock_of_sti_vs_is_behind(self):
        self.check_verdicts(-120, "IAT_IN_FUTURE")

    def test_days_ahead_the_lists_look_expired_and_come_back(self):
        self.set_clock("sti-vs", 3 * 86400)
        wait_for(lambda: self.calls.verdict(self.calls.sign().identity)[1] == "IAT_STALE", "the clock to have jumped")
        self.network.stictl("pa", "authority", "approve", "--name", self.id(), "--root", self.another_root())  # has sti-vs look
        self.watching["sti-vs"].await_trouble("expired|not refreshed")
        self.assertEqual(self.watching["sti-vs"].metric("sti_vs_trust_trouble"), 1)
        self.set_clock("sti-vs", 0)
        self.watching["sti-vs"].await_well()
        self.assertEqual(self.outcome(), "")

    def another_root(self):
        out = self.network.path(self.id())
        self.network.stictl("ca", "ceremony", "root", "--organization", "Another", "--out", out)
        return os.path.join(out, "root.pem")


del NetworkTest  # no tests of its own

if __name__ == "__main__":
    unittest.main()
