"""STI-PA, STI-CA and Redis go away, hang and come back under sti-as and sti-vs: warm calls go on being signed and verified, what is
missing is said, and nobody has to help afterwards. README.md has the table."""

import os
import signal
import sys
import tempfile
import unittest

sys.path[:0] = [os.path.abspath("tests/fault"), os.path.abspath("tests/integration")]
# pylint: disable=wrong-import-position
from callers import PASSED, Calls, steady_calls, wait_for  # noqa: E402
from independent_signer import IndependentSigner  # noqa: E402
from replay_fleet_test import Redis  # noqa: E402
from suite_network import DAEMONS, NetworkTest, make_network  # noqa: E402
from watching import Watching, add_admin_port  # noqa: E402


class Outage(NetworkTest):
    """`self.calls` are warm: the certificate of sti-as is cached at sti-vs."""

    def setUp(self):
        self.calls = Calls(self.network)
        self.addCleanup(self.calls.close)
        self.network.wait_until(lambda: self.calls.verdict(self.calls.sign().identity) == (PASSED, "NONE"), "a first call to pass")

    def trouble(self):
        return self.calls.trust_status().domains[0].trouble

    def assert_calls_went_on(self, steady):
        self.assertEqual(steady.failures(), {})
        self.assertGreater(steady.outcomes[""], 10)


class AuthoritiesTest(Outage):

    @classmethod
    def prepare(cls, network):
        network.extra["sti-as"] = "admins: [admin]\n"
        add_admin_port(network, "sti-as", "sti-vs")
        own = network.configuration

        def configuration():
            files = own()
            files["sti-vs.yaml"] = files["sti-vs.yaml"].replace("- name: default\n", "- name: default\n    refresh_seconds: 1\n")
            return files
        network.configuration = configuration

    def hang(self, name):
        self.network.processes[name].send_signal(signal.SIGSTOP)
        self.addCleanup(self.go_on, name)

    def go_on(self, name):
        if name in self.network.processes:
            self.network.processes[name].send_signal(signal.SIGCONT)

    def renew(self):
        """stictl's words; empty when it went well. By itself sti-as tries again, until the certificate ends."""
        return self.network.stictl_process("as", "signer", "renew").stderr

    def assert_renewal_fails(self):
        self.assertRegex(self.renew(), "UNAVAILABLE|DEADLINE_EXCEEDED")
        self.assertEqual(self.network.health()["as"]["state"], "SERVING")
        watching = Watching(self.network, "sti-as")
        self.assertEqual(watching.get("/readyz")[0], 200)
        self.network.wait_until(lambda: watching.metric("sti_as_failed_enrolments") > 0, "the metrics of sti-as to tell")

    def renewal_succeeds(self):
        self.network.wait_until(lambda: self.renew() == "", "a renewal", seconds=60)

    def assert_trouble_is_told(self):
        watching = Watching(self.network, "sti-vs")
        watching.await_trouble("trust list not refreshed")
        self.assertEqual(watching.metric("sti_vs_trust_trouble"), 1)

    def state(self, short):
        return self.network.health()[short]["state"]

    def test_sti_pa_killed_and_back(self):
        with steady_calls(self.calls) as steady:
            self.network.stop("sti-pa", signal.SIGKILL)
            self.network.wait_until(lambda: "trust list not refreshed" in self.trouble(), "sti-vs to say so", seconds=30)
            self.assertEqual((self.state("pa"), self.state("vs")), ("no answer", "SERVING"))
            self.assert_trouble_is_told()
            self.assert_renewal_fails()
            self.network.start("sti-pa")
            self.network.wait_until(lambda: not self.trouble(), "sti-vs to have refreshed", seconds=30)
            self.renewal_succeeds()
        self.assert_calls_went_on(steady)

    def test_sti_pa_hangs_and_goes_on(self):
        with steady_calls(self.calls) as steady:
            self.hang("sti-pa")
            self.network.wait_until(lambda: "trust list not refreshed" in self.trouble(), "sti-vs to say so", seconds=40)
            self.assertEqual((self.state("pa"), self.state("vs")), ("no answer", "SERVING"))
            self.assert_trouble_is_told()
            self.go_on("sti-pa")
            self.network.wait_until(lambda: not self.trouble(), "sti-vs to have refreshed", seconds=30)
            self.renewal_succeeds()
        self.assert_calls_went_on(steady)

    def cold_call(self):
        path = f"https://localhost:{self.network.ports['repository']}/{self.id()}.pem"
        return self.calls.verdict(IndependentSigner(self.network, path).identity())

    def test_sti_ca_killed_and_back(self):
        with steady_calls(self.calls) as steady:
            self.network.stop("sti-ca", signal.SIGKILL)
            self.assertEqual(self.state("ca"), "no answer")
            self.assertEqual(self.cold_call(), ("No-TN-Validation", "CERTIFICATE_UNAVAILABLE"))
            self.assert_renewal_fails()
            self.network.start("sti-ca")
            self.renewal_succeeds()
        self.assert_calls_went_on(steady)

    def test_sti_ca_hangs_and_goes_on(self):
        with steady_calls(self.calls) as steady:
            self.hang("sti-ca")
            self.assertEqual(self.state("ca"), "no answer")
            self.assertEqual(self.cold_call(), ("No-TN-Validation", "CERTIFICATE_FETCH_TIMEOUT"))
            self.go_on("sti-ca")
            self.renewal_succeeds()
        self.assert_calls_went_on(steady)


class RedisTest(Outage):

    @classmethod
    def prepare(cls, network):
        cls.redis = Redis(cls.folder.name)
        network.extra["sti-vs"] = f"replay: {{redis: \"127.0.0.1:{cls.redis.port}\", redis_timeout_ms: 100}}\n"
        add_admin_port(network, "sti-vs")

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.redis.process.send_signal(signal.SIGCONT)
        cls.redis.kill()

    def await_store(self, state):
        wait_for(lambda: self.calls.trust_status().replay.shared_store == state, f"Redis to be {state}", seconds=40)

    def assert_replay_is_seen(self):
        identity = self.calls.sign().identity
        self.assertFalse(self.calls.verify(identity, "a@x").replay_suspected)
        self.assertTrue(self.calls.verify(identity, "b@x").replay_suspected)

    def check(self, away, back):
        self.await_store("connected")
        with steady_calls(self.calls) as steady:
            away()
            self.await_store("away")
            watching = Watching(self.network, "sti-vs")
            watching.await_trouble("replay is not shared")
            self.assertEqual(watching.metric("sti_vs_redis_connected"), 0)
            self.assert_replay_is_seen()  # by its own memory
            wait_for(lambda: steady.outcomes[""] > 10 or steady.failures(), "calls meanwhile")
            back()
            self.await_store("connected")
            watching.await_well()
            self.assertEqual(watching.metric("sti_vs_redis_connected"), 1)
            self.assert_replay_is_seen()
        self.assert_calls_went_on(steady)

    def test_redis_killed_and_back(self):
        self.check(self.redis.kill, self.redis.start)

    def test_redis_hangs_and_goes_on(self):
        self.check(lambda: self.redis.process.send_signal(signal.SIGSTOP), lambda: self.redis.process.send_signal(signal.SIGCONT))


class StartOrderTest(unittest.TestCase):
    """From nothing, with no certificate and no list on any disk: those who need others start long before them."""

    ORDERS = (("sti-as", "sti-vs", "sti-ca", "sti-pa"), ("sti-vs", "sti-as", "sti-pa", "sti-ca"))

    def test_from_nothing_in_hard_orders(self):
        for order in self.ORDERS:
            with self.subTest(order=order):
                self.start_from_nothing(order)

    def start_from_nothing(self, order):
        with tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR")) as folder:
            network = make_network(folder)
            try:
                for name in order:
                    network.start(name)
                    network.wait_until(lambda name=name: network.health()[name[-2:]]["state"] != "no answer", f"{name} to answer")
                health = network.health()
                self.assertIn("certificate", health["as"]["lacking"])
                network.stictl("pa", "provider", "register", "--id", "suite", "--name", "Suite", "--spc", network.spc, "--client", "sti-as")
                network.stictl("pa", "authority", "approve", "--name", "CA", "--root", network.path("ca/root.pem"))
                network.wait_until(network.ready, "everybody to serve", seconds=60)
                calls = Calls(network)
                network.wait_until(lambda: calls.verdict(calls.sign().identity)[0] == PASSED, "a call to pass")
                calls.close()
            finally:
                self.assertEqual(set(network.stop_all().values()), {0})
                self.assertEqual(set(order), set(DAEMONS))


del Outage, NetworkTest  # no tests of their own

if __name__ == "__main__":
    unittest.main()
