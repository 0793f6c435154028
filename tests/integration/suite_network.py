"""A network of real daemons for a test class, on ports that the kernel chose."""

import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.abspath("tools/story"))
# pylint: disable=wrong-import-position
from network import DAEMONS, Network, free_ports  # noqa: E402

BINARIES = {name: os.path.abspath(f"services/{name[-2:]}/{name}") for name in DAEMONS}
BINARIES["stictl"] = os.path.abspath("services/stictl/stictl")

CALLER, CALLED = "12155550121", "12155550131"


def make_network(folder, others=(), prepare=lambda network: None):
    """`prepare` sees the network with its keys, before the configuration is written."""
    network = Network(folder, BINARIES, free_ports(), others=others)
    network.make_keys()
    prepare(network)
    network.write_configuration()
    return network


def start_and_enrol(network):
    for name in DAEMONS:
        network.start(name)
    network.wait_until(network.answering, "the daemons to answer")
    network.stictl("pa", "provider", "register", "--id", "suite", "--name", "Suite Telephone", "--spc", network.spc, "--client",
                   "sti-as")
    network.stictl("pa", "authority", "approve", "--name", "Suite CA", "--root", network.path("ca/root.pem"))
    network.wait_until(network.ready, "all four daemons to serve, and the CA to be trusted")


class NetworkTest(unittest.TestCase):
    """One enrolled network a class."""

    OTHERS = ()  # further sti-as, which a test starts with network.add_provider

    @classmethod
    def prepare(cls, network):
        """For what a suite adds to the configuration."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR"))  # pylint: disable=consider-using-with
        cls.network = make_network(cls.folder.name, cls.OTHERS, cls.prepare)
        try:
            start_and_enrol(cls.network)
        except BaseException:
            cls.tearDownClass()
            raise

    @classmethod
    def tearDownClass(cls):
        codes = cls.network.stop_all()
        logs = {name: cls.network.last_words(name, 20) for name, code in codes.items() if code != 0}
        cls.folder.cleanup()
        if logs:
            raise AssertionError(f"daemons did not end cleanly: {logs}")

    def sign(self, *more, attest="A"):
        arguments = ["call", "sign", "--orig", CALLER, "--dest", CALLED, "--attest", attest, *more]
        return self.network.stictl_json(*arguments, config="sbc.yaml")[1]

    def verify(self, *identities, orig=CALLER, dest=CALLED):
        arguments = ["call", "verify", "--from", orig, "--to", dest]
        for identity in identities:
            arguments += ["--identity", identity]
        return self.network.stictl_json(*arguments, config="sbc.yaml")[1]

    def assert_passes(self, identity):
        verdict = self.verify(identity)
        self.assertEqual((verdict["verstat"], verdict["sip_code"], verdict["attestation"]), ("TN-Validation-Passed", 0, "A"),
                         verdict)
