"""The disks of sti-as and sti-vs are full, or read-only: calls go on by what is in memory, the daemons say so, what could wait is
written afterwards, and nobody has to help. (sti-pa and sti-ca: database_trouble_test and read_only_test.)"""

import glob
import os
import re
import sys
import unittest
import uuid

sys.path[:0] = [os.path.abspath("tests/fault"), os.path.abspath("tests/integration")]
# pylint: disable=wrong-import-position
from small_disk import SmallDisk, enter_namespace  # noqa: E402

NO_SMALL_DISK = enter_namespace()  # before gRPC starts its threads

from callers import Calls, Steady, wait_for  # noqa: E402
from suite_network import NetworkTest  # noqa: E402
from watching import Watching, add_admin_port  # noqa: E402

SUFFERING = ("sti-as", "sti-vs")
ENVIRONMENT = ("LD_PRELOAD", "STI_READ_ONLY_FLAG", "STI_READ_ONLY_BELOW")


class Disk(NetworkTest):

    @classmethod
    def prepare(cls, network):
        add_admin_port(network, *SUFFERING)
        network.extra["sti-as"] = "admins: [admin]\n" + network.extra["sti-as"]

    def setUp(self):
        self.calls = Calls(self.network)
        self.addCleanup(self.calls.close)
        self.signed = []
        self.signer, self.verifier = [Watching(self.network, name) for name in SUFFERING]
        self.network.wait_until(lambda: self.calls.whole_call() == "", "a first call to pass")
        for one in (self.signer, self.verifier):
            one.await_well()

    def call(self):
        call_id = f"{uuid.uuid4()}@suite"
        identity = self.calls.sign(call_id).identity
        self.signed.append(call_id)
        verdict = self.calls.verify(identity, call_id)
        return "" if verdict.reason == "NONE" else f"verdict {verdict.reason}"

    def records(self):
        found = set()
        for path in glob.glob(self.network.path("state/sti-as/calls/*.log")):
            with open(path, encoding="utf-8") as file:
                found.update(re.findall(r"[0-9a-f-]{36}@suite", file.read()))
        return found

    def anchors(self):
        return self.calls.trust_status().domains[0].anchors

    def approve_another_ca(self):
        out = self.network.path(str(uuid.uuid4()))
        self.network.stictl("ca", "ceremony", "root", "--organization", "Another", "--out", out)
        self.network.stictl("pa", "authority", "approve", "--name", os.path.basename(out), "--root", os.path.join(out, "root.pem"))

    def renew(self):
        """stictl's words; empty when it went well."""
        return self.network.stictl_process("as", "signer", "renew").stderr

    def check(self, suffer, recover):
        anchors = self.anchors()
        with Steady(self.call) as steady:
            suffer()
            try:
                self.signer.await_trouble("a place for call records")
                self.assertGreater(self.signer.metric("sti_as_call_records_waiting"), 0)
                self.approve_another_ca()
                self.verifier.await_trouble("trust list not refreshed")
                self.assertEqual(self.anchors(), anchors + 1)  # used though it cannot be kept
                self.assertNotEqual(self.renew(), "")
                meanwhile = steady.outcomes[""]
                wait_for(lambda: steady.outcomes[""] > meanwhile + 10 or steady.failures(), "calls meanwhile")
            finally:
                recover()
            for one in (self.signer, self.verifier):
                one.await_well(seconds=90)
            self.network.wait_until(lambda: self.renew() == "", "a renewal", seconds=60)
        self.assertEqual(steady.failures(), {})
        self.assertEqual(self.signer.metric("sti_as_call_records_lost"), 0)
        wait_for(lambda: set(self.signed) <= self.records(), "a record of every call that was signed")


@unittest.skipIf(NO_SMALL_DISK, str(NO_SMALL_DISK))
class FullDiskTest(Disk):
    """Their logs are on these disks, too."""

    @classmethod
    def prepare(cls, network):
        super().prepare(network)
        cls.disks = []
        for name in SUFFERING:
            cls.disks.append(SmallDisk(network.path("state", name), 16))
            os.symlink(os.path.join(cls.disks[-1].folder, "log"), network.path(f"{name}.log"))

    @classmethod
    def tearDownClass(cls):
        codes = cls.network.stop_all()
        for disk in cls.disks:
            disk.close()  # before the folder that they are in is deleted
        super().tearDownClass()
        if set(codes.values()) != {0}:
            raise AssertionError(f"daemons did not end cleanly: {codes}")

    def test_disk_full(self):
        for _ in range(2):
            self.check(lambda: [disk.fill() for disk in self.disks], lambda: [disk.free() for disk in self.disks])


class ReadOnlyDiskTest(Disk):

    @classmethod
    def prepare(cls, network):
        super().prepare(network)
        cls.flag = network.path("read-only")
        own = network.start

        def start(name):
            if name not in SUFFERING:
                return own(name)
            below = os.path.join(os.path.realpath(network.path("state")), name)
            os.environ.update(zip(ENVIRONMENT, (os.path.abspath("tests/fault/libread_only_disk.so"), cls.flag, below)))
            try:
                return own(name)
            finally:
                for key in ENVIRONMENT:
                    del os.environ[key]
        network.start = start

    def suffer(self):
        with open(self.flag, "w", encoding="ascii"):
            pass

    def test_disk_read_only(self):
        self.check(self.suffer, lambda: os.remove(self.flag))


del Disk, NetworkTest  # no tests of their own

if __name__ == "__main__":
    unittest.main()
