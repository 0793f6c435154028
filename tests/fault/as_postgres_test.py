"""PostgreSQL goes away, hangs and comes back under sti-as: what it keeps there are customers and numbers. It signs by what it knows,
refuses changes, says so, and nobody has to help afterwards."""

import json
import os
import signal
import sys
import unittest

sys.path[:0] = [os.path.abspath("tests/fault"), os.path.abspath("tests/integration")]
# pylint: disable=wrong-import-position
from authorities import KillablePostgres, children  # noqa: E402
from callers import Calls, steady_calls, wait_for  # noqa: E402
from suite_network import NetworkTest  # noqa: E402
from watching import Watching, add_admin_port  # noqa: E402

TROUBLE = "a database that can be written to"


class AsPostgresTest(NetworkTest):

    @classmethod
    def prepare(cls, network):
        cls.postgres = KillablePostgres()
        cls.addClassCleanup(cls.postgres.close)
        add_admin_port(network, "sti-as")
        network.extra["sti-as"] = "admins: [admin]\n" + cls.postgres.new_database("sti_as") + network.extra["sti-as"]

    def setUp(self):
        self.calls = Calls(self.network)
        self.addCleanup(self.calls.close)
        self.watching = Watching(self.network, "sti-as")
        wait_for(lambda: self.calls.whole_call() == "", "a first call to pass")
        self.watching.await_well()

    def add_customer(self, name):
        """"" or the Reason."""
        done = self.network.stictl_process("--output", "json", "as", "customer", "put", name, "--name", name)
        return "" if done.returncode == 0 else json.loads(done.stderr)["error"]["reason"]

    def customers(self):
        return {row["id"] for row in self.network.stictl_json("as", "customer", "list")[1]["customers"]}

    def check(self, away, back):
        self.assertEqual(self.add_customer(f"before-{self.id()[-8:]}"), "")
        with steady_calls(self.calls) as steady:
            away()
            try:
                self.watching.await_trouble(TROUBLE, seconds=90)
                self.assertIn(self.add_customer(f"during-{self.id()[-8:]}"), ("STORAGE_FAILED", "DEADLINE_EXCEEDED"))
                meanwhile = steady.outcomes[""]
                wait_for(lambda: steady.outcomes[""] > meanwhile + 10 or steady.failures(), "calls meanwhile")
            finally:
                back()
            self.watching.await_well(seconds=90)
            self.assertEqual(self.add_customer(f"after-{self.id()[-8:]}"), "")
        self.assertEqual(steady.failures(), {})
        self.assertLessEqual({f"{when}-{self.id()[-8:]}" for when in ("before", "after")}, self.customers())

    def test_killed_and_back(self):
        self.check(lambda: self.postgres.stop(signal.SIGQUIT), self.postgres.start)

    def signal_all(self, number):
        for pid in (self.postgres.process.pid, *children(self.postgres.process.pid)):
            os.kill(pid, number)

    def test_hangs_and_goes_on(self):
        self.check(lambda: self.signal_all(signal.SIGSTOP), lambda: self.signal_all(signal.SIGCONT))

    def test_sti_as_ends_cleanly_meanwhile(self):
        self.postgres.stop()
        try:
            self.assertEqual(self.network.stop("sti-as"), 0)
        finally:
            self.postgres.start()
        self.network.start("sti-as")
        self.network.wait_until(self.network.ready, "sti-as to serve again", seconds=60)

    def test_started_while_it_is_away(self):
        """Without what customers have told it sti-as would sign wrongly: it says what is away and ends, and whoever starts it again
        (systemd, Docker) gets a daemon that serves once the database is there."""
        self.assertEqual(self.network.stop("sti-as"), 0)
        self.postgres.stop()
        try:
            self.network.start("sti-as")
            self.assertEqual(self.network.processes.pop("sti-as").wait(timeout=60), 1)
            self.assertIn("sti-as: postgres ", self.network.last_words("sti-as", 4))
        finally:
            self.postgres.start()
        self.network.start("sti-as")
        self.watching.await_well(seconds=60)
        self.assertEqual(self.calls.whole_call(), "")
        self.assertEqual(self.add_customer("after-start"), "")


del NetworkTest  # no tests of its own

if __name__ == "__main__":
    unittest.main()
