"""sti-as as a daemon that knows its authorities by their public interfaces only: calls are signed and trusted, through restarts
in the middle of an order and a renewal."""

import os
import signal
import sys
import unittest

sys.path.insert(0, os.path.abspath("tests/interop"))
# pylint: disable=wrong-import-position
from acme_network import free_ports  # noqa: E402
from enrolment_network import EnrolmentTest, write_private  # noqa: E402
from misbehaving_ca import MisbehavingCa, Moods  # noqa: E402

CALL = ("12155550121", "12155550131")


class StiAsTest(EnrolmentTest):
    """Each test has an sti-as with a state of its own."""

    @classmethod
    def prepare(cls, network):
        super().prepare(network)
        network.ports.update(free_ports(("acme",)))
        network.acme = f"public_url: \"https://localhost:{network.ports['acme']}\", orders_per_hour: 0, accounts_per_hour: 0"

    def setUp(self):
        self.ca = MisbehavingCa(self.network, self.network.ports["acme"], Moods(0, 0, 1))
        self.addCleanup(lambda: self.ca.stop())  # pylint: disable=unnecessary-lambda
        self.addCleanup(self.network.stop, "sti-as")
        name = self.id().rsplit(".", maxsplit=1)[-1][:40]
        self.state = self.network.path("state", name)
        # As in every network, but for the providers and the state.
        general = self.network.configuration()["sti-as.yaml"].split("providers:\n", maxsplit=1)[0]
        general = general.replace("state_dir: state/sti-as\n", f"state_dir: state/{name}\n")
        provider = "".join(f"    {line}\n" for line in self.provider(timeout=60).splitlines())
        with open(self.network.path("sti-as.yaml"), "w", encoding="utf-8") as file:
            file.write(f"{general}providers:\n  - clients: [sbc]\n    attesting_clients: [sbc]\n{provider}")
        self.before = (self.accounts(), self.certificates())

    def certificates(self):
        return len(self.network.stictl_json("ca", "list")[1].get("certificates", []))

    def assert_grown_by(self, accounts, certificates):
        now = (self.accounts(), self.certificates())
        self.assertEqual((now[0] - self.before[0], now[1] - self.before[1]), (accounts, certificates))

    def start_and_wait(self):
        self.network.start("sti-as")
        self.network.wait_until(lambda: self.network.serving("as"), "sti-as to serve")

    def assert_call_passes(self):
        orig, dest = CALL
        signed = self.network.stictl_json("call", "sign", "--orig", orig, "--dest", dest, "--attest", "A", config="sbc.yaml")[1]
        verdict = self.network.stictl_json("call", "verify", "--from", orig, "--to", dest, "--identity", signed["identity"],
                                           config="sbc.yaml")[1]
        self.assertEqual((verdict["verstat"], verdict["attestation"]), ("TN-Validation-Passed", "A"), verdict)

    def lacking(self):
        return str(self.network.health()["as"])

    def file(self, name):
        return os.path.join(self.state, "suite", name)

    def test_call_is_signed_and_trusted(self):
        self.start_and_wait()
        self.assert_call_passes()
        self.assert_grown_by(1, 1)
        self.assertEqual(self.network.stop("sti-as"), 0, self.network.last_words("sti-as"))
        self.start_and_wait()
        self.assert_call_passes()
        self.assert_grown_by(1, 1)

    def test_killed_in_the_middle_of_an_order_it_takes_that_up(self):
        self.ca.moods.delays = 1_000_000  # the challenge is "processing" for ever
        self.network.start("sti-as")
        self.network.wait_until(lambda: self.ca.moods.delayed > 0, "the challenge to be answered")
        self.network.stop("sti-as", signal.SIGKILL)
        with open(self.file("acme-order"), encoding="utf-8") as file:
            order = file.read().splitlines()[1]
        self.ca.moods.looks.clear()
        self.ca.moods.delays = 3  # of the certificate, after that
        self.network.start("sti-as")
        self.network.wait_until(lambda: self.ca.moods.delayed > 1, "the order to be finalized")
        self.network.stop("sti-as", signal.SIGKILL)
        with open(self.file("acme-order"), encoding="utf-8") as file:
            self.assertEqual(file.read().splitlines()[1], order)
        self.start_and_wait()
        self.assert_call_passes()
        self.assert_grown_by(1, 1)

    def test_stops_at_once_while_the_ca_lets_it_wait(self):
        self.ca.moods.delays, self.ca.moods.retry_after = 1_000_000, 50
        self.network.start("sti-as")
        self.network.wait_until(lambda: self.ca.moods.delayed > 0, "the challenge to be answered")
        self.assertEqual(self.network.stop("sti-as"), 0, self.network.last_words("sti-as"))

    def test_another_certificate_is_got_by_the_same_account(self):
        self.start_and_wait()
        self.network.stop("sti-as")
        for name in ("credentials", "current"):
            if os.path.exists(self.file(name)):
                os.remove(self.file(name))  # as if it had got none yet
        self.start_and_wait()
        self.assert_call_passes()
        self.assert_grown_by(1, 2)

    def test_says_what_it_lacks_until_the_password_is_right(self):
        path = self.network.path("pa-password")
        with open(path, encoding="utf-8") as file:
            password = file.read()
        write_private(path, "wrong")
        self.addCleanup(write_private, path, password)
        self.network.start("sti-as")
        self.network.wait_until(lambda: "PA refused: UNAUTHENTICATED" in self.lacking(), "health to say why")
        with open(self.network.path("sti-as.log"), encoding="utf-8") as file:
            self.assertNotIn("wrong\"", file.read())
        write_private(path, password)
        self.network.wait_until(lambda: self.network.serving("as"), "sti-as to serve")
        self.assert_call_passes()

    def test_says_that_the_ca_is_away_and_enrols_when_it_is_back(self):
        self.ca.stop()
        self.network.start("sti-as")
        self.network.wait_until(lambda: "CA unavailable" in self.lacking(), "health to say so", seconds=30)
        self.ca = MisbehavingCa(self.network, self.network.ports["acme"], Moods(0.3, 1, 1))
        self.network.wait_until(lambda: self.network.serving("as"), "sti-as to serve", seconds=30)
        self.assert_call_passes()
        self.assertEqual(self.accounts() - self.before[0], 1)


if __name__ == "__main__":
    unittest.main()
